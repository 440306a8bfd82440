"""What every page shares: publishing, rows in an order, canonical text."""

import re
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from codes.markdown import LONGEST


def canonical(text: str) -> str:
    """Return the text as it is stored: LF line ends, no tabs, no trailing or outer white space.

    YAML loses its `|` blocks on CRLF, tabs and trailing spaces, and control characters have no place in a text.
    """
    text = re.sub(r"\r\n?", "\n", str(text)).expandtabs(4)
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufeff]", "", text)
    text = re.sub(r"[\u0085\u2028\u2029]", "\n", text)
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    return text if "\n" in text else text.strip()


class CanonicalModel(models.Model):
    """A model whose texts are canonical whenever it is saved or cleaned."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs) -> None:
        self.canonicalise()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        self.canonicalise()
        for field in self._meta.concrete_fields:
            if isinstance(field, models.TextField) and len(getattr(self, field.attname) or "") > LONGEST:
                raise ValidationError({field.name: f"A text may have {LONGEST:,} characters. Split this one."})

    def canonicalise(self) -> None:
        for field in self._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField) and not field.primary_key:
                value = getattr(self, field.attname)
                if isinstance(value, str):
                    setattr(self, field.attname, canonical(value))


def sees_drafts(user) -> bool:
    return bool(user and not isinstance(user, AnonymousUser) and user.is_active and user.is_staff)


class PublishableQuerySet(models.QuerySet):
    """The two questions that every public query asks one of."""

    def published(self, at: datetime | None = None):
        """Live pages whose time has come, by now or at another moment."""
        return self.filter(Q(published_at__lte=at or timezone.now()) | Q(published_at=F("appeared_at")), draft_of=None)

    def scheduled(self):
        """Live pages whose time has not come."""
        return self.filter(draft_of=None, published_at__gt=timezone.now()).exclude(published_at=F("appeared_at"))

    def appearing(self):
        """Live pages whose time has come, and of which that is not written down yet."""
        return self.filter(draft_of=None, published_at__lte=timezone.now()).exclude(published_at=F("appeared_at"))

    def visible_to(self, user):
        """What `user` may read: staff see drafts and scheduled pages too, never a draft copy."""
        return self.filter(draft_of=None) if sees_drafts(user) else self.published()


class Publishable(CanonicalModel):
    """A page that is a draft, scheduled, or published.

    `draft_of` points from a newer draft to the live page that it will replace. `appeared_at` is the `published_at`
    whose moment has come once: should somebody set the clock back, what visitors have seen stays.
    """

    published_at = models.DateTimeField(
        "published",
        null=True,
        blank=True,
        db_index=True,
        help_text="Empty: a draft that only editors see. In the future: appears at that time (UTC).",
    )
    appeared_at = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField("last change", editable=False, default=timezone.now)
    draft_of = models.OneToOneField(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="draft",
        editable=False,
    )

    objects = PublishableQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_published(self) -> bool:
        if self.draft_of_id is not None or self.published_at is None:
            return False
        return self.published_at <= timezone.now() or self.published_at == self.appeared_at

    def is_visible_to(self, user) -> bool:
        """The same question as the queryset's, of one row."""
        return self.draft_of_id is None and (self.is_published or sees_drafts(user))

    @property
    def state(self) -> str:
        if self.draft_of_id:
            return "newer draft"
        if self.published_at is None:
            return "draft"
        return "published" if self.is_published else "scheduled"


class WordListField(models.JSONField):
    """A list of distinct values from one closed list of words, in an order that counts."""

    def __init__(self, *args, vocabulary=None, **kwargs):
        self.vocabulary = vocabulary
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        if self.vocabulary is not None:
            kwargs["vocabulary"] = self.vocabulary
        return name, path, args, kwargs

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise ValidationError('This is a list of words, like ["origin", "cdn"].', code="not_a_list")
        allowed = list(self.vocabulary)
        if unknown := [word for word in value if word not in allowed]:
            raise ValidationError(
                "%(words)s is not known here; choose from: %(allowed)s.",
                code="unknown_word",
                params={"words": ", ".join(unknown), "allowed": ", ".join(allowed)},
            )
        if len(set(value)) != len(value):
            raise ValidationError("Name each only once.", code="double_word")
