"""What holds for the rows of one comparison together, in words for its editor. Files and admin both ask here."""

import re
from collections.abc import Iterator

from codes.models import canonical

from .addresses import FEWEST, MOST, slug_of

SIDE_LINE = re.compile(r"([0-9]{3}):(?: (.*))?")


def texts_in(text: str) -> dict[int, str]:
    """The texts of an aspect by number. A line "401: …" begins a side's text, other lines continue it.

    Raises ValueError with a sentence for the editor.
    """
    texts: dict[int, str] = {}
    number = None
    for line in canonical(text).split("\n"):
        if found := SIDE_LINE.fullmatch(line):
            number = int(found[1])
            if number in texts:
                raise ValueError(f"{number:03d} stands here twice. Keep one of the two lines.")
            texts[number] = found[2] or ""
        elif number is None:
            raise ValueError(f'Begin each text with its code: "401: the text". This has none: {line[:60]}')
        else:
            texts[number] += f"\n{line}"
    if empty := next((number for number, words in texts.items() if not words.strip()), None):
        raise ValueError(f"Nothing stands after {empty:03d}: say what holds for that code.")
    return texts


def wrong_with_sides(numbers: list[int]) -> str:
    if len(set(numbers)) != len(numbers):
        return "A code stands here twice. Name each only once."
    if not FEWEST <= len(numbers) <= MOST:
        return f"A comparison has {FEWEST} to {MOST} codes; this has {len(numbers)}."
    return ""


def wrong_with_texts(text: str, numbers: list[int]) -> str:
    try:
        named = texts_in(text)
    except ValueError as error:
        return str(error)
    if missing := [number for number in numbers if number not in named]:
        return f"Say it for every code; these are missing: {_written(missing)}."
    if foreign := [number for number in named if number not in numbers]:
        return f"{_written(foreign)} is no side of this comparison."
    return ""


def wrong_with_answers(if_yes: int | None, if_no: int | None, numbers: list[int], *, is_last: bool) -> tuple[str, str]:
    """The key that is wrong and why, or two empty texts."""
    if if_yes is not None and if_yes not in numbers:
        return "if_yes", f"{_written([if_yes])} is no side of this comparison."
    if if_no is not None and if_no not in numbers:
        return "if_no", f"{_written([if_no])} is no side of this comparison."
    if is_last and if_no is None:
        return "if_no", "The last question leads to a code for “no” too."
    if not is_last and if_no is not None:
        return "if_no", "Only the last question has a code for “no”; before it, “no” goes on to the next."
    return "", ""


def wrong_with_document(data: dict) -> Iterator[tuple[tuple, str]]:
    """Where a document's plain data contradicts itself, and what to do about it."""
    numbers = [side["code"] for side in data.get("sides", []) if "code" in side]
    if wrong := wrong_with_sides(numbers):
        yield ("sides",), wrong
        return
    if numbers != sorted(numbers):
        yield ("sides",), f"Put the sides into the order of their numbers: {_written(sorted(numbers))}."
    if data.get("slug") != slug_of(numbers):
        yield ("slug",), f'These sides make the slug "{slug_of(numbers)}". Correct the slug or the sides.'
    for index, aspect in enumerate(data.get("aspects", [])):
        if "texts" in aspect and (wrong := wrong_with_texts(aspect["texts"], numbers)):
            yield ("aspects", index, "texts"), f'"texts": {wrong}'
    decisions = data.get("decisions", [])
    for index, row in enumerate(decisions):
        is_last = index == len(decisions) - 1
        key, wrong = wrong_with_answers(row.get("if_yes"), row.get("if_no"), numbers, is_last=is_last)
        if wrong:
            yield ("decisions", index, key), f'"{key}": {wrong}'


def _written(numbers: list[int]) -> str:
    return ", ".join(f"{number:03d}" for number in numbers)
