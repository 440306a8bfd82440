"""Two to four codes side by side: the verdict, and what only this set of codes needs to have said.

Everything else that a comparison shows comes from the codes' own pages.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse

from codes.models import CanonicalModel, Publishable, PublishableQuerySet, StatusCode

from .addresses import MOST, numbers_in, slug_of
from .rules import texts_in

validate_slug = RegexValidator(
    rf"\A[0-9]{{3}}(-vs-[0-9]{{3}}){{1,{MOST - 1}}}\Z", 'The slug is made of the numbers, like "401-vs-403".'
)


class Topic(models.TextChoices):
    """Under which heading a curated comparison is listed, in this order."""

    AUTH = "auth", "Who are you, and may you?"
    MISSING = "missing", "Not there"
    VALIDATION = "validation", "Wrong input"
    REDIRECTS = "redirects", "Go elsewhere"
    GATEWAYS = "gateways", "Servers and gateways"
    LIMITS = "limits", "Too much, too often, too slow"
    CACHING = "caching", "Caching and conditions"
    CONCURRENCY = "concurrency", "Conflicts"
    SUCCESS = "success", "It worked, but how?"
    CONNECTION = "connection", "Connections and protocols"
    CLOUDFLARE = "cloudflare", "Cloudflare and other edges"
    VENDORS = "vendors", "Other vendors' numbers"


class ComparisonQuerySet(PublishableQuerySet):
    def published(self, at: datetime | None = None):
        """Live comparisons of codes whose own pages are published."""
        unseen = Side.objects.exclude(code__in=StatusCode.objects.published(at))
        return super().published(at).filter(~Exists(unseen.filter(comparison=OuterRef("pk"))))

    def about(self, code: StatusCode):
        """Comparisons in which `code` is a side."""
        return self.filter(sides__code=code)

    def near(self, codes: list[StatusCode]):
        """Comparisons that share a code with `codes`, those that share most first."""
        return self.filter(sides__code__in=codes).annotate(shared=Count("sides")).order_by("-shared", "slug")

    def with_rows(self):
        decisions = Decision.objects.select_related("if_yes", "if_no")
        return self.prefetch_related("sides", "aspects", Prefetch("decisions", decisions))


class Comparison(Publishable):
    """A curated comparison. Its codes are its `sides`; its slug says which, in the order of their numbers."""

    slug = models.CharField(max_length=40, validators=[validate_slug], editable=False)
    title = models.CharField(max_length=120, blank=True, help_text="A question that both answer. Empty: the names.")
    topic = models.CharField(max_length=12, choices=Topic)
    summary = models.CharField(max_length=220, blank=True, help_text="One sentence for lists and search engines.")
    verdict = models.CharField(max_length=220, blank=True, help_text="Which one, when: one sentence.")
    body = models.TextField(blank=True, help_text="What needs more words, with sources. Markdown, headings from ###.")

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        permissions = [("publish_comparison", "Can publish, withdraw and change published comparisons")]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(draft_of=None),
                name="one_live_comparison_per_set",
                violation_error_message="These codes have a comparison already. Edit that one instead.",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | ~Q(verdict=""),
                name="published_comparison_has_verdict",
                violation_error_message="A published comparison needs its verdict.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("compare:comparison", args=[self.slug])

    @property
    def label(self) -> str:
        return self.slug.replace("-vs-", " vs ")

    @property
    def numbers(self) -> list[int]:
        return numbers_in(self.slug) or []

    def clean(self) -> None:
        super().clean()
        errors = {}
        for name in ("verdict", "summary"):
            if self.published_at and not getattr(self, name):
                errors[name] = f"A published comparison needs its {name}. Write it, or empty the publishing time."
        if self.slug and slug_of(self.numbers) != self.slug:
            errors["slug"] = f'The numbers stand in order: "{slug_of(self.numbers)}".'
        if errors:
            raise ValidationError(errors)


class ComparisonRow(CanonicalModel):
    """A row of a comparison, in the order that its editor gave it."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="%(class)ss")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class Side(ComparisonRow):
    """What this comparison says about one of its codes."""

    code = models.ForeignKey(StatusCode, on_delete=models.PROTECT, related_name="comparison_sides")
    choose_when = models.TextField(help_text="When it is this one: a sentence or two. Markdown for `code` and links.")
    log_line = models.TextField(blank=True, help_text="A log line or message that gives it away, verbatim.")
    scenario = models.TextField(blank=True, help_text="A short story that ends in this code. Markdown.")

    class Meta(ComparisonRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["comparison", "code"],
                name="side_once",
                violation_error_message="A code stands here twice. Name each only once.",
            )
        ]

    def __str__(self) -> str:
        return str(self.code)


class Aspect(ComparisonRow):
    """One more row of the table, which only this comparison needs: a text for each side."""

    title = models.CharField(max_length=80, help_text='What is compared: "The browser shows".')
    texts = models.TextField(help_text='One line per code: "401: its text". Markdown for `code` and links.')

    def __str__(self) -> str:
        return self.title

    @property
    def by_number(self) -> dict[int, str]:
        return texts_in(self.texts)

    def clean(self) -> None:
        super().clean()
        try:
            texts_in(self.texts)
        except ValueError as error:
            raise ValidationError({"texts": str(error)}) from error


class Decision(ComparisonRow):
    """One question of the path to a decision, answered by yes or no."""

    question = models.CharField(max_length=200)
    if_yes = models.ForeignKey(
        StatusCode, on_delete=models.PROTECT, related_name="+", verbose_name="yes: it is", help_text="Then it is this."
    )
    if_no = models.ForeignKey(
        StatusCode,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="no: it is",
        help_text="Only in the last question. Empty: go on to the next.",
    )

    def __str__(self) -> str:
        return self.question
