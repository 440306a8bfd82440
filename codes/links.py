"""Links inside the site, checked without rendering a page: which addresses there are, and which places each has.

Pure, like `codes.checks`, whose findings it makes. The places are those of `codes.blocks` and of the templates.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import SimpleNamespace
from urllib.parse import unquote

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import timezone

from codes.blocks import blocks_of
from codes.checks import Finding, leaves, markdown_texts
from codes.documents import DocumentKind
from codes.documents.reading import as_moment
from codes.vocabulary import Registration

TARGET = re.compile(r"\]\(\s*<?([^)\s>]{1,300})|^ {0,3}\[[^\]\n]{1,200}\]:\s*<?([^\s>]{1,300})", re.M)
OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)
COMPARED = re.compile(r"/compare/([0-9]{3}(?:-vs-[0-9]{3})+)")


def links_of(data: dict) -> Iterator[tuple[str, str]]:
    """Where, and whither, of every link of a page that stays inside the site; a key `read` is an address by itself."""
    yield from ((where, text) for where, key, text in leaves(data) if key == "read")
    for where, text in markdown_texts(data):
        if "](" in text or "]:" in text:
            for found in TARGET.finditer(text):
                target = found[1] or found[2]
                if not OUTSIDE.match(target):
                    yield where, target


@dataclass(frozen=True)
class Target:
    """A page that links may lead to. `anchors` None: nobody looks at its places."""

    anchors: frozenset[str] | None
    published_at: date | datetime | None
    has_drafts: bool

    @property
    def is_public(self) -> bool:
        return not self.has_drafts or (self.published_at is not None and as_moment(self.published_at) <= timezone.now())


@dataclass
class Site:
    """Every address that is a page's, and every label that leads to one (`/404.13`, `/h12`)."""

    targets: dict[str, Target] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, pages: Iterable[tuple[DocumentKind, dict]]) -> "Site":
        """The site that consists of these pages, each as plain data."""
        site = cls()
        for kind, data in pages:
            if address := address_of(kind, data):
                site.targets[address] = target = target_of(kind, data)
                if data.get("snippets"):
                    site.targets[f"{address}/snippets"] = replace(target, anchors=anchors_of_snippets(data))
            site.labels.update(str(row.get("label", "")).lower() for row in data.get("meanings", []))
        return site

    def broken_links(self, links: Iterable[tuple[str, str]], own_address: str) -> Iterator[Finding]:
        """Those of a page's `links_of` that lead nowhere, and what would be right."""
        told: dict[str, str] = {}
        for where, target in links:
            if target not in told:
                told[target] = self.wrong_with(target, own_address)
            if told[target]:
                yield Finding("links", where, told[target])

    def wrong_with(self, link: str, own_address: str) -> str:
        """What an editor should know about a link of the page at `own_address`; empty where it is right."""
        address, _, anchor = link.partition("#")
        address = unquote(address.partition("?")[0])
        if address and not address.startswith("/"):
            return f"{link}: begin a link inside the site with a slash, like /404."
        address = (address.rstrip("/") or "/") if address else own_address
        target = self.targets.get(address)
        if target is None:
            return "" if self._leads_somewhere(address) else f"{link}: there is no such page.{self._near(address)}"
        if address != own_address and not target.is_public:
            return f"{link}: that page is not published; visitors get an error there."
        if anchor and target.anchors is not None and unquote(anchor) not in target.anchors:
            return f"{link}: that page has no place #{anchor}.{_did_you_mean(unquote(anchor), target.anchors, '#')}"
        return ""

    def _leads_somewhere(self, address: str) -> bool:
        if address[1:].lower() in self.labels or address.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            return True
        if compared := COMPARED.fullmatch(address):
            # Any set of known codes can be compared.
            return all(f"/{number}" in self.targets for number in compared[1].split("-vs-"))
        try:
            match = resolve(address)
        except Resolver404:
            return False
        # An address with a variable part is a page's, and would be among the targets.
        return not match.captured_kwargs and not match.args

    def _near(self, address: str) -> str:
        if re.fullmatch(r"/[0-9]{3}", address):
            # A number that is near is another code, and not what was meant.
            return ""
        if (bare := re.search(r"[0-9]{3}\Z", address)) and f"/{bare[0]}" in self.targets:
            return f" Did you mean /{bare[0]}?"
        return _did_you_mean(address, self.targets, "")


def _did_you_mean(word: str, known: Iterable[str], prefix: str) -> str:
    near = difflib.get_close_matches(word[:120], list(known), 1, 0.7)
    return f" Did you mean {prefix}{near[0]}?" if near else ""


def address_of(kind: DocumentKind, data: dict) -> str:
    """The address of a page, from its data alone; empty where pages of its kind have none."""
    if not hasattr(kind.model, "get_absolute_url"):
        return ""
    return kind.model(**{kind.identity: data[kind.identity]}).get_absolute_url()


def target_of(kind: DocumentKind, data: dict) -> Target:
    places = kind.places or ANCHORS.get(kind.folder)
    return Target(places(data) if places else None, data.get("published_at"), hasattr(kind.model, "published_at"))


# The places of a page, as the templates make them


class _Rows(list):
    def all(self) -> "_Rows":
        return self


def anchors_of_code(data: dict) -> frozenset[str]:
    """Every place of a code page that can be linked to."""
    found = {"main", *(block.anchor for block in blocks_of(_as_code(data)))}
    for cause in data.get("causes", []):
        found.add(f"cause-{cause.get('slug')}")
        found.update(f"fix-{cause.get('slug')}-{fix.get('slug')}" for fix in cause.get("fixes", []))
    for rows, prefix in ROW_ANCHORS:
        found.update(f"{prefix}-{row.get('slug')}" for row in data.get(rows, []))
    found.update(f"{row.get('kind')}-{row.get('slug')}" for row in data.get("sections", []))
    return frozenset(found)


def anchors_of_snippets(data: dict) -> frozenset[str]:
    """Every place of the page of a code's snippets."""
    rows = data["snippets"]
    slugs, platforms = (
        (f"snippet-{row.get('slug')}" for row in rows),
        (f"platform-{row.get('platform')}" for row in rows),
    )
    return frozenset({"main", *slugs, *platforms})


ROW_ANCHORS = (("meanings", "meaning"), ("exchanges", "exchange"), ("steps", "step"), ("snippets", "snippet"))
ANCHORS = {
    "codes": anchors_of_code,
    "classes": lambda data: frozenset({"main"}),
    "vendors": lambda data: frozenset({"main"}),
}


def _as_code(data: dict) -> SimpleNamespace:
    """What `blocks_of` asks of a code, made of plain data."""

    def rows(key: str) -> _Rows:
        return _Rows(SimpleNamespace(**{"kind": "", "role": "", **row}) for row in data.get(key, []))

    numbers = (str(data.get("number")), f"{data.get('number', 0):03d}")
    meanings = _Rows(
        SimpleNamespace(
            is_sub_status=row.get("label") not in numbers,
            body=row.get("body", ""),
            vendor_id=row.get("vendor"),
            vendor=row.get("vendor"),
        )
        for row in data.get("meanings", [])
    )
    names = _Rows(
        SimpleNamespace(
            kind=row.get("kind", ""),
            text=row.get("text", ""),
            since=row.get("since", ""),
            platform=SimpleNamespace(slug=row.get("platform"), name=row.get("platform")),
        )
        for row in data.get("names", [])
    )
    return SimpleNamespace(
        number=data.get("number", 0),
        names=names,
        meaning=data.get("meaning"),
        definition=data.get("definition"),
        first_check=data.get("first_check"),
        is_registered=data.get("registration") != Registration.UNREGISTERED,
        meanings=meanings,
        headerrules=rows("headers"),
        enginenotes=rows("engine_notes"),
        **{
            key: rows(key)
            for key in "sections snippets causes steps fingerprints exchanges rules relations references".split()
        },
    )
