"""One page as it goes out, and the store that holds all of them."""

import gzip
import hashlib
import re
import threading
import time
from dataclasses import dataclass, field

import brotli

from .negotiation import ENCODINGS

Headers = list[tuple[str, str]]

CACHE_CONTROL = "public, max-age=0, stale-if-error=86400"
# What a 304 repeats (RFC 9110 §15.4.5); the rest the client has.
_IN_304 = {"cache-control", "content-location", "vary", "etag"}


@dataclass(frozen=True, slots=True)
class Form:
    """One encoding of a page: the bytes, its validator, and the fields of a 200 and of a 304."""

    body: bytes
    tag: str
    headers: Headers
    headers_304: Headers


def make_form(body: bytes, encoding: str, common: Headers) -> Form:
    """Return the form that sends `body`, already in `encoding`.

    Its validator is made of these very bytes and of the fields: whoever has the page gets no new policy with a 304.
    """
    # Each process writes the parts of a policy in an order of its own.
    fields = sorted((name.lower(), sorted(re.findall(r"[^\s;,]+", value))) for name, value in common)
    tag = f'"{hashlib.sha256(repr(fields).encode() + body).hexdigest()[:24]}"'
    headers = [*common, ("ETag", tag)]
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding))
    kept = [(name, value) for name, value in headers if name.lower() in _IN_304]
    return Form(body, tag, [*headers, ("Content-Length", str(len(body)))], kept)


@dataclass(slots=True)
class Page:
    """One page in every encoding. `stale_since` is the moment (monotonic seconds) from which it may be untrue."""

    forms: dict[str, Form]
    common: Headers
    stale_since: float | None = None
    is_small: bool = False

    @property
    def size(self) -> int:
        return sum(len(form.body) for form in self.forms.values())


def make_page(body: bytes, headers: Headers) -> Page:
    """Return the page of a rendered body, quickly compressed; `squeeze` does it well."""
    own = ("content-length", "vary", "etag", "x-request-id")
    common = [(name, value) for name, value in headers if name.lower() not in own]
    common.append(("Vary", "Accept-Encoding"))
    if not any(name.lower() == "cache-control" for name, _ in common):
        common.append(("Cache-Control", CACHE_CONTROL))
    bodies = {
        "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
        "gzip": gzip.compress(body, 6, mtime=0),
        "identity": body,
    }
    return Page({name: make_form(bodies[name], name, common) for name in ENCODINGS}, common)


def squeeze(page: Page) -> Page:
    """Return the page with its br form as small as it gets; takes some hundred milliseconds for the largest ones."""
    small = brotli.compress(page.forms["identity"].body, mode=brotli.MODE_TEXT, quality=11)
    forms = {**page.forms, "br": make_form(small, "br", page.common)}
    return Page(forms, page.common, page.stale_since, is_small=True)


Key = tuple[str, str]


@dataclass
class Store:
    """The pages by origin and path, at most `limit` bytes of them; the oldest goes first.

    `is_full` says that some had to go since pages were last forgotten: to make others ready ahead is then in vain.
    """

    limit: int
    pages: dict[Key, Page] = field(default_factory=dict)
    size: int = 0
    is_full: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, key: Key, page: Page) -> None:
        with self._lock:
            self._drop(key)
            while self.pages and self.size + page.size > self.limit:
                self._drop(next(iter(self.pages)))
                self.is_full = True
            if page.size <= self.limit:
                self.pages[key] = page
                self.size += page.size

    def replace(self, key: Key, old: Page, new: Page) -> None:
        """Put `new` where `old` still is."""
        with self._lock:
            if self.pages.get(key) is not old:
                return
            new.stale_since = old.stale_since
            self.pages[key] = new
            self.size += new.size - old.size

    def mark_stale(self, paths: set[str] | None) -> None:
        """From now on these paths may be untrue; None means all."""
        now = time.monotonic()
        with self._lock:
            for (_, path), page in self.pages.items():
                if page.stale_since is None and (paths is None or path in paths):
                    page.stale_since = now

    def keep_only(self, paths: set[str]) -> None:
        """Forget pages that are no longer public."""
        with self._lock:
            for key in [key for key in self.pages if key[1] not in paths]:
                self._drop(key)
                self.is_full = False

    def _drop(self, key: Key) -> None:
        if page := self.pages.pop(key, None):
            self.size -= page.size
