"""The facts of two to four codes as rows that align; what differs is marked."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from codes.models import Fingerprint, StatusCode
from codes.vocabulary import FingerprintKind, RetryRule, Storage

from .models import Comparison, Side

SEEN = (FingerprintKind.LOG, FingerprintKind.FLAG, FingerprintKind.PAGE, FingerprintKind.HEADER)


@dataclass(frozen=True)
class Cell:
    """What one code says in one row. `text` is a line of Markdown, or verbatim where `is_code`."""

    code: StatusCode
    text: str
    note: str = ""
    is_code: bool = False


class Outcome(Enum):
    """What a row shows: its sign, and the same in words."""

    DIFFERS = "≠", "differs"
    SAME = "=", "the same"
    PARTIAL = "", "not stated for each"

    def __init__(self, sign: str, label: str):
        self.sign, self.label = sign, label


@dataclass(frozen=True)
class Row:
    title: str
    cells: list[Cell]

    @property
    def outcome(self) -> Outcome:
        """Notes only explain, and what is not stated proves no difference."""
        texts = [cell.text for cell in self.cells]
        if len(set(texts) - {""}) > 1:
            return Outcome.DIFFERS
        return Outcome.SAME if all(texts) else Outcome.PARTIAL

    @property
    def differs(self) -> bool:
        return self.outcome is Outcome.DIFFERS


@dataclass(frozen=True)
class Group:
    title: str
    rows: list[Row]

    @property
    def differs(self) -> bool:
        return any(row.differs for row in self.rows)


def groups_of(codes: list[StatusCode], comparison: Comparison | None) -> list[Group]:
    """The table of a comparison. `codes` come from `side_by_side`; a row that no code can fill is left out."""
    sides = {side.code_id: side for side in comparison.sides.all()} if comparison else {}

    def row(title: str, cell: Callable[[StatusCode], Cell]) -> Row:
        return Row(title, [cell(code) for code in codes])

    groups = [
        Group("What tells them apart", [*aspects_of(codes, comparison), row("Check first", _first_check)]),
        Group("Who speaks, and where to look", [row("Sent by", _sent_by), row("Look at", _look_at)]),
        Group(
            "What clients do",
            [
                row("Clients", _clients),
                row("Retry", _retry),
                row("Redirect", _redirect),
                row("A gRPC client sees", _grpc),
            ],
        ),
        Group("What caches and crawlers do", [row("Stored by caches", _storage), row("Google", _google)]),
        Group("What the response carries", [row("Required headers", _headers), row("Content", _content)]),
        Group("What gives it away", [row("Seen", lambda code: _sign(code, sides.get(code.pk)))]),
        Group("Where it is defined", [row("Specification", _spec)]),
    ]
    filled = [
        Group(group.title, [row for row in group.rows if any(cell.text for cell in row.cells)]) for group in groups
    ]
    return [group for group in filled if group.rows]


def aspects_of(codes: list[StatusCode], comparison: Comparison | None) -> list[Row]:
    """The rows that only this comparison has."""
    rows = comparison.aspects.all() if comparison else []
    return [Row(aspect.title, [Cell(code, aspect.by_number.get(code.number, "")) for code in codes]) for aspect in rows]


def notes_between(codes: list[StatusCode]) -> Iterator[tuple[StatusCode, StatusCode, str]]:
    """For each two of the codes that name each other, the sentence that tells them apart; one for each two."""
    seen = set()
    for code in codes:
        for relation in code.relations.all():
            two = frozenset({code.number, relation.other.number})
            if two not in seen:
                seen.add(two)
                yield code, relation.other, relation.note


def _first_check(code: StatusCode) -> Cell:
    return Cell(code, code.first_check)


def _sent_by(code: StatusCode) -> Cell:
    if not code.speakers:
        return Cell(code, f"Nobody: {code.get_where_seen_display().lower()}")
    first, *others = code.speakers
    seen = "" if code.where_seen == "sent" else f"{code.get_where_seen_display()}."
    return Cell(code, ", ".join([first.label, *(hop.in_text for hop in others)]), seen)


def _look_at(code: StatusCode) -> Cell:
    return Cell(code, code.get_look_at_display() if code.look_at else "Nothing is broken", "")


def _clients(code: StatusCode) -> Cell:
    return Cell(code, code.client_behaviour)


def _retry(code: StatusCode) -> Cell:
    shown = code.get_retry_rule_display()
    return (
        Cell(code, code.retry_note or shown)
        if code.retry_rule == RetryRule.NONE
        else Cell(code, shown, code.retry_note)
    )


def _redirect(code: StatusCode) -> Cell:
    return Cell(code, code.get_redirect_rule_display(), code.redirect_note)


def _grpc(code: StatusCode) -> Cell:
    return Cell(code, f"`{code.grpc_status}`" if code.grpc_status else "")


def _storage(code: StatusCode) -> Cell:
    if code.storage == Storage.NONE and code.storage_note:
        return Cell(code, code.storage_note)
    return Cell(code, code.get_storage_display(), code.storage_note)


def _google(code: StatusCode) -> Cell:
    note = next((note for note in code.enginenotes.all() if note.engine == "Google"), None)
    if note is None:
        return Cell(code, "")
    return Cell(code, note.text, f"[{note.source}](<{note.source_url}>), checked on {note.checked_on:%-d %B %Y}")


def _headers(code: StatusCode) -> Cell:
    rules = [rule for rule in code.headerrules.all() if rule.level == "MUST"]
    always = [f"`{rule.header}`" for rule in rules if rule.is_unconditional]
    sometimes = [f"`{rule.header}` {rule.condition}" for rule in rules if not rule.is_unconditional]
    useful = [f"`{rule.header}`" for rule in code.headerrules.all() if rule.level in ("SHOULD", "MAY")]
    return Cell(
        code, "; ".join([*always, *sometimes]) or "None", f"SHOULD or MAY: {', '.join(useful)}" if useful else ""
    )


def _content(code: StatusCode) -> Cell:
    return Cell(code, code.get_body_rule_display(), code.body_note)


def _sign(code: StatusCode, side: Side | None) -> Cell:
    if side and side.log_line:
        return Cell(code, side.log_line, is_code=True)
    sign = _most_telling(code.fingerprints.all())
    return Cell(code, sign.pattern, sign.proves, is_code=True) if sign else Cell(code, "")


def _most_telling(signs: Iterable[Fingerprint]) -> Fingerprint | None:
    ranked = [sign for sign in signs if sign.kind in SEEN]
    return min(ranked, key=lambda sign: SEEN.index(sign.kind), default=None)


def _spec(code: StatusCode) -> Cell:
    if not code.spec:
        return Cell(code, code.get_registration_display())
    label = f"[{code.spec_label}](<{code.spec_url}>)" if code.spec_url else code.spec_label
    return Cell(code, label, f"since {code.year}" if code.year else "")
