"""What an attempt came to: the score, where one is strong and weak, and what to read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone

from codes.models import class_digit

from .asked import Asked
from .figures import shares
from .models import Attempt, Step
from .shown import in_words
from .vocabulary import Topic

MOST_TO_READ = 6


@dataclass
class Tally:
    """How many of a kind were asked and how many were right."""

    label: str
    right: int = 0
    count: int = 0
    digit: int | None = None

    @property
    def percent(self) -> int:
        return round(100 * self.right / self.count) if self.count else 0


@dataclass(frozen=True)
class Line:
    """One question in the review."""

    key: str
    step: Step
    asked: Asked
    share: int | None

    @property
    def said(self) -> str:
        return in_words(self.asked, self.step.answer or [])

    @property
    def address(self) -> str:
        return reverse("quiz:step", args=[self.key, self.step.number])

    @property
    def is_right(self) -> bool:
        return bool(self.step.is_correct)

    @property
    def outcome(self) -> str:
        if self.is_right:
            return "right"
        return "wrong" if self.step.answer else "not answered"


@dataclass
class Results:
    """Everything that the results page says."""

    attempt: Attempt
    lines: list[Line] = field(default_factory=list)

    @property
    def right(self) -> int:
        return sum(line.is_right for line in self.lines)

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def seconds(self) -> int:
        """From the first question to the end."""
        return max(0, int(((self.attempt.finished_at or timezone.now()) - self.attempt.created).total_seconds()))

    @property
    def missed(self) -> list[Line]:
        return [line for line in self.lines if not line.is_right]

    @property
    def by_class(self) -> list[Tally]:
        return tallies(
            self.lines,
            lambda line: class_digit(line.asked.codes[0]),
            lambda digit: Tally(f"{digit}xx", digit=digit),
        )

    @property
    def by_topic(self) -> list[Tally]:
        return tallies(self.lines, lambda line: line.asked.topic, lambda topic: Tally(Topic(topic).label))

    @property
    def to_read(self) -> list[str]:
        """Where the missed ones are explained, each address once."""
        return list(dict.fromkeys(line.asked.read for line in self.missed))[:MOST_TO_READ]

    @property
    def marks(self) -> list[bool]:
        return [line.is_right for line in self.lines]


def tallies(lines: Iterable, key: Callable, new: Callable[[object], Tally]) -> list[Tally]:
    """Right and asked for each value of `key`, in order of the values."""
    found: dict = {}
    for line in lines:
        tally = found.setdefault(key(line), new(key(line)))
        tally.count += 1
        tally.right += line.is_right
    return [found[value] for value in sorted(found)]


def results_of(attempt: Attempt) -> Results:
    """The results of an attempt in two queries; an endless one counts what was answered."""
    steps = list(attempt.steps.select_related("wording"))
    if attempt.is_endless:
        steps = [step for step in steps if step.is_answered]
    share_of = shares({step.wording_id for step in steps})
    lines = [Line(attempt.key, step, Asked.from_wording(step.wording), share_of.get(step.wording_id)) for step in steps]
    return Results(attempt, lines)
