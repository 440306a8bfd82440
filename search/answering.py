"""What an answer is, and the way from a query to it."""

import re
from dataclasses import dataclass, field

from search.entries import Entry
from search.words import Term


@dataclass(frozen=True)
class Understood:
    """One thing that was recognised, as it is shown; `is_part` where it is a part of the one before."""

    kind: str
    text: str
    number: int | None = None
    label: str = ""
    explanation: str = ""
    is_part: bool = False


@dataclass(frozen=True)
class Found:
    """One page among the results, and its best place; None is the page itself."""

    page: Entry
    score: float
    place: Entry | None = None


@dataclass
class Answer:
    """`exact` is where a query leads that means one page and nothing else; `terms` are the words to mark."""

    query: str
    understood: list[Understood] = field(default_factory=list)
    results: list[Found] = field(default_factory=list)
    compared: tuple[int, ...] = ()
    exact: Entry | None = None
    terms: list[Term] = field(default_factory=list)


def spaced(text: str) -> str:
    """The text with every control character but the line break as a space, without white space around it."""
    text = re.sub(r"\r\n?", "\n", text)
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", " ", text).strip()
