"""An attempt from question to question: what comes next, and an answer that counts once."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from .answers import is_right
from .asked import Asked
from .models import Attempt, Step
from .starting import MOST_STEPS

# Leitner boxes: after so many other questions one comes back that was missed, and once more when it was then known.
BACK_AFTER = (3, 8)
# Seconds that an answer may take through the network after an exam's deadline.
GRACE = 5


def found(key: str) -> Attempt | None:
    """The attempt with how many steps it has, how many are answered, and how many rightly."""
    answered = Count("steps", filter=Q(steps__answered_at__isnull=False))
    right = Count("steps", filter=Q(steps__is_correct=True))
    return Attempt.objects.annotate(total=Count("steps"), answered=answered, right=right).filter(key=key).first()


def step_of(key: str, number: int) -> Step | None:
    """A step with its wording and its attempt, which says how many steps it has; one query."""
    total = Step.objects.filter(attempt=OuterRef("attempt")).order_by().values("attempt").annotate(count=Count("pk"))
    steps = Step.objects.filter(attempt__key=key, number=number).select_related("attempt", "wording")
    step = steps.annotate(total=Subquery(total.values("count"))).first()
    if step:
        step.attempt.total = step.total
    return step


def close_if_over(attempt: Attempt, now: datetime) -> None:
    """End an exam whose time is over. If the clock was set back behind its beginning, its time begins anew."""
    if attempt.deadline is None or attempt.is_finished:
        return
    if now < attempt.created:
        attempt.created, attempt.deadline = now, now + (attempt.deadline - attempt.created)
        attempt.save(update_fields=["created", "deadline"])
    elif (now - attempt.deadline).total_seconds() > GRACE:
        finish(attempt, attempt.deadline)


def finish(attempt: Attempt, when: datetime) -> None:
    """End the attempt, once."""
    Attempt.objects.filter(pk=attempt.pk, finished_at=None).update(finished_at=when)
    attempt.finished_at = attempt.finished_at or when


def current_step(attempt: Attempt) -> Step | None:
    """The question that waits for an answer."""
    return attempt.steps.filter(answered_at=None).select_related("wording").first()


def take(attempt: Attempt, step: Step, asked: Asked, answer: list) -> bool:
    """Keep the answer and go on; False where the step was answered before, and nothing changes."""
    now = timezone.now()
    with transaction.atomic():
        values = {"answer": answer, "is_correct": is_right(asked, answer), "answered_at": now}
        if not Step.objects.filter(pk=step.pk, answered_at=None).update(**values):
            return False
        if attempt.is_endless:
            _ask_another(attempt, step.number + 1)
        elif step.number == attempt.total:
            finish(attempt, now)
    return True


def _ask_another(attempt: Attempt, number: int) -> None:
    history = list(attempt.steps.order_by("number").values_list("wording_id", "is_correct", "is_counted"))
    pk = next_wording([(known, right) for known, right, _ in history], attempt.queue) if number <= MOST_STEPS else None
    if pk is None:
        finish(attempt, timezone.now())
        return
    # What is new to the visitor counts, if the first question did.
    is_counted = history[0][2] and pk not in [known for known, _, _ in history]
    Step.objects.create(attempt=attempt, number=number, wording_id=pk, is_counted=is_counted)


def next_wording(history: list[tuple[int, bool]], queue: Iterable[int]) -> int | None:
    """Which wording an endless quiz asks next, given what was asked and whether the answer was right, in order.

    What was missed comes back when it is due, and again after that; what was known the first time does not. When
    nothing new is left, the missed ones come without waiting. None: all is known.
    """
    due = _due(history)
    number = len(history) + 1
    ready = [pk for pk, when in due.items() if when <= number]
    if ready:
        return min(ready, key=lambda pk: due[pk])
    asked = {pk for pk, _ in history}
    fresh = next((pk for pk in queue if pk not in asked), None)
    if fresh is not None:
        return fresh
    waiting = [pk for pk in due if pk != history[-1][0]] or list(due)
    return min(waiting, key=lambda pk: due[pk]) if waiting else None


def _due(history: list[tuple[int, bool]]) -> dict[int, int]:
    """For each wording that is not known yet the step at which it is due."""
    boxes: dict[int, int] = {}
    due = {}
    for number, (pk, was_right) in enumerate(history, 1):
        if not was_right:
            boxes[pk] = 0
        elif pk in boxes:
            boxes[pk] += 1
        if pk in boxes:
            due[pk] = number + BACK_AFTER[boxes[pk]] + 1 if boxes[pk] < len(BACK_AFTER) else None
    return {pk: when for pk, when in due.items() if when is not None}
