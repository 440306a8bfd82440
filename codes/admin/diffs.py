"""Two texts of a page, compared for the eye: lines with signs, the words that changed, and what was left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT = 3
LONGEST_LINE = 2_000


@dataclass(frozen=True)
class Line:
    """One line of a comparison. `parts` are pieces of its text, each with whether it is what changed.

    `sign` is "+", "−", a space for a line that both texts have, or "…" for lines that were left out.
    """

    sign: str
    parts: list[tuple[str, bool]]
    old: int | None = None
    new: int | None = None

    @property
    def kind(self) -> str:
        return {"+": "added", "−": "removed", "…": "skipped"}.get(self.sign, "same")


def compare(before: str, after: str) -> list[Line]:
    """Return the lines that differ, with three lines around them; none where the texts are the same."""
    old, new = before.splitlines(), after.splitlines()
    lines, last = [], 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT):
        start = group[0][1]
        if start > last:
            lines.append(_left_out(old, last, start))
        for tag, *span in group:
            lines.extend(_lines(tag, old, new, *span))
        last = group[-1][2]
    if lines and last < len(old):
        lines.append(_left_out(old, last, len(old)))
    return lines


def count(before: str, after: str) -> tuple[int, int]:
    """Return how many lines were added and removed."""
    old, new = before.splitlines(), after.splitlines()
    added = removed = 0
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            removed, added = removed + i2 - i1, added + j2 - j1
    return added, removed


def _left_out(old: list[str], start: int, end: int) -> Line:
    """Stands for lines that both texts have, and names the text or list in whose middle the comparison goes on."""
    words = f"{end - start} line{'' if end - start == 1 else 's'} the same"
    if old[end : end + 1] and old[end].startswith((" ", "-")):
        keys = (re.match(r"([a-z_]+):", line) for line in reversed(old[:end]))
        words += next((f", then in {found[1]}" for found in keys if found), "")
    return Line("…", [(words, False)])


def _lines(tag: str, old: list[str], new: list[str], i1: int, i2: int, j1: int, j2: int) -> Iterator[Line]:
    if tag == "equal":
        for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
            yield Line(" ", [(old[i], False)], i + 1, j + 1)
        return
    removed, added = [[(text, False)] for text in old[i1:i2]], [[(text, False)] for text in new[j1:j2]]
    for i, j in zip(range(len(removed)), range(len(added)), strict=False):
        removed[i], added[j] = _words(old[i1 + i], new[j1 + j])
    for number, parts in enumerate(removed, i1 + 1):
        yield Line("−", parts, old=number)
    for number, parts in enumerate(added, j1 + 1):
        yield Line("+", parts, new=number)


def _words(before: str, after: str) -> tuple[list, list]:
    """Both lines in pieces, each with whether the other line lacks it. Lines with little in common stay whole."""
    if len(before) + len(after) > LONGEST_LINE:
        return [(before, False)], [(after, False)]
    old, new = re.findall(r"\w+|\s+|.", before), re.findall(r"\w+|\s+|.", after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < 0.5:
        return [(before, False)], [(after, False)]
    left, right = [], []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if i2 > i1:
            left.append(("".join(old[i1:i2]), tag != "equal"))
        if j2 > j1:
            right.append(("".join(new[j1:j2]), tag != "equal"))
    return left, right
