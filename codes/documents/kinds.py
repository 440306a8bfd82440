"""Which models make a document, and which fields make a row. The order here is the order in the file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.db import models

from codes.models import (
    Cause,
    EngineNote,
    Exchange,
    Fingerprint,
    Fix,
    HeaderRule,
    Meaning,
    Name,
    Platform,
    Reference,
    Relation,
    Rule,
    Section,
    Snippet,
    StatusClass,
    StatusCode,
    Step,
    Vendor,
)
from codes.models.base import WordListField


@dataclass(frozen=True)
class RowKind:
    """One list of rows in a document.

    `fields` maps the key in the file to the field of the model; `identity` names the keys that tell two rows apart.
    """

    model: type[models.Model]
    parent: str
    keys: str
    identity: tuple[str, ...] = ("slug",)
    renamed: dict[str, str] = field(default_factory=dict)
    children: dict[str, "RowKind"] = field(default_factory=dict)

    @cached_property
    def fields(self) -> dict[str, models.Field]:
        return _fields(self.model, self.keys, self.renamed)


# The kind of document of each model that has one; a kind enters itself when it is made, whatever app it is of.
REGISTRY: dict[type[models.Model], "DocumentKind"] = {}


@dataclass(frozen=True)
class DocumentKind:
    """One folder of documents: the model of the page, its keys, and its lists of rows.

    `check` looks at the plain data of a whole document and yields where it contradicts itself, and a sentence about it;
    `places` tells from that data which places of the page links may name.
    """

    folder: str
    model: type[models.Model]
    keys: str
    identity: str
    rows: dict[str, RowKind] = field(default_factory=dict)
    check: Callable[[dict], Iterable[tuple[tuple, str]]] | None = None
    places: Callable[[dict], frozenset[str]] | None = None

    def __post_init__(self) -> None:
        REGISTRY[self.model] = self

    @cached_property
    def fields(self) -> dict[str, models.Field]:
        return _fields(self.model, self.keys, {})

    def path_of(self, identity: str | int) -> str:
        """The file's path below `content/`."""
        return f"{self.folder}/{identity:03d}.yaml" if isinstance(identity, int) else f"{self.folder}/{identity}.yaml"

    def path(self, page: models.Model) -> str:
        return self.path_of(getattr(page, self.identity))

    def live_pages(self) -> models.QuerySet:
        """Every page that has a file: drafts and scheduled ones too, but no draft copies."""
        pages = self.model._default_manager.all()
        return pages.filter(draft_of=None) if hasattr(self.model, "draft_of") else pages


def row_kinds(lists: dict[str, RowKind]) -> Iterator[RowKind]:
    """Every kind of row in these lists, and in the lists of their rows."""
    for kind in lists.values():
        yield kind
        yield from row_kinds(kind.children)


def kind_of(page: models.Model) -> DocumentKind:
    """The kind of document that a page is. Raises KeyError where its model has none."""
    return REGISTRY[type(page)]


def _fields(model: type[models.Model], keys: str, renamed: dict[str, str]) -> dict[str, models.Field]:
    return {key: model._meta.get_field(renamed.get(key, key)) for key in keys.split()}


def is_list(model_field: models.Field) -> bool:
    return isinstance(model_field, WordListField)


CODE = DocumentKind(
    folder="codes",
    model=StatusCode,
    identity="number",
    keys="""number name published_at is_popular registration spec section spec_url year
        summary gist meaning definition where_seen sent_by look_at hop_note
        storage storage_note body_rule body_note retry_rule retry_note redirect_rule redirect_note
        client_behaviour first_check grpc_status grpc_sent_as verified verified_note checked_on source""",
    rows={
        "meanings": RowKind(
            Meaning,
            "code",
            """slug label vendor name summary where_seen sent_by body_rule retry_note era body source source_url
            verified verified_note""",
        ),
        "names": RowKind(Name, "code", "kind text platform spec since", ("kind", "text", "platform")),
        "headers": RowKind(HeaderRule, "code", "header level condition note section", ("header", "level", "condition")),
        "rules": RowKind(Rule, "code", "level who text section", ("level", "section", "text")),
        "fingerprints": RowKind(Fingerprint, "code", "kind pattern proves vendor meaning", ("kind", "pattern")),
        "exchanges": RowKind(Exchange, "code", "slug title transcript note"),
        "causes": RowKind(
            Cause,
            "code",
            "slug title layer meaning sign body source source_url",
            children={"fixes": RowKind(Fix, "cause", "slug title platform body why expected warning")},
        ),
        "steps": RowKind(Step, "code", "slug title body command expect proves"),
        "snippets": RowKind(
            Snippet, "code", "slug platform role title body code warning run", renamed={"code": "source"}
        ),
        "sections": RowKind(Section, "code", "kind slug title body", ("kind", "slug")),
        "engine_notes": RowKind(
            EngineNote, "code", "engine topic text source source_url checked_on", ("engine", "topic", "text")
        ),
        "relations": RowKind(Relation, "code", "kind other note", ("other",)),
        "references": RowKind(Reference, "code", "title url", ("url",)),
    },
)

# Pages that others name come first.
DOCUMENTS = [
    DocumentKind("classes", StatusClass, "digit name slug tagline summary body", "slug"),
    DocumentKind("platforms", Platform, "slug name lexer kind position", "slug"),
    DocumentKind("vendors", Vendor, "slug name kind summary body url", "slug"),
    CODE,
]
