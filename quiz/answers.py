"""What is an answer, and which one is right.

An answer speaks of options by their places as they were written, however they were shown:

* single, next: `[place]`; several: the places in ascending order;
* number: `["404"]`;
* order: the places in the order that the reader gave them;
* match: for each option in turn the place whose partner the reader chose.

No answer, because the reader did not know, is `[]`.
"""

import random
import re

from django.http import QueryDict

from .asked import Asked
from .rules import NUMBER
from .vocabulary import Kind


class Unclear(Exception):
    """A form that is no answer; its text says what would be one."""


def shuffled(asked: Asked, seed: str) -> list[int]:
    """The order in which options (for match: partners) are shown, the same for ever for the same seed.

    Where the order is the answer it is never the right one.
    """
    # Of all methods `random` alone is promised to stay the same in later versions of Python.
    rng = random.Random(seed)  # noqa: S311
    places = list(range(len(asked.options)))
    order = sorted(places, key=lambda place: rng.random())
    if asked.kind in (Kind.ORDER, Kind.MATCH) and order == places:
        return [*order[1:], order[0]]
    return order


def read_answer(asked: Asked, order: list[int], form: QueryDict) -> list:
    """The answer that a posted form gives. Raises Unclear with a sentence for the reader."""
    if "skip" in form:
        return []
    if asked.kind == Kind.NUMBER:
        return _number(form)
    if asked.kind == Kind.ORDER:
        return _places(order, form)
    if asked.kind == Kind.MATCH:
        return _partners(order, form)
    shown = [_index(value, len(order)) for value in form.getlist("choice")]
    if not shown or None in shown or (asked.has_one_answer and len(set(shown)) != 1):
        what = "one of the answers" if asked.has_one_answer else "at least one of the answers"
        raise Unclear(f"Choose {what}, or say that you do not know.")
    return sorted({order[index] for index in shown})


def _number(form: QueryDict) -> list[str]:
    typed = re.sub(r"\s", "", form.get("number", "")[:40])
    if not NUMBER.fullmatch(typed):
        raise Unclear("Type the number alone, like 404, or say that you do not know.")
    return [typed]


def _places(order: list[int], form: QueryDict) -> list[int]:
    count = len(order)
    ranks = [_index(form.get(f"place-{shown}", ""), count) for shown in range(count)]
    if sorted(rank for rank in ranks if rank is not None) != list(range(count)):
        raise Unclear(f"Give each line a place of its own, from 1 to {count}, or say that you do not know.")
    answer = [0] * count
    for shown, rank in enumerate(ranks):
        answer[rank] = order[shown]
    return answer


def _partners(order: list[int], form: QueryDict) -> list[int]:
    count = len(order)
    chosen = [_index(form.get(f"partner-{place}", ""), count) for place in range(count)]
    if None in chosen or len(set(chosen)) != count:
        raise Unclear("Give each line a partner of its own, or say that you do not know.")
    return [order[shown] for shown in chosen]


def _index(value: str, count: int) -> int | None:
    return int(value) if re.fullmatch(r"[0-9]", value) and int(value) < count else None


def is_right(asked: Asked, answer: list) -> bool:
    if asked.kind == Kind.NUMBER:
        return bool(answer) and answer[0] in [asked.options[place].text for place in asked.rights]
    if asked.kind in (Kind.ORDER, Kind.MATCH):
        return answer == list(range(len(asked.options)))
    return answer == asked.rights
