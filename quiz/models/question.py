"""A question as editors write it."""

from datetime import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse

from codes.models import CanonicalModel, Publishable, PublishableQuerySet, StatusCode
from codes.models.code import validate_slug
from quiz.vocabulary import Difficulty, Kind, Skill, Topic

validate_address = RegexValidator(
    r"\A/(?!/)[A-Za-z0-9][A-Za-z0-9#%._/-]*\Z", "Give an address on this site, like /429#headers."
)


class QuestionQuerySet(PublishableQuerySet):
    def published(self, at: datetime | None = None):
        """Live questions about codes whose own pages are published."""
        unseen = QuestionCode.objects.exclude(code__in=StatusCode.objects.published(at))
        return super().published(at).filter(~Exists(unseen.filter(question=OuterRef("pk"))))

    def about(self, numbers: list[int]):
        """Questions about the one code, or about at least two of several."""
        # From the codes to their questions: the other way would look at all questions that there are.
        rows = QuestionCode.objects.filter(code__number__in=numbers).order_by().values("question")
        named = rows.annotate(named=Count("pk")).filter(named__gte=min(2, len(set(numbers))))
        return self.filter(pk__in=named.values("question"))

    def with_rows(self):
        return self.prefetch_related(Prefetch("codes", QuestionCode.objects.select_related("code")), "choices")


class Question(Publishable):
    """One decision that is met at work. What it is about are its `codes`; what can be answered are its `choices`."""

    slug = models.CharField(
        max_length=80,
        validators=[validate_slug],
        help_text="Its address and file name: what it is about, without the answer. Do not change it once published.",
    )
    title = models.CharField(max_length=70, help_text="For lists and results. Must not give the answer away.")
    kind = models.CharField(max_length=8, choices=Kind)
    topic = models.CharField(max_length=14, choices=Topic)
    skill = models.CharField(max_length=8, choices=Skill)
    difficulty = models.CharField(max_length=6, choices=Difficulty)
    prompt = models.TextField(help_text="The situation and the question. Markdown; logs and code in fenced blocks.")
    transcript = models.TextField(
        blank=True, help_text="Raw messages, drawn as a ladder: `> ` request lines, `< ` response lines."
    )
    explanation = models.TextField(help_text="The thought that answers it: two to five sentences. Markdown.")
    read = models.CharField(
        max_length=200, validators=[validate_address], help_text="Where to read on this site: /429#headers."
    )
    source = models.CharField(max_length=200, help_text='Where the fact stands: "RFC 9110 §15.5.10".')
    source_url = models.URLField("source address", blank=True, max_length=300)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        permissions = [("publish_question", "Can publish, withdraw and change published questions")]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(draft_of=None),
                name="one_live_question_per_slug",
                violation_error_message="Another question has this slug. Choose another.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quiz:question", args=[self.slug])


class QuestionRow(CanonicalModel):
    """A row of a question, in the order that its editor gave it."""

    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class QuestionCode(QuestionRow):
    """A code that the question is about; the main one comes first."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="codes")
    code = models.ForeignKey(StatusCode, on_delete=models.PROTECT, related_name="quiz_questions")

    class Meta(QuestionRow.Meta):
        verbose_name = "code of a question"
        verbose_name_plural = "codes of questions"
        constraints = [
            models.UniqueConstraint(
                fields=["question", "code"],
                name="question_code_once",
                violation_error_message="A code stands here twice. Name each only once.",
            )
        ]

    def __str__(self) -> str:
        return str(self.code)


class Choice(QuestionRow):
    """What can be chosen, and why it is right or wrong. In order and match the rows as written are what is right."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    text = models.TextField(help_text="One line of Markdown. For “type the number”, the number alone.")
    is_correct = models.BooleanField("right", default=False, help_text="Not for “put in order” and “match”.")
    match = models.TextField("partner", blank=True, help_text="Only for “match”: what belongs to it. Markdown.")
    why = models.TextField(help_text="Why it is right or wrong. Shown after any answer. Markdown.")
    read = models.CharField(
        max_length=200, blank=True, validators=[validate_address], help_text="Where to read about this one: /429#rules."
    )

    class Meta(QuestionRow.Meta):
        pass

    def __str__(self) -> str:
        return self.text[:60]
