"""How a question stands on the page: its rows before an answer, and what became of them after it."""

from dataclasses import dataclass, field

from django.http import QueryDict

from .answers import is_right
from .asked import Asked, Option
from .vocabulary import Kind


@dataclass(frozen=True)
class Row:
    """One option on the page. `value` is what its input sends; `digit` the key that chooses it.

    After an answer `mark` is "right", "wrong" or "missed" (right, but not chosen), and `said` what the reader did.
    """

    option: Option
    value: int
    is_chosen: bool = False
    typed: str = ""
    mark: str = ""
    said: str = ""

    @property
    def digit(self) -> int:
        return self.value + 1


@dataclass(frozen=True)
class Shown:
    """A question on the page: to be answered, or with its feedback."""

    asked: Asked
    rows: list[Row]
    partners: list[Row] = field(default_factory=list)
    is_right: bool | None = None
    was_skipped: bool = False
    stray: str = ""

    @property
    def verdict(self) -> str:
        if self.is_right:
            return "Right"
        return "The answer" if self.was_skipped else "Not right"


def to_answer(asked: Asked, order: list[int], form: QueryDict | None = None) -> Shown:
    """The question before its answer; with what an unclear `form` held."""
    form = form or QueryDict()
    chosen = set(form.getlist("choice"))
    if asked.kind == Kind.MATCH:
        rows = [
            Row(option, place, typed=form.get(f"partner-{place}", "")[:2]) for place, option in enumerate(asked.options)
        ]
        return Shown(asked, rows, [Row(asked.options[place], shown) for shown, place in enumerate(order)])
    if asked.kind == Kind.NUMBER:
        return Shown(asked, [Row(Option(""), 0, typed=form.get("number", "")[:40])])
    return Shown(
        asked,
        [
            Row(asked.options[place], shown, str(shown) in chosen, form.get(f"place-{shown}", "")[:2])
            for shown, place in enumerate(order)
        ],
    )


def with_feedback(asked: Asked, order: list[int], answer: list) -> Shown:
    """The question after its answer: every option with its mark, and what the reader said of it."""
    right = is_right(asked, answer)
    if asked.kind == Kind.NUMBER:
        typed = answer[0] if answer else ""
        rows = [_of_choice(option, place, option.text == typed) for place, option in enumerate(asked.options)]
        # Numbers that nobody typed are shown all the same: each says what it would have meant.
        stray = typed if typed not in [option.text for option in asked.options] else ""
        return Shown(asked, rows, [], right, not answer, stray)
    if asked.kind == Kind.ORDER:
        rows = [_of_place(asked.options[place], place, answer) for place in range(len(asked.options))]
    elif asked.kind == Kind.MATCH:
        rows = [_of_partner(asked, place, answer) for place in range(len(asked.options))]
    else:
        rows = [_of_choice(asked.options[place], shown, place in answer) for shown, place in enumerate(order)]
    return Shown(asked, rows, [], right, not answer)


def _of_choice(option: Option, value: int, is_chosen: bool) -> Row:
    if is_chosen:
        mark = "right" if option.is_correct else "wrong"
        return Row(option, value, True, mark=mark, said=f"Your answer, {mark}")
    return Row(
        option, value, mark="missed" if option.is_correct else "", said="Right" if option.is_correct else "Wrong"
    )


def _of_place(option: Option, place: int, answer: list[int]) -> Row:
    if not answer:
        return Row(option, place, mark="missed")
    mine = answer.index(place)
    if mine == place:
        return Row(option, place, mark="right", said="Your place, right")
    return Row(option, place, mark="wrong", said=f"You put it at {mine + 1}")


def _of_partner(asked: Asked, place: int, answer: list[int]) -> Row:
    option = asked.options[place]
    if not answer:
        return Row(option, place, mark="missed")
    if answer[place] == place:
        return Row(option, place, mark="right", said="Your pair, right")
    return Row(option, place, mark="wrong", said=asked.options[answer[place]].match)


def in_words(asked: Asked, answer: list) -> str:
    """An answer as one line of Markdown, for lists."""
    if not answer:
        return "no answer"
    if asked.kind == Kind.NUMBER:
        return answer[0]
    if asked.kind == Kind.ORDER:
        return " · ".join(asked.options[place].text for place in answer)
    if asked.kind == Kind.MATCH:
        return f"{sum(place == chosen for place, chosen in enumerate(answer))} of {len(answer)} pairs"
    return " · ".join(asked.options[place].text for place in answer)
