"""Which snippets the page of a code shows, and which it names in a line that leads to the page of all its snippets."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from codes.models import Platform, Snippet, StatusCode
from codes.models.querysets import PACKED
from codes.records import all_records, record_of
from codes.vocabulary import Role

# Characters of prose that make a page of some 24 kB in brotli; a character of code weighs a third more.
ROOM = 56_000
CODE = 1.3
LINE = 100  # what it takes to name a snippet

# In this order the roles take turns.
ROLES = (Role.RETURN, Role.CONFIGURE, Role.HANDLE)


def show_some(code: StatusCode) -> None:
    """Tell each snippet of a code with all its rows (`load_page`) whether the page shows it: `is_shown`.

    Every other text comes first, and what it leaves of ROOM is for snippets: of each role the first platform of each
    language, in the order of platforms, then the second of each language, until one does not fit. The very first
    always does. A newer draft shows all, for the page of all snippets is the live one's.
    """
    snippets = list(code.snippets.all())
    records = all_records()
    left = ROOM - _length_without_snippets(code) - LINE * len(snippets)
    for place, snippet in enumerate(sorted(snippets, key=dict(_turns(snippets)).__getitem__)):
        snippet.record = record_of(code.number, snippet, records)
        left -= CODE * (len(snippet.source) + len(snippet.title) + len(snippet.body) + len(snippet.warning))
        snippet.is_shown = place == 0 or left >= 0 or code.draft_of_id is not None


def _turns(snippets: list[Snippet]) -> Iterator[tuple[Snippet, tuple]]:
    """When each snippet has its turn: how many of its language and role come before it, then its place among those."""
    of_language, in_round = Counter(), Counter()
    for snippet in snippets:
        turn = of_language[snippet.role, snippet.platform.lexer]
        place = in_round[snippet.role, turn]
        of_language[snippet.role, snippet.platform.lexer] += 1
        in_round[snippet.role, turn] += 1
        yield snippet, (turn, place, ROLES.index(snippet.role))


def _length_without_snippets(code: StatusCode) -> int:
    """How many characters of text all other rows of the page hold."""
    texts = [code, *(row for cause in code.causes.all() for row in cause.fixes.all())]
    for name in ("meanings", "names", "fingerprints", "causes", "steps", "sections", "relations"):
        texts += getattr(code, name).all()
    length = sum(len(value) for row in texts for value in vars(row).values() if isinstance(value, str))
    packed = (row for name in PACKED for row in getattr(code, f"packed_{name}") or [])
    return length + sum(len(value) for row in packed for value in row if isinstance(value, str))


def by_platform(code: StatusCode) -> list[tuple[Platform, list[Snippet]]]:
    """The snippets of a code with their records, platform by platform in the order of platforms, roles in theirs."""
    records = all_records()
    for snippet in (snippets := list(code.snippets.all())):
        snippet.record = record_of(code.number, snippet, records)
        # A place on the page of the code is on another page than this.
        snippet.body = snippet.body.replace("](#", f"]({code.get_absolute_url()}#")
        snippet.warning = snippet.warning.replace("](#", f"]({code.get_absolute_url()}#")
    snippets.sort(key=lambda snippet: (snippet.platform.position, snippet.platform.pk, ROLES.index(snippet.role)))
    return [(platform, list(rows)) for platform, rows in groupby(snippets, key=lambda snippet: snippet.platform)]
