"""What pages of other apps show of the quiz, and how its own pages say things."""

from datetime import datetime

from django import template
from django.utils import timezone

from codes.models.prepared import MOMENT, NUMBER, Prepared
from codes.vocabulary import SectionKind
from quiz.models import Question, QuestionCode
from quiz.vocabulary import Topic

register = template.Library()
ABOUT = Prepared(
    lambda: (
        Question.objects.published(MOMENT)
        .filter(pk__in=QuestionCode.objects.filter(code__number=NUMBER).values("question"))
        .order_by()
        .only("pk")
    )
)

# What the anchors of single rows begin with.
ROWS = {*SectionKind.values, "cause", "fix", "step", "snippet", "meaning", "exchange"}


@register.inclusion_tag("quiz/_teaser.html")
def quiz_about(address: str) -> dict:
    """A way into the questions about the code "404", or about two of "401-vs-403"; one query. Nothing without them."""
    labels = address.split("-vs-")
    if len(labels) == 1:
        count = len(ABOUT.rows({NUMBER: int(address)}))
    else:
        count = Question.objects.published().about([int(label) for label in labels]).count()
    return {"count": count, "labels": labels, "scope": "-".join(labels)}


@register.filter
def place(address: str) -> str:
    """An address of this site in words: "429: headers", "502: nothing listens", "401 vs 403"."""
    path, _, anchor = address.partition("#")
    page = path.strip("/").removeprefix("compare/").replace("-vs-", " vs ").replace("/", ", ") or "home"
    kind, _, rest = anchor.partition("-")
    if rest and kind in ROWS:
        anchor = rest
    return f"{page}: {anchor.replace('-', ' ')}" if anchor else page


@register.filter
def topic_label(topic: str) -> str:
    return Topic(topic).label


@register.filter
def seconds_left(deadline: datetime) -> int:
    return max(0, int((deadline - timezone.now()).total_seconds()))


@register.filter
def duration(seconds: int) -> str:
    """Seconds in words: "45 s", "4 min 12 s", "2 h 5 min"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
