"""The newest text of every page, read once and kept by revision: what checks need to know of the other pages.

A revision never changes, so what was read from it holds for ever; only the texts of new ones are loaded.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Max

from codes import checks
from codes.documents import DocumentKind, load
from codes.documents.kinds import REGISTRY
from codes.links import Site, address_of, links_of
from codes.models import Revision
from codes.publishing import DRAFT
from codes.version import NewestRevision, newest_revision


@dataclass
class Text:
    """The text of one page at one revision, and what was read from it."""

    path: str
    kind: DocumentKind
    data: dict

    @cached_property
    def address(self) -> str:
        return address_of(self.kind, self.data)

    @cached_property
    def name(self) -> str:
        """How an editor knows the page: its address, or the path of its file."""
        return self.address or self.path

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        return list(links_of(self.data))

    @cached_property
    def run_hashes(self) -> array:
        return array("q", checks.run_hashes(self.data))

    @cached_property
    def findings(self) -> list[checks.Finding]:
        """What the text alone tells."""
        return checks.check(self.data)


class Corpus:
    """Every live page by its path, drafts and scheduled ones too; no newer drafts."""

    def __init__(self, texts: dict[str, Text]):
        self.texts = texts

    @cached_property
    def site(self) -> Site:
        return Site.of((text.kind, text.data) for text in self.texts.values())

    def broken_links(self) -> dict[str, list[checks.Finding]]:
        """The broken links of every page that has one, by its path. What a schedule published since counts."""
        found = {text.path: list(self.site.broken_links(text.links, text.address)) for text in self.texts.values()}
        return {path: findings for path, findings in sorted(found.items()) if findings}

    @cached_property
    def shared_words(self) -> dict[str, list[checks.Finding]]:
        """What each page has in common with others, by its path."""
        return {path: list(checks.shared_words(text.data, self._others(path))) for path, text in self.texts.items()}

    def findings(self) -> dict[str, list[checks.Finding]]:
        """Every finding of every page that has one, by its path."""
        links, shared = self.broken_links(), self.shared_words
        found = {
            path: [*links.get(path, []), *shared[path], *text.findings] for path, text in sorted(self.texts.items())
        }
        return {path: findings for path, findings in found.items() if findings}

    def _others(self, path: str) -> Iterator[tuple[str, array]]:
        return ((text.name, text.run_hashes) for text in self.texts.values() if text.path != path)

    def findings_of(self, kind: DocumentKind, data: dict) -> list[checks.Finding]:
        """Every finding of one page, whose plain data may be newer than its revision, or a newer draft's."""
        path = kind.path_of(data[kind.identity])
        own = Site.of([(kind, data)])
        # The page's own places are those of this text.
        site = Site(self.site.targets | own.targets, self.site.labels | own.labels)
        return [
            *site.broken_links(links_of(data), address_of(kind, data)),
            *checks.shared_words(data, self._others(path)),
            *checks.check(data),
        ]


def corpus_of(texts: Mapping[str, str]) -> Corpus:
    """The corpus of these texts by their paths below content/; what cannot be read is left out."""
    read = {path: _text(path, text) for path, text in texts.items()}
    return Corpus({path: text for path, text in read.items() if text})


# By primary key and time: a transaction that is rolled back gives its keys back.
Version = tuple[int, datetime]
_kept: tuple[frozenset[Version], Corpus] = (frozenset(), Corpus({}))
_read: dict[Version, Text | None] = {}
_held: tuple[NewestRevision | None, Corpus] = (None, Corpus({}))


def corpus() -> Corpus:
    """The corpus as of now: one small query, and two that look at all revisions where a page has changed."""
    global _held
    newest = newest_revision()
    held = _held
    if newest is None or newest != held[0]:
        held = _held = (newest, _corpus())
    return held[1]


def _corpus() -> Corpus:
    global _kept, _read
    newest = Revision.objects.exclude(path__startswith=DRAFT).values("path").annotate(Max("pk"), Max("created"))
    versions = {(row["pk__max"], row["created__max"]): row["path"] for row in newest}
    known, found = _kept
    if versions.keys() == known:
        return found
    read = {version: text for version, text in _read.items() if version in versions}
    missing = {version[0]: version for version in versions if version not in read}
    for pk, text in Revision.objects.filter(pk__in=missing).values_list("pk", "text") if missing else ():
        read[missing[pk]] = _text(versions[missing[pk]], text)
    found = Corpus({text.path: text for text in read.values() if text})
    _kept, _read = (frozenset(versions), found), read
    return found


def _text(path: str, text: str) -> Text | None:
    kinds = {kind.folder: kind for kind in REGISTRY.values()}
    kind = kinds.get(path.split("/")[0])
    data, _, problems = load(kind, path, text) if kind and text else ({}, {}, [])
    return Text(path, kind, data) if data and not problems else None
