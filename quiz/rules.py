"""What holds for the rows of one question together, in words for its editor. Files and admin both ask here."""

import re
from collections.abc import Iterator

from codes import exchanges

from .vocabulary import Kind

MOST_CODES = 6
# The fewest and the most choices of each kind.
COUNTS = {
    Kind.SINGLE: (3, 6),
    Kind.NEXT: (3, 6),
    Kind.SEVERAL: (4, 7),
    Kind.NUMBER: (1, 7),
    Kind.ORDER: (3, 6),
    Kind.MATCH: (3, 6),
}
NUMBER = re.compile(r"[0-9]{3,4}(\.[0-9]{1,2})?")
# Choices are shuffled, so none may speak of another's place or of all of them.
BY_PLACE = re.compile(
    r"\b(of the above|of these answers|all of these|none of these|both of (these|them)|both answers"
    r"|the (first|second|last) (answer|choice|option))\b",
    re.I,
)


def wrong_with_codes(count: int) -> str:
    if not count:
        return "Name the codes that the question is about, the main one first."
    if count > MOST_CODES:
        return (
            f"A question is about {MOST_CODES} codes at most; this names {count}. Keep those that it decides between."
        )
    return ""


def wrong_with_choices(kind: str, choices: list[dict]) -> Iterator[tuple[int | None, str, str]]:
    """What is wrong: the number of the choice from 0 (None: all of them together), the key, and a sentence."""
    if kind not in COUNTS:
        return
    fewest, most = COUNTS[kind]
    if not fewest <= len(choices) <= most:
        what = "pairs" if kind == Kind.MATCH else "choices"
        yield None, "choices", f"A question of kind “{kind}” has {fewest} to {most} {what}; this has {len(choices)}."
    yield from _wrong_with_rights(kind, [bool(choice.get("is_correct")) for choice in choices])
    partners = []
    for index, choice in enumerate(choices):
        partner = choice.get("match", "")
        if kind == Kind.MATCH and not partner:
            yield index, "match", "Write the right-hand partner of this one."
        if kind != Kind.MATCH and partner:
            yield index, "match", "Only a question of kind “match” has partners. Take this out."
        if partner and partner in partners:
            yield index, "match", f"“{partner[:60]}” stands here twice. Give every pair a partner of its own."
        partners.append(partner)
        text = choice.get("text", "")
        if kind == Kind.NUMBER and not NUMBER.fullmatch(text):
            yield index, "text", f"Write the number alone, like 429 or 404.13, not “{text[:60]}”."
        if found := BY_PLACE.search(text):
            yield index, "text", f"Choices are shuffled, so none may say “{found[0]}”. Say what is meant."


def _wrong_with_rights(kind: str, rights: list[bool]) -> Iterator[tuple[int | None, str, str]]:
    count = sum(rights)
    if kind in (Kind.SINGLE, Kind.NEXT) and count != 1:
        yield None, "choices", f"Mark exactly one choice with is_correct; {count or 'none'} {_is(count)} marked."
    elif kind == Kind.SEVERAL and count < 2:
        yield None, "choices", f"Mark at least two choices with is_correct; {count or 'none'} {_is(count)} marked."
    elif kind == Kind.SEVERAL and count == len(rights):
        yield None, "choices", "Every choice is marked as right. Add one that is wrong, and say why."
    elif kind == Kind.NUMBER and not count:
        yield None, "choices", "Mark the number that is right with is_correct."
    elif kind in (Kind.ORDER, Kind.MATCH) and count:
        what = "order in which they stand" if kind == Kind.ORDER else "pairs"
        yield None, "choices", f"Leave is_correct out: the {what} is what is right.".replace("pairs is", "pairs are")


def _is(count: int) -> str:
    return "is" if count <= 1 else "are"


def wrong_with_text(kind: str, data: dict, choices: list[dict]) -> Iterator[tuple[str, str]]:
    """What is wrong with a question's own texts: the key, and a sentence."""
    if data.get("transcript"):
        try:
            exchanges.parse(data["transcript"])
        except ValueError as error:
            yield "transcript", str(error)
    prompt = data.get("prompt", "")
    if kind == Kind.NEXT and not data.get("transcript") and "```" not in prompt:
        yield "prompt", "Show what happened so far: a transcript, or a log in a fenced block."
    if kind == Kind.NUMBER:
        for choice in choices:
            number = choice.get("text", "")
            for key in ("title", "prompt"):
                if choice.get("is_correct") and number and re.search(rf"\b{re.escape(number)}\b", data.get(key, "")):
                    yield key, f"This gives the answer {number} away. Say it without the number."


def wrong_with_document(data: dict) -> Iterator[tuple[tuple, str]]:
    """Where a document's plain data contradicts itself, and what to do about it."""
    if wrong := wrong_with_codes(len(data.get("codes", []))):
        yield ("codes",), wrong
    kind, choices = data.get("kind", ""), data.get("choices", [])
    for index, key, wrong in wrong_with_choices(kind, choices):
        yield (("choices", index, key) if index is not None else ("choices",)), wrong
    for key, wrong in wrong_with_text(kind, data, choices):
        yield (key,), f'"{key}": {wrong}'
