"""The address of a comparison: its numbers in order, "401-vs-403"."""

import re
from collections.abc import Iterable

FEWEST, MOST = 2, 4
SLUG = re.compile(r"[0-9]{3}(?:-vs-[0-9]{3})*", re.I | re.A)


def slug_of(numbers: Iterable[int]) -> str:
    """The one slug of a set of numbers: sorted, none twice."""
    return "-vs-".join(f"{number:03d}" for number in sorted(set(numbers)))


def numbers_in(slug: str) -> list[int] | None:
    """The numbers of an address as somebody typed it, in order and none twice; None where it is no such address."""
    if not SLUG.fullmatch(slug):
        return None
    return sorted({int(part) for part in slug.lower().split("-vs-")})
