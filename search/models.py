"""What editors tell the search: how people say things; and what readers asked for and did not find."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from codes.models import CanonicalModel, StatusCode
from codes.models.code import validate_slug


class SynonymList(CanonicalModel):
    """Synonyms of one kind, kept in one file."""

    slug = models.CharField(max_length=40, unique=True, validators=[validate_slug])
    title = models.CharField(max_length=80, help_text="What kind of words these are.")

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


class Synonym(CanonicalModel):
    """What people write, and the words of this site for it, the code that it leads to, or both."""

    class Kind(models.TextChoices):
        WORDS = "words", "Words"
        NAME = "name", "Name or constant"
        MESSAGE = "message", "Log line or message"
        HEADER = "header", "Header field"

    list = models.ForeignKey(SynonymList, on_delete=models.CASCADE, related_name="synonyms")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.WORDS)
    text = models.CharField("people write", max_length=300, help_text="A word, a sentence, or a message verbatim.")
    means = models.CharField(
        "finds", max_length=200, blank=True, help_text="Words of this site that it shall find too."
    )
    code = models.ForeignKey(
        StatusCode,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="synonyms",
        limit_choices_to={"draft_of": None},
        help_text="The page that it leads to.",
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["list", "kind", "text", "code"],
                name="synonym_of_code_once",
                violation_error_message="This stands in the list already.",
            ),
            models.UniqueConstraint(
                fields=["list", "kind", "text"],
                condition=Q(code=None),
                name="synonym_of_words_once",
                violation_error_message="This stands in the list already.",
            ),
            models.CheckConstraint(
                condition=~Q(means="") | Q(code__isnull=False),
                name="synonym_leads_somewhere",
                violation_error_message="Say which words it finds, or which code it leads to.",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        super().clean()
        if not self.means and not self.code_id:
            raise ValidationError("Say which words it finds, or which code it leads to.")
        if self.kind != self.Kind.WORDS and not self.code_id:
            raise ValidationError({"code": "A name, a message or a header field leads to a code: choose it."})


class UnfoundQuerySet(models.QuerySet):
    def open(self):
        """Those that no curator has dealt with."""
        return self.filter(is_done=False)


class Unfound(models.Model):
    """A short search that found nothing, asked by two different visitors at least. Nobody can be told from it."""

    text = models.CharField("asked for", max_length=60, unique=True)
    count = models.PositiveIntegerField("visitors", default=2, help_text="Counted anew each day.")
    first_asked = models.DateField(auto_now_add=True)
    last_asked = models.DateField(auto_now=True)
    is_done = models.BooleanField("dealt with", default=False)

    objects = UnfoundQuerySet.as_manager()

    class Meta:
        ordering = ["is_done", "-count", "text"]
        verbose_name = "search that found nothing"
        verbose_name_plural = "searches that found nothing"

    def __str__(self) -> str:
        return self.text


class Asked(models.Model):
    """That one visitor asked one thing today: two hashes with the day's salt, from which neither can be read."""

    day = models.DateField(db_index=True)
    query = models.CharField(max_length=32)
    visitor = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "query", "visitor"], name="asked_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}"
