"""Settings, from the environment. Without any, the site runs in production mode on an SQLite database under var/.

| variable | meaning | default |
|---|---|---|
| DEBUG | debug pages and reloading templates | false |
| SECRET_KEY | the secret | made once into var/secret-key |
| ALLOWED_HOSTS | host names, comma-separated | localhost, 127.0.0.1, [::1] and HOST |
| BASE_URL | public address, for canonical links | taken from the request |
| DATABASE_URL | database | sqlite:///var/statusref.sqlite3 |
| CACHE_URL | Redis or Valkey, for limits and sessions of several hosts: redis://, rediss:// or unix:// | none |
| HTTPS | served over HTTPS only: redirect, secure cookies, HSTS | false |
| TRUSTED_PROXIES | how many proxies in front set X-Forwarded-For and X-Forwarded-Proto | 0 |
| LOG_FORMAT | `line` for people, `json` for machines | line |
| LOG_REQUESTS | a line for each request that memory could not answer | false |
| SLOW_QUERY_MS | queries that take so many milliseconds are logged, without their values | 200 |
| METRICS_TOKEN | secret of 16 characters or more with which Prometheus (`Bearer`) gets /metrics | none: no metrics |
| PAGE_CACHE | MiB of memory in which each process keeps ready pages; 0 = none | 128, with DEBUG 0 |
| EMAIL_URL | mail server for links to new passwords, like smtp+tls://user:password@mail.example.com:587 | none |
| EMAIL_FROM | sender of that mail | statusref@ and the host of BASE_URL |
| VAR_DIR | where the database, the secret key and collected static files live | var/ |
| CONTENT_DIR | the content files | content/ |
"""

import os
import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
CONTENT_DIR = Path(env.str("CONTENT_DIR", str(BASE_DIR / "content")))
DEBUG = env.bool("DEBUG", False)
HTTPS = env.bool("HTTPS", False)
BASE_URL = env.str("BASE_URL", "").rstrip("/")
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", 200)
PAGE_CACHE = env.int("PAGE_CACHE", 0 if DEBUG else 128)
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
if METRICS_TOKEN and not re.fullmatch(r"[!-~]{16,}", METRICS_TOKEN):
    raise ImproperlyConfigured("METRICS_TOKEN: give it at least 16 characters without spaces, or leave it away.")


def secret_key() -> str:
    """SECRET_KEY, or the key in var/secret-key, made there once, readable by its owner only."""
    if key := env.str("SECRET_KEY", ""):
        return key
    path = VAR_DIR / "secret-key"
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


SECRET_KEY = secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", env.str("HOST", "127.0.0.1")])

INSTALLED_APPS = [
    "statusref",
    "compare",
    "guides",
    "search",
    "quiz",
    "codes",
    "markdownx",
    "axes",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    # What every answer carries, whoever gives it.
    "statusref.middleware.isolate",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "statusref.health.answer_probes",
    *(["statusref.metrics.count_requests"] if METRICS_TOKEN else []),
    "statusref.logs.log_requests",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "statusref.middleware.let_redirects_age",
    "statusref.middleware.strip_slash",
    "statusref.middleware.refuse_nul_in_lists",
    "statusref.middleware.keep_sessions_private",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "statusref.middleware.mark_editors",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
    "statusref.gate.answer_refused",
]

ROOT_URLCONF = "statusref.urls"
WSGI_APPLICATION = "statusref.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["statusref.lean.LeanLoader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "statusref.context.site",
            ],
        },
    }
]

FORM_RENDERER = "codes.admin.drawing.QuickRenderer"

DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{VAR_DIR / 'statusref.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "statusref.sqlite"
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # the default of Django's own engine alone, for pytest-django
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-1000; "
        "PRAGMA temp_store=MEMORY;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    # To connect anew costs some milliseconds; a connection that the server closed meanwhile is noticed.
    DATABASES["default"] = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True} | DATABASES["default"]
    if DATABASES["default"]["ENGINE"].endswith("postgresql"):
        DATABASES["default"]["ENGINE"] = "statusref.postgresql"
        DATABASES["default"]["OPTIONS"] = {"connect_timeout": 5} | DATABASES["default"].get("OPTIONS", {})

CACHE_URL = env.str("CACHE_URL", "")
if CACHE_URL:
    if urlsplit(CACHE_URL).scheme not in ("redis", "rediss", "unix"):
        raise ImproperlyConfigured("CACHE_URL begins with redis://, rediss:// or unix://, for Valkey too.")
    CACHES = {"default": {"BACKEND": "codes.redis.SessionCache", "LOCATION": CACHE_URL, "KEY_PREFIX": "statusref"}}
    SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
EMAIL_URL = env.str("EMAIL_URL", "")
if EMAIL_URL:
    globals().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", f"statusref@{urlsplit(BASE_URL).hostname or 'localhost'}")
PASSWORD_RESET_TIMEOUT = 4 * 3600

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_CLIENT_IP_CALLABLE = "codes.senders.address_of"
AXES_VERBOSE = False

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
# The site speaks English alone; each value in a template would ask which language it is.
USE_I18N = False

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "upgrade-insecure-requests": HTTPS,
    }
}
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)\Z"]  # asked by address, inside
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# Browsers take a name with this prefix only from this very host, over HTTPS (RFC 6265bis §4.1.3.2).
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "statusref.views.csrf_failure"

# A page of 120 rows posts some 1,500 fields; the default of 1,000 would lose an editor's work.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
MARKDOWNX_MARKDOWNIFY_FUNCTION = "codes.markdown.render"
MARKDOWNX_URLS_PATH = "/admin/markdown-preview"
MARKDOWNX_UPLOAD_URLS_PATH = "/admin/markdown-upload"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "statusref.logs.JsonFormatter"}, "line": {"()": "statusref.logs.LineFormatter"}},
    "filters": {"brief_refusals": {"()": "statusref.logs.BriefRefusals"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.str("LOG_FORMAT", "line"),
            "filters": ["brief_refusals"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "axes": {"level": "ERROR"},
        "statusref.requests": {"level": "INFO" if env.bool("LOG_REQUESTS", False) else "WARNING"},
        # A 4xx is an answer, not an event.
        "django.request": {"level": "ERROR"},
    },
}
