"""What answers tell about a question; only those that people gave when they first met it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import StatisticsError, correlation

from django.db.models import Count, F, Q, QuerySet

from .asked import Asked
from .models import Question, Step, Wording
from .shown import in_words
from .vocabulary import Kind

# Fewer answers say nothing.
MINIMUM = 20
TOO_EASY, TOO_HARD = 95, 25
SEPARATES = 0.05
# The newest answers that an editor's list looks at.
MOST_ANSWERS = 50_000


def shares(wordings: Iterable[int]) -> dict[int, int]:
    """Per cent of right answers of these wordings, where enough people answered; one query."""
    rows = Step.objects.counted().filter(wording__in=list(wordings)).values("wording")
    rows = rows.annotate(count=Count("pk"), right=Count("pk", filter=Q(is_correct=True)))
    return {row["wording"]: round(100 * row["right"] / row["count"]) for row in rows if row["count"] >= MINIMUM}


@dataclass(frozen=True)
class Answer:
    """What somebody said to a question that was asked in these words."""

    asked: Asked
    attempt: int
    is_right: bool
    given: list


@dataclass
class Figures:
    """What the answers to one question tell. `share` is in per cent; `discrimination` from -1 to 1."""

    title: str = ""
    count: int = 0
    right: int = 0
    discrimination: float | None = None
    wrong: str = ""
    wrong_count: int = 0
    reasons: list[str] = field(default_factory=list)

    @property
    def share(self) -> int | None:
        return round(100 * self.right / self.count) if self.count else None

    @property
    def needs_review(self) -> bool:
        return bool(self.reasons)


def figures_of(questions: QuerySet[Question]) -> dict[int, Figures]:
    """The figures of those that somebody answered since their last change, by primary key; three queries."""
    newest = Step.objects.counted().filter(
        wording__question__in=questions.values("pk"), answered_at__gte=F("wording__question__updated_at")
    )
    columns = ("wording__question", "wording", "attempt", "is_correct", "answer")
    rows = list(newest.order_by("-pk").values_list(*columns)[:MOST_ANSWERS])
    if not rows:
        return {}
    scores = _scores({attempt for _, _, attempt, _, _ in rows})
    wordings = Wording.objects.in_bulk({wording for _, wording, _, _, _ in rows})
    asked = {pk: Asked.from_wording(wording) for pk, wording in wordings.items()}
    answers = defaultdict(list)
    for question, wording, attempt, right, answer in rows:
        answers[question].append(Answer(asked[wording], attempt, right, answer))
    return {question: _figures(found, scores) for question, found in answers.items()}


def _scores(attempts: set[int]) -> dict[int, tuple[int, int]]:
    """How many questions of each attempt were answered, and how many rightly."""
    rows = Step.objects.filter(answered_at__isnull=False).values("attempt")
    rows = rows.annotate(count=Count("pk"), right=Count("pk", filter=Q(is_correct=True)))
    return {row["attempt"]: (row["count"], row["right"]) for row in rows if row["attempt"] in attempts}


def _figures(answers: list[Answer], scores: dict[int, tuple[int, int]]) -> Figures:
    figures = Figures(answers[0].asked.title, len(answers), sum(answer.is_right for answer in answers))
    wrong = Counter(words for answer in answers if not answer.is_right and answer.given for words in _wrong(answer))
    if wrong:
        figures.wrong, figures.wrong_count = wrong.most_common(1)[0]
    figures.discrimination = _discrimination(answers, scores)
    figures.reasons = list(_reasons(figures))
    return figures


def _wrong(answer: Answer) -> list[str]:
    """The wrong choices of an answer in words; where an answer is one whole, the answer."""
    asked = answer.asked
    if asked.kind == Kind.SEVERAL:
        missed = [f"without {asked.options[place].text}" for place in asked.rights if place not in answer.given]
        return [asked.options[place].text for place in answer.given if place not in asked.rights] or missed
    return [in_words(asked, answer.given)]


def _discrimination(answers: list[Answer], scores: dict[int, tuple[int, int]]) -> float | None:
    """How being right here goes together with being right in the rest of the attempt (a point-biserial correlation)."""
    pairs = []
    for answer in answers:
        count, rights = scores[answer.attempt]
        if count > 1:
            pairs.append((float(answer.is_right), (rights - answer.is_right) / (count - 1)))
    if len(pairs) < MINIMUM:
        return None
    try:
        return round(correlation(*zip(*pairs, strict=True)), 2)
    except StatisticsError:
        return None


def _reasons(figures: Figures) -> Iterable[str]:
    if figures.count < MINIMUM:
        return
    if figures.share >= TOO_EASY:
        yield "too easy"
    if figures.share <= TOO_HARD:
        yield "too hard"
    if figures.wrong_count > figures.right:
        yield "misleading: more people choose one wrong answer than the right one"
    if figures.discrimination is not None and figures.discrimination < SEPARATES:
        yield "does not tell those who know from those who do not"
