"""What was understood of a text, in sentences."""

from collections.abc import Iterator

from search.answering import Understood
from search.asked import Asked, unused
from search.entries import Entry
from search.index import Index
from search.recognisers import Reading
from search.recognisers.known import Named


def of_asked(asked: Asked) -> Understood:
    number = asked.numbers[0] if len(asked.numbers) == 1 else None
    label = asked.text if asked.kind == "label" else ""
    return Understood(asked.kind, asked.text, number, label, asked.explanation)


def of_name(text: str, named: Named, entry: Entry, *, is_mended: bool = False) -> Understood:
    said = f"Read as “{named.text}”, a {named.kind} of" if is_mended else f"“{text}” is a {named.kind} of"
    return Understood(named.kind, text, named.number, "", f"{said} {entry.title}.")


def of_sign(entry: Entry, index: Index) -> Understood:
    """What a line without a status gives away."""
    page = index.pages[index.page_of[entry.page]]
    what = f": {entry.title}" if entry.kind == "cause" else ""
    return Understood("message", entry.title, entry.number, "", f"These words belong to {page.title}{what}.")


def of_reading(reading: Reading, number: int | None, meaning: Entry | None, index: Index) -> Iterator[Understood]:
    """The sentence about the whole, then its parts."""
    yield Understood(
        reading.kind, reading.text[:400], number, reading.label, _sentence(reading, number, meaning, index)
    )
    for part in reading.parts:
        is_status = part.kind.startswith("status") and number is not None
        yield Understood(part.kind, part.text[:300], number if is_status else None, "", part.explanation, True)


def _sentence(reading: Reading, number: int | None, meaning: Entry | None, index: Index) -> str:
    article = "an" if reading.kind[0] in "aeiouAEIOU" or reading.kind.startswith("nginx") else "a"
    said = [] if reading.kind == "status in a text" else [f"This is {article} {reading.kind}."]
    if number is not None:
        code = index.codes.get(number)
        named = f"{number:03d} {code.name}" if code else f"{number:03d}"
        said.append(f"{named} is the status{f': {reading.speaker}' if reading.speaker else ''}.")
        said += [] if code else [unused(number)]
    elif reading.speaker:
        said.append(f"It has no status of its own. Who speaks: {reading.speaker}.")
    if meaning and reading.label:
        said.append(f"{meaning.title}.")
    return " ".join(said)
