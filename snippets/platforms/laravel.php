<?php
// What an application of Laravel has around its routes: container, facades, router, cache, limiter. From its components.
require_once 'Illuminate/autoload.php';
$app = new Illuminate\Container\Container();
Illuminate\Container\Container::setInstance($app);
Illuminate\Support\Facades\Facade::setFacadeApplication($app);
$app->instance('request', $request = Illuminate\Http\Request::capture());
$app->alias('request', Illuminate\Http\Request::class);
$app->singleton('router', fn ($app) => new Illuminate\Routing\Router(new Illuminate\Events\Dispatcher($app), $app));
$app->alias('router', Illuminate\Routing\Router::class);
$files = new Illuminate\Filesystem\Filesystem();
$app->instance('cache', new Illuminate\Cache\Repository(new Illuminate\Cache\FileStore($files, sys_get_temp_dir())));
$app->instance(Illuminate\Cache\RateLimiter::class, new Illuminate\Cache\RateLimiter($app['cache']));
$app['router']->aliasMiddleware('throttle', Illuminate\Routing\Middleware\ThrottleRequests::class);
// ---- the snippet ----
try {
    $response = $app['router']->dispatch($request);
} catch (Symfony\Component\HttpKernel\Exception\HttpExceptionInterface $e) {
    $response = new Illuminate\Http\Response($e->getMessage(), $e->getStatusCode(), $e->getHeaders());
}
$response->prepare($request)->send();
