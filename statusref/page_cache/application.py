"""The WSGI application around Django's."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http.request import split_domain_port, validate_host

from statusref.middleware import EDITOR_COOKIE

from .negotiation import best_encoding, has
from .pages import Headers, Page, Store, make_page, squeeze
from .watch import INTERVAL, Watch

Start = Callable[[str, Headers], object]

MOST_ORIGINS = 8  # each has pages of its own where no BASE_URL says which address is the right one
LONGEST_OLD = 2 - INTERVAL  # seconds for which a page that changed is served on while one request renders it anew
LONGEST_WAIT = 10  # seconds
LOOK_AGAIN = 0.2  # seconds between two questions of those who wait: does the database still answer?
# So many requests at once render pages whose old state could be served: no more shall wait for a database that hangs.
RENDERING = 4


class PageCache:
    """Answers GET and HEAD for the pages of the sitemap from memory, and leaves everything else to `app`."""

    def __init__(self, app: WSGIHandler, limit: int, *, warm: Iterable[str] = ()):
        """`limit` is in bytes; `warm` names the origins (`https://example.com`) whose pages are made ready at once."""
        self.app = app
        self.store = Store(limit)
        self.watch = Watch(self._changed)
        self.public: dict[str, frozenset[str]] = {}
        self.unkept: set[str] = set()  # pages that may not be kept, until the content changes
        self.origins: dict[tuple[str, str], str] = {}
        self.locks: dict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)
        self.rendering = threading.BoundedSemaphore(RENDERING)
        self.pages_sent = self.known_already = self.rendered = 0
        for origin in warm:
            parts = urlsplit(origin)
            self._origin(parts.scheme, parts.netloc)

    def start(self) -> "PageCache":
        """Begin to watch the content and to make pages ready."""
        self.watch.start(self._make_ready)
        return self

    def __call__(self, environ: dict, start_response: Start) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        page = self._page(environ) if method == "GET" or method == "HEAD" else None
        if page is None:
            return self.app(environ, start_response)
        form = page.forms[best_encoding(environ.get("HTTP_ACCEPT_ENCODING"))]
        wanted = environ.get("HTTP_IF_NONE_MATCH")
        is_known = wanted is not None and has(wanted, form.tag)
        if is_known:
            headers = form.headers_304
            self.known_already += 1
        else:
            headers = form.headers
            self.pages_sent += 1
        if age := self.watch.age:
            headers = [*headers, ("Age", str(age))]
        start_response("304 Not Modified" if is_known else "200 OK", headers)
        return [] if is_known or method == "HEAD" else [form.body]

    def _page(self, environ: dict) -> Page | None:
        """The page that answers this request, or None where Django must."""
        path = environ["PATH_INFO"]
        parameters = self.public.get(path)
        if parameters is None or EDITOR_COOKIE in environ.get("HTTP_COOKIE", ""):
            return None
        query = environ.get("QUERY_STRING")
        if query and parameters and any(name in parameters for name, _ in parse_qsl(query, keep_blank_values=True)):
            return None
        scheme = environ["wsgi.url_scheme"]
        if settings.TRUSTED_PROXIES:
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", scheme)
        origin = self._origin(scheme, environ.get("HTTP_HOST", ""))
        if origin is None:
            return None
        key = (origin, path)
        page = self.store.pages.get(key)
        if page is not None and (page.stale_since is None or self.watch.is_blind):
            return page
        return None if path in self.unkept else self._fresh(key, page)

    def _origin(self, scheme: str, host: str) -> str | None:
        """The origin under which pages for this host are kept, or None where none are."""
        known = self.origins.get((scheme, host))
        if known is not None:
            return known
        if scheme not in ("http", "https") or (settings.HTTPS and scheme == "http"):
            return None
        domain, port = split_domain_port(host)
        if not domain or len(port) > 5 or not validate_host(domain, settings.ALLOWED_HOSTS):
            return None
        if len(self.origins) >= MOST_ORIGINS:
            return None
        # With BASE_URL set no page says by which name it was asked for, so all names share one.
        self.origins[(scheme, host)] = settings.BASE_URL or f"{scheme}://{host}"
        return self.origins[(scheme, host)]

    def _fresh(self, key: tuple[str, str], old: Page | None) -> Page | None:
        """Render the page unless another request does; then the old one will do for a moment."""
        lock = self.locks[key]
        is_mine = lock.acquire(blocking=False)
        if not is_mine:
            if old is not None and time.monotonic() - old.stale_since < LONGEST_OLD:
                return old
            is_mine = self._wait_for(lock, old)
        try:
            page = self.store.pages.get(key)
            if not is_mine or (page is not None and page is not old):
                return page
            return self._render(key) if old is None else self._render_over(key, old)
        finally:
            if is_mine:
                lock.release()

    def _render_over(self, key: tuple[str, str], old: Page) -> Page:
        """Render a page that changed, RENDERING of them at once at the most; the old one where that cannot be."""
        if not self._wait_for(self.rendering, old):
            return old
        try:
            return self._render(key) or old
        finally:
            self.rendering.release()

    def _wait_for(self, lock: "threading.Lock | threading.Semaphore", old: Page | None) -> bool:
        """Take the lock. False after a while, and, where there is an old page, once the database does not answer."""
        until = time.monotonic() + LONGEST_WAIT
        while not lock.acquire(timeout=LOOK_AGAIN):
            if time.monotonic() > until or (old is not None and self.watch.is_blind):
                return False
        return True

    def _render(self, key: tuple[str, str]) -> Page | None:
        """Ask Django for the page as a visitor without cookies would, and keep it. None where it is not to be kept."""
        version = self.watch.version
        status, headers, body = self._ask(key)
        if status >= 500:
            return None  # What failed this once may well be right the next time.
        if status != 200 or not _may_be_kept(headers):
            self.unkept.add(key[1])
            return None
        page = make_page(body, headers)
        # Had the content changed meanwhile, nobody could tell which of the two this is.
        if version is None or version != self.watch.version:
            page.stale_since = time.monotonic()
        self.store.put(key, page)
        self.rendered += 1
        return page

    def _ask(self, key: tuple[str, str]) -> tuple[int, Headers, bytes]:
        origin, path = key
        parts = urlsplit(origin)
        answered: dict = {}
        environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "443" if parts.scheme == "https" else "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": parts.netloc,
            "HTTP_X_FORWARDED_PROTO": parts.scheme,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": BytesIO(),
            "wsgi.errors": None,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "statusref.render": True,
        }

        def start_response(status: str, headers: Headers, exc_info: object = None) -> None:
            answered.update(status=status, headers=headers)

        result = self.app(environ, start_response)
        try:
            body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        return int(answered["status"][:3]), answered["headers"], body

    def _changed(self, public: dict[str, frozenset[str]], paths: set[str] | None) -> None:
        self.public = public
        self.unkept = set()
        self.store.keep_only(set(public))
        self.store.mark_stale(paths)

    def _make_ready(self) -> None:
        """Render what is missing or stale, then compress it well; end soon, for more may be stale by then."""
        until = time.monotonic() + INTERVAL
        held = [((origin, path), path) for origin in set(self.origins.values()) for path in self.public]
        for work in (self._render_ahead, self._squeeze):
            for key, path in held:
                began = time.monotonic()
                if began > until:
                    return
                if path not in self.unkept and work(key):
                    # Requests come first: rest for as long as that took.
                    time.sleep(time.monotonic() - began)

    def _render_ahead(self, key: tuple[str, str]) -> bool:
        page = self.store.pages.get(key)
        if page.stale_since is None if page else self.store.is_full:
            return False
        self._fresh(key, page)
        return True

    def _squeeze(self, key: tuple[str, str]) -> bool:
        page = self.store.pages.get(key)
        if page is None or page.is_small:
            return False
        self.store.replace(key, page, squeeze(page))
        return True


def _may_be_kept(headers: Headers) -> bool:
    fields = {name.lower(): value.lower() for name, value in headers}
    control = fields.get("cache-control", "")
    if "set-cookie" in fields or "content-encoding" in fields or "private" in control or "no-store" in control:
        return False
    return {part.strip() for part in fields.get("vary", "").split(",")} <= {"", "accept-encoding"}
