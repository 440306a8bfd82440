"""What answers tell about a question; only those that people gave when they first met its present wording."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import StatisticsError, correlation

from django.db.models import Count, Q

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


@dataclass
class Figures:
    """What the answers to one question tell. `share` is in per cent; `discrimination` from -1 to 1."""

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


def figures_of(questions: Iterable[Question]) -> dict[int, Figures]:
    """The figures of each question by its primary key. Its rows are fetched (`with_rows`)."""
    asked = {question.pk: Asked.of(question) for question in questions}
    wordings = Wording.objects.filter(digest__in=[one.digest for one in asked.values()], question__in=asked)
    question_of = dict(wordings.values_list("pk", "question_id"))
    answers = defaultdict(list)
    newest = Step.objects.counted().filter(wording__in=question_of).order_by("-pk")[:MOST_ANSWERS]
    for wording, attempt, right, answer in newest.values_list("wording_id", "attempt_id", "is_correct", "answer"):
        answers[question_of[wording]].append((attempt, right, answer))
    others = _scores({attempt for rows in answers.values() for attempt, _, _ in rows})
    return {pk: _figures(one, answers[pk], others) for pk, one in asked.items()}


def _scores(attempts: set[int]) -> dict[int, tuple[int, int]]:
    """How many questions of each attempt were answered, and how many rightly."""
    rows = Step.objects.filter(answered_at__isnull=False).values("attempt")
    rows = rows.annotate(count=Count("pk"), right=Count("pk", filter=Q(is_correct=True)))
    return {row["attempt"]: (row["count"], row["right"]) for row in rows if row["attempt"] in attempts}


def _figures(asked: Asked, answers: list[tuple[int, bool, list]], scores: dict[int, tuple[int, int]]) -> Figures:
    figures = Figures(len(answers), sum(right for _, right, _ in answers))
    wrong = Counter(words for _, right, answer in answers if not right and answer for words in _wrong(asked, answer))
    if wrong:
        figures.wrong, figures.wrong_count = wrong.most_common(1)[0]
    figures.discrimination = _discrimination(answers, scores)
    figures.reasons = list(_reasons(figures))
    return figures


def _wrong(asked: Asked, answer: list) -> list[str]:
    """The wrong choices of an answer in words; where an answer is one whole, the answer."""
    if asked.kind == Kind.SEVERAL:
        missed = [f"without {asked.options[place].text}" for place in asked.rights if place not in answer]
        return [asked.options[place].text for place in answer if not asked.options[place].is_correct] or missed
    return [in_words(asked, answer)]


def _discrimination(answers: list[tuple[int, bool, list]], scores: dict[int, tuple[int, int]]) -> float | None:
    """How being right here goes together with being right in the rest of the attempt (a point-biserial correlation)."""
    pairs = []
    for attempt, right, _ in answers:
        count, rights = scores[attempt]
        if count > 1:
            pairs.append((float(right), (rights - right) / (count - 1)))
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
