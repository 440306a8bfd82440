"""The piece of a text that shows why it was found, with the words marked."""

import re
from dataclasses import dataclass

from search.words import stem

LENGTH = 200
WORD = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True)
class Piece:
    """A run of an excerpt; a marked one is a word that was asked for."""

    text: str
    is_marked: bool = False


def excerpt(text: str, stems: set[str], length: int = LENGTH) -> list[Piece]:
    """About `length` characters of the text around most of the words, in pieces."""
    text = re.sub(r"\s+", " ", text).strip()
    marks = [found.span() for found in WORD.finditer(text[:6000]) if stem(found[0].lower()) in stems]
    start = _start(text, marks, length)
    end = _end(text, start, length)
    pieces, at = [], start
    if start:
        pieces.append(Piece("… "))
    for first, last in marks:
        if first >= at and last <= end:
            pieces += [Piece(text[at:first]), Piece(text[first:last], True)]
            at = last
    pieces.append(Piece(text[at:end] + ("" if end >= len(text) else " …")))
    return [piece for piece in pieces if piece.text]


def plain(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces).strip()


def _start(text: str, marks: list[tuple[int, int]], length: int) -> int:
    """Where the window with most marked words begins: at the start of a sentence or a word."""
    if not marks or marks[-1][1] <= length:
        return 0
    best, most, last = 0, 0, 0
    for first, (begin, _) in enumerate(marks):
        last = max(last, first)
        while last < len(marks) and marks[last][1] <= begin + length - 40:
            last += 1
        if last - first > most:
            best, most = begin, last - first
    if best < 60:
        return 0
    sentence = max(text.rfind(mark, best - 60, best) for mark in (". ", ": ", "? "))
    return sentence + 2 if sentence >= 0 else text.rfind(" ", 0, best - 20) + 1


def _end(text: str, start: int, length: int) -> int:
    end = start + length
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", start + length // 2, end)
    return space if space > 0 else end
