"""Guides: what is true of many codes, told once and in an order to be read."""

from collections.abc import Iterable
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Prefetch, Q, Value, When
from django.urls import reverse

from codes.models import CanonicalModel, Publishable, PublishableQuerySet, StatusCode
from codes.models.code import validate_slug

from .rules import wrong_with_body

WORDS_A_MINUTE = 220


@lru_cache(maxsize=512)
def _words_in(text: str) -> int:
    return len(text.split())


class Kind(models.TextChoices):
    """Under which heading a guide is listed, in this order."""

    PRIMER = "primer", "Begin here"
    GUIDE = "guide", "What many codes share"
    IN_DEPTH = "in-depth", "One code in depth"
    POST = "post", "Posts"


# By kind, then by position, of equals the newest first.
READING_ORDER = [
    Case(*(When(kind=kind, then=Value(rank)) for rank, kind in enumerate(Kind.values))),
    "position",
    models.F("published_at").desc(nulls_last=True),
    "slug",
]


class GuideQuerySet(PublishableQuerySet):
    def in_order(self):
        """In the order of reading."""
        return self.order_by(*READING_ORDER)

    def about(self, codes: Iterable[StatusCode]):
        """Guides that name any of these codes."""
        return self.filter(pk__in=GuideCode.objects.filter(code__in=codes).values("guide")).in_order()

    def with_codes(self, user):
        """Each with those of its codes that `user` may see, in one more query."""
        seen = GuideCode.objects.filter(code__in=StatusCode.objects.visible_to(user)).select_related("code")
        shown = seen.only("guide", "position", "code__number", "code__name", "code__is_popular", "code__registration")
        return self.prefetch_related(Prefetch("codes", shown))

    def with_page(self, user):
        """Each with all that its page shows of it, in two more queries."""
        return self.with_codes(user).prefetch_related("references")


class Guide(Publishable):
    """A text of its own. What can be computed from it is not stored: reading time, contents, neighbors."""

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.GUIDE)
    title = models.CharField(max_length=80)
    slug = models.CharField(
        max_length=60, validators=[validate_slug], help_text="Its address: /guides/primer. It stays once published."
    )
    position = models.PositiveSmallIntegerField(
        default=0, help_text="Its place in reading order among guides of its kind: 10, 20, 30. Newest first of equals."
    )
    summary = models.CharField(
        max_length=220, blank=True, help_text="One sentence: what the reader can do afterwards. For lists, too."
    )
    author = models.CharField(max_length=100, blank=True, help_text="Who wrote it. Empty: the editors of the site.")
    body = models.TextField(
        blank=True, help_text="Markdown. Headings from ##; fenced code of the language exchange becomes a ladder."
    )

    objects = GuideQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug"]
        permissions = [("publish_guide", "Can publish, withdraw and change published guides")]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(draft_of=None),
                name="one_live_guide_per_slug",
                violation_error_message="A guide has this address already. Choose another slug.",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | (~Q(summary="") & ~Q(body="")),
                name="published_guide_has_text",
                violation_error_message="A published guide needs its summary and its body.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("guides:guide", args=[self.slug])

    @property
    def minutes(self) -> int:
        """How long reading it takes, in whole minutes, at least one."""
        return max(1, round(_words_in(self.body) / WORDS_A_MINUTE))

    def clean(self) -> None:
        super().clean()
        errors = {}
        for name in ("summary", "body"):
            if self.published_at and not getattr(self, name):
                errors[name] = [f"A published guide needs its {name}. Write it, or empty the publishing time."]
        if wrong := list(wrong_with_body(self.body)):
            errors["body"] = wrong
        if errors:
            raise ValidationError(errors)


class GuideRow(CanonicalModel):
    """A row of a guide, in the order that its editor gave it."""

    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class GuideCode(GuideRow):
    """A code that a guide is about. The code's page names the guide."""

    guide = models.ForeignKey(Guide, on_delete=models.CASCADE, related_name="codes")
    code = models.ForeignKey(StatusCode, on_delete=models.PROTECT, related_name="guide_codes")

    class Meta(GuideRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["guide", "code"],
                name="guide_code_once",
                violation_error_message="A code stands here twice. Name each only once.",
            )
        ]

    def __str__(self) -> str:
        return str(self.code)


class GuideReference(GuideRow):
    """Where a guide has its facts from, and where to read more."""

    guide = models.ForeignKey(Guide, on_delete=models.CASCADE, related_name="references")
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=300)

    class Meta(GuideRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["guide", "url"],
                name="guide_reference_once",
                violation_error_message="An address stands here twice. Name each only once.",
            )
        ]

    def __str__(self) -> str:
        return self.title
