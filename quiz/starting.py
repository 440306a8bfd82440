"""What somebody wants to be asked, and the attempt that is made of it."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from codes.limits import Limit, Taken
from codes.locks import wait_for

from .asked import Asked, keep
from .generators import make
from .models import Attempt, Daily, Mode, Question, Step, Wording
from .models.attempt import DAILY_REST
from .pool import Keys, pool
from .vocabulary import Difficulty, Skill

LENGTHS = (5, 10, 20, 30)
SECONDS_EACH = 60
DAILY = 5
# How many questions an endless quiz has in store, and how many steps it may take.
STORE, MOST_STEPS = 100, 400
# Mere names are at most one in seven, and so are questions that were made from the database one in five.
NAMES, MADE = 7, 5
# Quizzes that one sender may begin; only the answers of the first hundred count in the statistics.
STARTS = Limit("quiz", most=300, seconds=3600)
COUNTED = 100


class TooOften(Exception):
    """One sender has begun too many quizzes."""

    def __init__(self, taken: Taken):
        self.taken = taken


class NoQuestions(Exception):
    """Nothing can be asked; the text says what could."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be asked. `scope` is the digit of a class, a topic, numbers, a slug or a share key."""

    mode: str
    scope: str = ""
    length: int = 10
    difficulty: str = ""

    @property
    def numbers(self) -> list[int]:
        return [int(part) for part in self.scope.split("-")] if self.mode == Mode.CODES else []


def begin(wish: Wish, visit: str, sender: str) -> Attempt:
    """Make the attempt. Raises TooOften and NoQuestions.

    Choosing takes its time and only reads; what is written is written in two short transactions.
    """
    taken = STARTS.take(sender)
    if not taken.is_allowed:
        raise TooOften(taken)
    wordings = _wordings(wish, visit, random.SystemRandom())
    if not wordings:
        raise NoQuestions("There is no question of that kind yet. Choose another topic, class or difficulty.")
    known = _known_to(visit, wordings) if taken.used <= COUNTED else {wording.pk for wording in wordings}
    with transaction.atomic():
        if wish.mode == Mode.DAILY:
            wait_for(f"daily {visit}")
            if found := _todays(visit):
                return found
        return _make_attempt(wish, visit, wordings, known)


def _make_attempt(wish: Wish, visit: str, wordings: list[Wording], known: set[int]) -> Attempt:
    now = timezone.now()
    is_endless, is_exam = wish.mode == Mode.ENDLESS, wish.mode == Mode.EXAM
    attempt = Attempt.objects.create(
        visit=visit,
        mode=wish.mode,
        scope=f"{now:%Y-%m-%d}" if wish.mode == Mode.DAILY else wish.scope,
        difficulty=wish.difficulty,
        created=now,
        deadline=now + timedelta(seconds=SECONDS_EACH * len(wordings)) if is_exam else None,
        queue=[wording.pk for wording in wordings[1:]] if is_endless else [],
    )
    asked_now = wordings[:1] if is_endless else wordings
    Step.objects.bulk_create(
        Step(attempt=attempt, number=number, wording=wording, is_counted=_counts(wording, known))
        for number, wording in enumerate(asked_now, 1)
    )
    return attempt


def _counts(wording: Wording, known: set[int]) -> bool:
    """Does the answer say how hard a question is? Not where the visitor knows it, nor of one that was just made."""
    return wording.question_id is not None and wording.pk not in known


def _known_to(visit: str, wordings: list[Wording]) -> set[int]:
    """Those that this visitor met before: answers to them say nothing about how hard they are."""
    if not visit:
        return set()
    steps = Step.objects.filter(attempt__visit=visit, wording__in=wordings)
    return set(steps.values_list("wording_id", flat=True))


# Choosing


def _wordings(wish: Wish, visit: str, rng: random.Random) -> list[Wording]:
    if wish.mode == Mode.DAILY:
        return _in_order(_daily(timezone.now().date()).wordings)
    if wish.mode in (Mode.RETRY, Mode.SAME):
        return _again(wish)
    if wish.mode == Mode.ONE:
        return _keep_questions(Question.objects.published().filter(slug=wish.scope).values_list("pk", flat=True)[:1])
    length = STORE if wish.mode == Mode.ENDLESS else wish.length
    chosen = _choose(_suitable(wish), visit, length, rng)
    kept = _keep_questions(chosen)
    made = make(_how_many_made(wish, len(kept), length), wish, rng)
    return _mixed(kept, keep(made, {}), length, rng) if made else kept


def _suitable(wish: Wish) -> Keys:
    """The keys of the questions that fit, and of those among them that ask for a mere name."""
    if wish.mode != Mode.CODES:
        return pool().of(wish)
    questions = Question.objects.published().about(wish.numbers)
    if wish.difficulty:
        questions = questions.filter(difficulty=wish.difficulty)
    rows = list(questions.values_list("pk", "skill"))
    return [pk for pk, skill in rows if skill != Skill.NAME], [pk for pk, skill in rows if skill == Skill.NAME]


def _choose(keys: Keys, visit: str, length: int, rng: random.Random) -> list[int]:
    """Primary keys in the order of asking: what the visitor has not met first, then what was met longest ago."""
    others, names = keys
    met = {}
    if visit:
        steps = Step.objects.filter(attempt__visit=visit, wording__question__isnull=False)
        met = dict(steps.values("wording__question").annotate(last=Max("pk")).values_list("wording__question", "last"))
    few = min(max(length // NAMES, length - len(others)), len(names))
    chosen = [*_some(others, length - few, met, rng), *_some(names, few, met, rng)]
    if length < STORE:
        rng.shuffle(chosen)
    return chosen


def _some(keys: list[int], count: int, met: dict[int, int], rng: random.Random) -> list[int]:
    """At most so many keys, by chance; one that was met only where there are not enough others."""
    some = rng.sample(keys, min(len(keys), count + len(met)))
    return sorted(some, key=lambda pk: met.get(pk, 0))[:count]


def _how_many_made(wish: Wish, found: int, length: int) -> int:
    """Questions made from the database season a mixed quiz, and fill one for which editors wrote too few."""
    if wish.mode in (Mode.QUICK, Mode.CLASS, Mode.ENDLESS, Mode.EXAM):
        return max(length // MADE, length - found)
    if wish.mode == Mode.CODES:
        return max(0, min(length, 5) - found)
    return max(0, length - found) if wish.mode == Mode.APART else 0


def _mixed(kept: list[Wording], made: list[Wording], length: int, rng: random.Random) -> list[Wording]:
    """Both kinds, at most so many; the made ones stand anywhere."""
    kept = kept[: length - len(made)]
    for wording in made:
        kept.insert(rng.randint(0, len(kept)), wording)
    return kept


def _keep_questions(pks: Iterable[int]) -> list[Wording]:
    """The wordings of these questions as they are now, in this order."""
    pks = list(pks)
    found = {question.pk: question for question in Question.objects.filter(pk__in=pks).with_rows()}
    questions = [found[pk] for pk in pks if pk in found]
    return keep([Asked.of(question) for question in questions], {question.slug: question.pk for question in questions})


def _in_order(pks: list[int]) -> list[Wording]:
    found = Wording.objects.in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _again(wish: Wish) -> list[Wording]:
    """What was missed in one's own attempt, or all that another was asked; each once."""
    if wish.mode == Mode.RETRY:
        steps = Step.objects.filter(attempt__key=wish.scope).exclude(is_correct=True)
    else:
        steps = Step.objects.filter(attempt__share_key=wish.scope)
    steps = steps.filter(attempt__finished_at__isnull=False).order_by("number").select_related("wording")
    return list({step.wording_id: step.wording for step in steps}.values())[: max(LENGTHS)]


# The daily five


def _todays(visit: str) -> Attempt | None:
    """The attempt that this visitor already has at today's five."""
    today = f"{timezone.now():%Y-%m-%d}"
    return Attempt.objects.of_visit(visit).filter(mode=Mode.DAILY, scope=today).first()


def _daily(day: date) -> Daily:
    """The five of a day: chosen by whoever comes first, the same for all who follow."""
    if found := Daily.objects.filter(day=day).first():
        return found
    rested = [pk for row in Daily.objects.filter(day__gte=day - timedelta(days=DAILY_REST)) for pk in row.wordings]
    tired = set(Wording.objects.filter(pk__in=rested).values_list("question", flat=True))
    rows = list(Question.objects.published().exclude(skill=Skill.NAME).values_list("pk", "difficulty", "slug"))
    rng = random.Random(f"{day}")  # noqa: S311
    rng.shuffle(rows)
    order = Difficulty.values
    chosen = sorted(rows, key=lambda row: row[0] in tired)[:DAILY]
    chosen.sort(key=lambda row: order.index(row[1]))
    wordings = [wording.pk for wording in _keep_questions([pk for pk, _, _ in chosen])]
    return Daily.objects.get_or_create(day=day, defaults={"wordings": wordings})[0]
