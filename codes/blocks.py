"""The blocks of a code page, in reading order; a block without content is not there."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from codes import lines
from codes.models import Meaning, StatusCode, Vendor
from codes.models.querysets import rows_of
from codes.vocabulary import RelationKind, Role, SectionKind, Stop


@dataclass(frozen=True)
class Block:
    """One part of the page: its anchor, its heading, the partial that draws it, and what it draws."""

    anchor: str
    title: str
    template: str
    rows: list = field(default_factory=list)

    @property
    def is_about_code(self) -> bool:
        """Whether it draws columns of the code rather than rows of it."""
        return bool(self.rows) and isinstance(self.rows[0], StatusCode)


def blocks_of(code: StatusCode) -> list[Block]:
    """Return the blocks that `code` has content for. Its rows must be loaded (`load_page`)."""
    return [block for block in _all_blocks(code) if block.rows]


def _all_blocks(code: StatusCode) -> Iterator[Block]:
    sections = defaultdict(list)
    for section in code.sections.all():
        sections[section.kind].append(section)
    snippets = defaultdict(list)
    for snippet in code.snippets.all():
        snippets[snippet.role].append(snippet)
    meanings = meanings_of(code)

    def text(kind: SectionKind, anchor: str = "", title: str = "") -> Block:
        return Block(anchor or kind.value, title or kind.label, "codes/_sections.html", sections[kind])

    def code_for(role: Role, anchor: str) -> Block:
        return Block(anchor, role.label, "codes/_snippets.html", snippets[role])

    yield Block(
        "meaning", "In plain words", "codes/_plain_words.html", [code] if code.meaning or code.first_check else []
    )
    if not code.is_registered:
        yield Block("meanings", "Whose number it is", "codes/_meanings.html", meanings)
    yield text(SectionKind.OVERVIEW)
    yield text(SectionKind.SYMPTOM)
    yield Block("causes", "Causes and fixes", "codes/_causes.html", list(code.causes.all()))
    yield Block("diagnose", "Diagnose, step by step", "codes/_steps.html", list(code.steps.all()))
    yield Block("fingerprints", "Who sent it?", "codes/_fingerprints.html", list(code.fingerprints.all()))
    yield text(SectionKind.VISITOR)
    yield text(SectionKind.USAGE)
    yield text(SectionKind.MISUSE)
    yield text(SectionKind.PITFALL)
    yield Block("exchanges", "On the wire", "codes/_exchanges.html", rows_of(code, "exchanges"))
    yield code_for(Role.RETURN, "return")
    yield code_for(Role.CONFIGURE, "configure")
    yield code_for(Role.HANDLE, "handle")
    yield Block("facts", "Quick facts", "codes/_facts.html", [code])
    yield Block("headers", "Header fields", "codes/_headers.html", rows_of(code, "headerrules"))
    rules = rows_of(code, "rules")
    yield Block(
        "rules",
        "What the specification says" if rules else "Definition",
        "codes/_rules.html",
        rules or ([code] if code.definition else []),
    )
    if code.is_registered:
        yield Block("meanings", "What vendors mean by it", "codes/_meanings.html", meanings)
    for kind in (SectionKind.SCENARIO, SectionKind.OPERATIONS, SectionKind.PREVENTION, SectionKind.IMPACT):
        yield text(kind)
    yield Block("search-engines", "Search engines", "codes/_engines.html", rows_of(code, "enginenotes"))
    for kind in (SectionKind.SECURITY, SectionKind.PERFORMANCE, SectionKind.ADVANCED):
        yield text(kind)
    yield text(SectionKind.FAQ)
    relations = list(code.relations.all())
    for kind in (RelationKind.CONFUSED, RelationKind.RELATED):
        yield Block(kind.value, kind.label, "codes/_relations.html", [row for row in relations if row.kind == kind])
    yield Block("compare", "Compare it", "codes/_compare.html", [code])
    yield Block("constants", "In code", "codes/_constants.html", lines.rows_of(code))
    yield text(SectionKind.NOTE)
    yield Block("references", "Read more", "codes/_references.html", rows_of(code, "references"))


@dataclass(frozen=True)
class SubStatuses:
    """The sub-statuses of one vendor, which share a table."""

    vendor: Vendor
    rows: list[Meaning]

    @property
    def sources(self) -> list[Meaning]:
        """One meaning for each source that the rows name."""
        return list({row.source: row for row in reversed(self.rows) if row.source}.values())[::-1]


def meanings_of(code: StatusCode) -> list[Meaning | SubStatuses]:
    """The meanings of the number itself one by one, then each vendor's sub-statuses together."""
    alone, tables = [], {}
    for meaning in code.meanings.all():
        if meaning.is_sub_status and not meaning.body:
            tables.setdefault(meaning.vendor_id, SubStatuses(meaning.vendor, [])).rows.append(meaning)
        else:
            alone.append(meaning)
    return [*alone, *tables.values()]


@dataclass(frozen=True)
class Door:
    """A short way into the page for one kind of reader."""

    anchor: str
    title: str
    text: str


DOORS = (
    Door("visitor", "I'm just visiting", "What it means for you, and what you can do."),
    Door("causes", "I run this server", "Find the cause, then the fix."),
    Door("return", "I'm writing code", "Return it, handle it, retry it."),
    Door("search-engines", "I own the site", "What search engines do with it."),
    Door("usage", "I'm designing an API", "When to use it, and when another code says it better."),
    Door("meanings", "I found it in a log", "Whose number it is, and what it meant there."),
)


def doors_of(blocks: list[Block]) -> list[Door]:
    """At most four doors, only to blocks that the page has; one alone would be no choice."""
    anchors = {block.anchor for block in blocks}
    doors = [door for door in DOORS if door.anchor in anchors][:4]
    return doors if len(doors) > 1 else []


def path_of(code: StatusCode) -> list[dict]:
    """The line from client to database: which stop spoke, which may speak too, and where the trouble is."""
    speakers = [hop.stop for hop in code.speakers]
    stops = []
    for stop in Stop:
        if speakers[:1] == [stop]:
            role = "here"
        elif stop in speakers:
            role = "also"
        else:
            role = ""
        stops.append({"stop": stop, "role": role, "is_trouble": stop == code.look_at})
    return stops
