"""What can be found: one entry for each place of a page. Other apps enter theirs by `register`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One place that a search can lead to.

    `page` is the address of the page that the place stands on, `url` the place itself. `number` is None where the page
    is not one code's. `names` are words that the place is known by besides its title; `signs` lines of logs and
    messages that give it away; `vendor` the slug of whose it is. A hint leads to its page but is not itself shown.
    """

    page: str
    url: str
    kind: str
    title: str
    text: str = ""
    number: int | None = None
    label: str = ""
    names: str = ""
    signs: str = ""
    vendor: str = ""
    is_popular: bool = False
    is_hint: bool = False


Source = Callable[[], Iterable[Entry]]
SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Enter what `source` yields into every index that is built from now on. It may yield only what visitors see."""
    if source not in SOURCES:
        SOURCES.append(source)


def all_entries() -> list[Entry]:
    """Every entry of every source, each page's own first, in an order that does not depend on the database."""
    found = [entry for source in SOURCES for entry in source()]
    return sorted(found, key=lambda entry: (entry.page, entry.url != entry.page, entry.url, entry.kind, entry.title))
