import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from statusref.gate import Gate

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statusref.settings")
application = Gate(get_wsgi_application())

if not settings.DEBUG:
    from search.current import warm as warm_search

    warm_search()

if settings.PAGE_CACHE:
    from statusref.page_cache import PageCache

    own = f"http://{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
    application = PageCache(application, settings.PAGE_CACHE * 2**20, warm=[settings.BASE_URL or own])
    if settings.METRICS_TOKEN:
        from statusref.metrics import report

        report(application)
    application.start()
else:
    from statusref.page_cache.watch import Watch

    # Newer drafts go live at their moment all the same.
    Watch(lambda public, changed: None).start(lambda: None)
