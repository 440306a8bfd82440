"""Which pages are public, and which are no longer true."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from functools import partial

import yaml
from django.db import close_old_connections
from django.urls import resolve

from codes.away import Away
from codes.limits import file_store
from codes.models import Revision
from codes.publishing import DRAFT
from codes.schedules import note_appeared, publish_due
from codes.version import ContentVersion, content_version, revisions_until
from statusref.sitemaps import SITEMAPS

logger = logging.getLogger("statusref.page_cache")

INTERVAL = 0.5  # seconds between two looks at the version
MOST_REVISIONS = 50  # more at once are an import, and then every page is looked at again

# Parts of a document that only its own pages and the comparisons of its code show.
OWN = {
    "codes": set(
        """meaning definition hop_note storage_note body_note retry_note redirect_note client_behaviour first_check
        grpc_status grpc_sent_as rules fingerprints exchanges causes steps snippets sections engine_notes
        references""".split()
    ),
    "comparisons": {"body", "sides", "aspects", "decisions"},
}


def public_paths() -> dict[str, frozenset[str]]:
    """The paths of the sitemap, each with the query parameters that its view reads."""
    paths = {}
    for section in SITEMAPS.values():
        sitemap = section() if isinstance(section, type) else section
        for item in sitemap.items():
            path = sitemap.location(item)
            paths[path] = getattr(resolve(path).func, "parameters", frozenset())
    return paths


def changed_paths(before: ContentVersion, after: ContentVersion) -> set[str] | None:
    """The addresses whose pages changed between two versions; None where that cannot be told: all of them."""
    fresh = list(Revision.objects.filter(pk__gt=before.newest).order_by("pk")[: MOST_REVISIONS + 1])
    if before.scheduled != after.scheduled or len(fresh) > MOST_REVISIONS:
        return None
    if before.revisions != revisions_until(before.newest):
        return None
    paths: set[str] = set()
    for revision in fresh:
        if revision.path.startswith(DRAFT):
            continue
        touched = _touched(revision)
        if touched is None:
            return None
        paths |= touched
    return paths


def _touched(revision: Revision) -> set[str] | None:
    folder, _, name = revision.path.removesuffix(".yaml").partition("/")
    previous = Revision.objects.filter(path=revision.path, pk__lt=revision.pk).order_by("-pk").first()
    if previous is None or not previous.text or not revision.text or folder not in OWN:
        return None
    if previous.text == revision.text:
        return set()
    old, new = (yaml.load(text, Loader=yaml.CSafeLoader) for text in (previous.text, revision.text))
    if {key for key in {*old, *new} if old.get(key) != new.get(key)} - OWN[folder]:
        return None
    if folder == "comparisons":
        return {f"/compare/{name}"}
    return {
        f"/{name}",
        f"/{name}/snippets",
        *(path for path in public_paths() if path.startswith("/compare/") and name in path),
    }


def _repeat(work: Callable[[], None]) -> None:
    while True:
        until = time.monotonic() + INTERVAL
        work()
        time.sleep(max(0.05, until - time.monotonic()))


class Watch:
    """Looks at the version of the content, and tells when it could last be read. Newer drafts that are due go live.

    `on_change` gets the public paths and the paths that changed (None: any); it is called from the watching thread.
    """

    def __init__(self, on_change: Callable[[dict[str, frozenset[str]], set[str] | None], None]):
        self.on_change = on_change
        self.version: ContentVersion | None = None
        self.seen = time.monotonic()
        self.is_away = False
        self.is_noted = False
        self.forget_at = 0.0

    def start(self, make_ready: Callable[[], None]) -> None:
        """Look for ever, in a thread of its own, and call `make_ready` again and again in another.

        Were they one thread, a page that takes long to make ready on a busy machine would pass for a silent database.
        """
        for name, work in (("watch", self.look), ("ready", partial(self._prepare, make_ready))):
            threading.Thread(target=_repeat, args=(work,), name=f"page-cache-{name}", daemon=True).start()

    def _prepare(self, make_ready: Callable[[], None]) -> None:
        if self.is_away:
            return
        if time.monotonic() > self.forget_at:
            self.forget_at = time.monotonic() + 60
            with contextlib.suppress(Away):
                file_store().forget_past()
        try:
            make_ready()
        except Exception:
            logger.exception("A page could not be made ready.")

    def look(self) -> None:
        """Read the version once. Whatever goes wrong, what is held stays."""
        try:
            close_old_connections()
            publish_due()
            version = content_version()
            if version != self.version:
                changed = changed_paths(self.version, version) if self.version else None
                public = public_paths()
                self.version = version
                self.on_change(public, changed)
                self.is_noted = False
            if not self.is_noted:
                note_appeared()
                self.is_noted = True
        except Exception as error:
            if not self.is_away:
                logger.warning("The database cannot be read (%s). Pages that are held are served on.", error)
            self.is_away = True
            return
        if self.is_away:
            logger.warning("The database can be read again.")
        self.is_away, self.seen = False, time.monotonic()

    @property
    def is_blind(self) -> bool:
        """Whether the database cannot be read, or does not answer."""
        return self.is_away or self.age > 0

    @property
    def age(self) -> int:
        """For how many whole seconds nobody could tell whether what is held is still true; 0 while all is well."""
        age = time.monotonic() - self.seen
        return int(age) if age > 4 * INTERVAL + 1 else 0
