"""What a code page usually has. The one table of it: the admin's index, its filter and its help all read it here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from codes.models import (
    Cause,
    Exchange,
    Fingerprint,
    Meaning,
    Relation,
    Rule,
    Section,
    Snippet,
    StatusCode,
    Step,
)
from codes.vocabulary import Registration, SectionKind, WhereSeen

IN_FORCE = (Registration.ASSIGNED, Registration.TEMPORARY)


ANY = Q()


@dataclass(frozen=True)
class Part:
    """Something that a page may have: rows of one model, of which one `which` is enough."""

    title: str
    model: type
    which: Q = ANY

    def exists(self) -> Exists:
        return Exists(self.model.objects.filter(self.which, code=OuterRef("pk")))


PARTS = {
    "causes": Part("causes", Cause),
    "steps": Part("steps of a diagnosis", Step),
    "fingerprints": Part("signs of who sent it", Fingerprint),
    "exchange": Part("an exchange", Exchange),
    "faq": Part("questions", Section, Q(kind=SectionKind.FAQ)),
    "rules": Part("rules", Rule),
    "misreadings": Part("misreadings or misuses", Section, Q(kind__in=(SectionKind.PITFALL, SectionKind.MISUSE))),
    "snippets": Part("snippets", Snippet),
    "relations": Part("related codes", Relation),
    "meanings": Part("a vendor's meaning", Meaning),
}


@dataclass(frozen=True)
class Expectation:
    """Which pages, in words and as a question to a code, usually have which `PARTS`."""

    pages: str
    applies: Callable[[StatusCode], bool]
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.pages}: {', '.join(PARTS[part].title for part in self.parts)}."


EXPECTATIONS = (
    Expectation("Every page", lambda code: True, ("relations",)),
    Expectation(
        "A registered 4xx or 5xx in force",
        lambda code: code.registration in IN_FORCE and code.digit in (4, 5),
        ("causes", "steps", "fingerprints", "faq", "rules"),
    ),
    Expectation(
        "A registered 1xx, 2xx or 3xx in force",
        lambda code: code.registration in IN_FORCE and code.digit in (1, 2, 3),
        ("misreadings",),
    ),
    Expectation(
        "A registered number that is on the wire",
        lambda code: code.registration in IN_FORCE and code.where_seen == WhereSeen.SENT,
        ("exchange",),
    ),
    Expectation(
        "A much-met code that is registered",
        lambda code: code.registration in IN_FORCE and code.is_popular,
        ("snippets",),
    ),
    Expectation("A number that is not registered", lambda code: not code.is_registered, ("meanings",)),
)


def with_parts(codes: QuerySet[StatusCode]) -> QuerySet[StatusCode]:
    """The codes with a note of which parts each has, still one query."""
    return codes.annotate(**{f"has_{name}": part.exists() for name, part in PARTS.items()})


def lacking(code: StatusCode) -> list[str]:
    """The keys of the parts that a code `with_parts` usually has and lacks, each once."""
    expected = (part for expectation in EXPECTATIONS if expectation.applies(code) for part in expectation.parts)
    return [part for part in dict.fromkeys(expected) if not getattr(code, f"has_{part}")]


def in_words(parts: Iterable[str]) -> str:
    return ", ".join(PARTS[part].title for part in parts)
