"""Figures in Prometheus' format at /metrics, for whoever sends METRICS_TOKEN; without it nothing imports this.

Each worker writes into files of its own (prometheus_client's multiprocess mode), and whichever worker is asked adds
them up. A page from memory costs one addition; a thread takes those sums over every second. No label is anything that
a visitor sends: views are the names of the URL configuration, and methods are three.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from logging import Handler, LogRecord, getLogger
from pathlib import Path

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

# prometheus_client decides by this, when it is imported, that its values are shared.
FOLDER = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(settings.VAR_DIR / "metrics")))
FOLDER.mkdir(parents=True, exist_ok=True)

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

from codes.models import Revision  # noqa: E402
from statusref.page_cache import PageCache  # noqa: E402

INTERVAL = 1  # seconds

REQUESTS = Counter("statusref_requests", "Requests that Django answered.", ["view", "method", "status"])
SECONDS = Histogram(
    "statusref_request_seconds",
    "Seconds that Django took to answer.",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
DATABASE_ERRORS = Counter("statusref_database_errors", "Requests that the database failed, by exception.", ["kind"])
SLOW_QUERIES = Counter("statusref_slow_queries", "Queries of requests that took longer than SLOW_QUERY_MS.")
FROM_MEMORY = Counter("statusref_page_cache_answers", "Answers from memory: the page, or 304.", ["outcome"])
RENDERED = Counter("statusref_page_cache_renders", "Pages that were made to be held.")
HELD = Gauge("statusref_page_cache_pages", "Pages that a worker holds.", multiprocess_mode="livemin")
WAITING = Gauge(
    "statusref_page_cache_waiting_pages",
    "Pages that a worker has yet to make, or to make anew.",
    multiprocess_mode="livemax",
)
HELD_BYTES = Gauge("statusref_page_cache_bytes", "Bytes of the pages that a worker holds.", multiprocess_mode="livemax")
UNSEEN = Gauge(
    "statusref_content_unseen_seconds",
    "Seconds for which a worker could not read the version of the content; 0 while all is well.",
    multiprocess_mode="livemax",
)
REVISION = Gauge(
    "statusref_content_revision", "Newest revision that every worker has seen.", multiprocess_mode="livemin"
)
EDIT_SEEN = Histogram(
    "statusref_edit_seen_seconds",
    "Seconds from an edit until a worker serves it.",
    buckets=(0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30),
)
MEMORY = Gauge("statusref_worker_memory_bytes", "Resident memory of the largest worker.", multiprocess_mode="livemax")
WORKERS = Gauge("statusref_workers", "Workers that run.", multiprocess_mode="livesum")


def count_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Count and time each request, and answer /metrics. To all without the token there is no such page."""
    getLogger("statusref.slow_queries").addHandler(_CountSlowQueries())
    got_request_exception.connect(_count_failure)

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info == "/metrics" and _may_see(request):
            return HttpResponse(figures(), CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
        if "statusref.render" in request.META:
            return get_response(request)
        began = time.perf_counter()
        response = get_response(request)
        view = _view(request)
        method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
        REQUESTS.labels(view, method, response.status_code).inc()
        SECONDS.labels(view).observe(time.perf_counter() - began)
        return response

    return middleware


def figures() -> bytes:
    """Everything that the workers of this host have counted since the server started."""
    for path in FOLDER.glob("gauge_live*_*.db"):
        if not Path(f"/proc/{path.stem.rpartition('_')[2]}").exists():
            path.unlink(missing_ok=True)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(FOLDER))
    return generate_latest(registry)


def report(cache: PageCache) -> None:
    """Take over what `cache` counts, every second, in a thread of its own."""
    WORKERS.set(1)
    watch, on_change, newest = cache.watch, cache.watch.on_change, None

    def changed(public: dict[str, frozenset[str]], paths: set[str] | None) -> None:
        nonlocal newest
        on_change(public, paths)
        if newest not in (None, watch.version.newest):
            edit = Revision.objects.filter(pk=watch.version.newest).first()
            if edit:
                EDIT_SEEN.observe(max(0, (timezone.now() - edit.created).total_seconds()))
        newest = watch.version.newest

    watch.on_change = changed
    threading.Thread(target=_report_for_ever, args=[cache], name="metrics", daemon=True).start()


def _report_for_ever(cache: PageCache) -> None:
    sums = {
        FROM_MEMORY.labels("page"): lambda: cache.pages_sent,
        FROM_MEMORY.labels("not modified"): lambda: cache.known_already,
        RENDERED: lambda: cache.rendered,
    }
    taken = dict.fromkeys(sums, 0)
    page_size = os.sysconf("SC_PAGE_SIZE")
    while True:
        for counter, total in sums.items():
            now = total()
            counter.inc(now - taken[counter])
            taken[counter] = now
        pages = list(cache.store.pages.values())
        ready = sum(page.stale_since is None for page in pages)
        HELD.set(len(pages))
        HELD_BYTES.set(cache.store.size)
        WAITING.set(max(0, len(cache.public) - len(cache.unkept) - ready))
        UNSEEN.set(cache.watch.age)
        REVISION.set(cache.watch.version.newest if cache.watch.version else 0)
        MEMORY.set(int(Path("/proc/self/statm").read_text().split()[1]) * page_size)
        time.sleep(INTERVAL)


def _may_see(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    return constant_time_compare(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())


def _view(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:
        return "none"
    return "admin" if match.route.startswith("admin/") else match.view_name or "unnamed"


def _count_failure(**kwargs) -> None:
    error = sys.exc_info()[1]
    if isinstance(error, Error):
        DATABASE_ERRORS.labels(type(error).__name__).inc()


class _CountSlowQueries(Handler):
    def emit(self, record: LogRecord) -> None:
        SLOW_QUERIES.inc()
