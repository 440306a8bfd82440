"""What one visitor has done here: made of the attempts of the visit, and nothing else is kept."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from codes.models import class_digit

from .asked import Asked
from .models import Attempt, Mode, Step
from .results import Tally, tallies
from .vocabulary import Topic

MOST_ATTEMPTS = 20


@dataclass(frozen=True)
class Answered:
    """One answer, as far as progress needs it."""

    topic: str
    digit: int
    is_right: bool


@dataclass(frozen=True)
class Progress:
    attempts: list[Attempt]
    answers: list[Answered]
    days: set[date]

    @property
    def right(self) -> int:
        return sum(answer.is_right for answer in self.answers)

    @property
    def streak(self) -> int:
        """Days in a row, up to today or yesterday, on which something was answered."""
        day = timezone.now().date()
        if day not in self.days:
            day -= timedelta(days=1)
        count = 0
        while day in self.days:
            count, day = count + 1, day - timedelta(days=1)
        return count

    @property
    def by_topic(self) -> list[Tally]:
        return tallies(self.answers, lambda answer: answer.topic, lambda topic: Tally(Topic(topic).label))

    @property
    def by_class(self) -> list[Tally]:
        return tallies(self.answers, lambda answer: answer.digit, lambda digit: Tally(f"{digit}xx", digit=digit))

    @property
    def newest(self) -> list[Attempt]:
        return self.attempts[:MOST_ATTEMPTS]

    @property
    def has_daily(self) -> bool:
        """Were today's five begun?"""
        today = f"{timezone.now():%Y-%m-%d}"
        return any(attempt.mode == Mode.DAILY and attempt.scope == today for attempt in self.attempts)


def progress_of(visit: str) -> Progress:
    """Two queries."""
    attempts = list(Attempt.objects.of_visit(visit))
    by_key = {attempt.pk: attempt for attempt in attempts}
    for attempt in attempts:
        attempt.right = attempt.total = 0
    answers, days = [], set()
    steps = Step.objects.filter(attempt__in=by_key, answered_at__isnull=False)
    found = steps.values_list("attempt_id", "is_correct", "answered_at", "wording__data__topic", "wording__data__codes")
    for attempt, is_right, answered_at, topic, codes in found:
        by_key[attempt].total += 1
        by_key[attempt].right += is_right
        days.add(answered_at.date())
        # An exam tells nothing before its end.
        if not by_key[attempt].is_exam or by_key[attempt].is_finished:
            answers.append(Answered(topic, class_digit(codes[0]), is_right))
    return Progress(attempts, answers, days)


def as_data(visit: str) -> dict:
    """Everything that is kept of a visit, for its owner."""
    attempts = Attempt.objects.of_visit(visit).prefetch_related("steps__wording")
    return {
        "what": "Everything that statusref keeps of your quizzes. The cookie holds the id of the visit, no more.",
        "visit": visit,
        "quizzes": [_attempt_as_data(attempt) for attempt in attempts],
    }


def _attempt_as_data(attempt: Attempt) -> dict:
    return {
        "quiz": attempt.key,
        "mode": attempt.mode,
        "scope": attempt.scope,
        "difficulty": attempt.difficulty,
        "begun": attempt.created.isoformat(),
        "finished": attempt.finished_at and attempt.finished_at.isoformat(),
        "questions": [
            {
                "number": step.number,
                "title": Asked.from_wording(step.wording).title,
                "answer": step.answer,
                "right": step.is_correct if attempt.is_finished or not attempt.is_exam else None,
                "answered": step.answered_at and step.answered_at.isoformat(),
            }
            for step in attempt.steps.all()
        ],
    }
