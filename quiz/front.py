"""What the quiz's first page offers."""

import re

from django.db.models import Count, OuterRef, Subquery

from codes.models import StatusClass, StatusCode, class_digit

from .models import Mode, Question, QuestionCode
from .starting import LENGTHS
from .vocabulary import Difficulty, Topic

# What the modes that need no scope are about.
MODES = (
    (Mode.DECIDE, "A situation in an API or a proxy: you answer."),
    (Mode.LOG, "Log lines and raw responses: what happened?"),
    (Mode.APART, "401 or 403, 502 or 504, 301 or 308."),
    (Mode.ENDLESS, "Goes on until you stop. What you miss comes back."),
    (Mode.EXAM, "A minute for each question, and no word until the end."),
)


def front_page(codes: str) -> dict:
    """The context of the page; `codes` are numbers that somebody wants to be asked about, like "401-403"."""
    first = QuestionCode.objects.filter(question=OuterRef("pk")).order_by("position").values("code__number")[:1]
    rows = list(Question.objects.published().annotate(main=Subquery(first)).values_list("topic", "skill", "main"))
    topics = [topic for topic, _, _ in rows]
    classes = [class_digit(main) for _, _, main in rows if main is not None]
    return {
        "count": len(rows),
        "topics": [(topic, topics.count(topic)) for topic in Topic if topic in topics],
        "classes": [(row, classes.count(row.digit)) for row in StatusClass.objects.filter(digit__in=range(1, 7))],
        "modes": MODES,
        "lengths": LENGTHS,
        "difficulties": Difficulty.choices,
        "wanted": _wanted(codes),
    }


def _wanted(codes: str) -> dict | None:
    """The codes that were asked for by address, as far as they have a page, and how many questions are about them."""
    if not re.fullmatch(r"[0-9]{3}(-[0-9]{3}){0,3}", codes):
        return None
    numbers = sorted({int(part) for part in codes.split("-")})
    known = list(StatusCode.objects.published().filter(number__in=numbers).only("number", "name"))
    if not known:
        return None
    found = [code.number for code in known]
    return {
        "codes": known,
        "scope": "-".join(code.label for code in known),
        "count": Question.objects.published().about(found).aggregate(count=Count("pk"))["count"],
    }
