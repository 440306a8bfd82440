"""The codes' snippets side by side, a tab for each platform."""

from collections import defaultdict
from dataclasses import dataclass

from codes.models import Platform, Snippet, StatusCode
from codes.vocabulary import Role

FEWEST_SIDES = 2
MOST_TABS = 8


@dataclass(frozen=True)
class Tab:
    """One platform, and what each code has for it in one role: a snippet or nothing."""

    platform: Platform
    role: Role
    sides: list[tuple[StatusCode, Snippet | None]]


def tabs_of(codes: list[StatusCode]) -> list[Tab]:
    """Platforms on which at least two of the codes have a snippet in the same role; fullest first, at most eight.

    For each platform the role that most codes have; returning comes before configuring and handling.
    """
    found: dict[Platform, dict[Role, dict[int, Snippet]]] = defaultdict(lambda: defaultdict(dict))
    for code in codes:
        for snippet in code.snippets.all():
            found[snippet.platform][Role(snippet.role)].setdefault(code.number, snippet)
    tabs = []
    for platform, roles in found.items():
        role = max(Role, key=lambda role: len(roles[role]))
        if len(roles[role]) >= FEWEST_SIDES:
            tabs.append(Tab(platform, role, [(code, roles[role].get(code.number)) for code in codes]))
    tabs.sort(key=lambda tab: (-sum(snippet is not None for _, snippet in tab.sides), tab.platform.position))
    return tabs[:MOST_TABS]
