"""The rows of a code page: whatever repeats under its own heading."""

from django.core.exceptions import ValidationError
from django.db import models

from codes import vocabulary as words

from .base import CanonicalModel, WordListField
from .code import StatusCode, Vendor, validate_slug


class Platform(CanonicalModel):
    """What a snippet runs on, or a constant belongs to."""

    slug = models.CharField(max_length=40, unique=True, validators=[validate_slug])
    name = models.CharField(max_length=60, unique=True)
    lexer = models.CharField(max_length=30, default="text", help_text='Pygments\' name of the language: "python".')
    kind = models.CharField(max_length=20, choices=words.PlatformKind)
    position = models.PositiveSmallIntegerField(default=0, help_text="Its place among the tabs of snippets.")

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        from pygments.lexers import get_lexer_by_name
        from pygments.util import ClassNotFound

        try:
            get_lexer_by_name(self.lexer)
        except ClassNotFound:
            raise ValidationError(
                {"lexer": f'Pygments knows no language "{self.lexer}". Use "text" if there is none.'}
            ) from None


class Row(CanonicalModel):
    """A row of a code page, in the order that its editor gave it."""

    code = models.ForeignKey(StatusCode, on_delete=models.CASCADE, related_name="%(class)ss")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class SluggedRow(Row):
    """A row that can be linked to: its slug stays when its title changes."""

    slug = models.CharField(
        max_length=80, validators=[validate_slug], help_text="Its place in links. Do not change it once published."
    )

    class Meta(Row.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["code", "slug"],
                name="%(class)s_slug_once_per_page",
                violation_error_message="Another row of this kind on this page has that slug. Choose another.",
            )
        ]


class Meaning(SluggedRow):
    """What one vendor means by the number, or one of its sub-statuses (`404.13`, `H12`, `1016`)."""

    label = models.CharField(max_length=20, db_index=True, help_text='As it is written: "499", "404.13", "H12".')
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="meanings")
    name = models.CharField(max_length=120)
    summary = models.CharField(max_length=300, blank=True, help_text="One sentence.")
    where_seen = models.CharField(max_length=10, choices=words.WhereSeen, default=words.WhereSeen.SENT)
    sent_by = WordListField(default=list, blank=True, vocabulary=words.Hop.values)
    body_rule = models.CharField("content", max_length=10, choices=words.BodyRule, blank=True)
    retry_note = models.CharField("retry", max_length=250, blank=True)
    era = models.CharField(max_length=60, blank=True, help_text='"until 2018", "v2"')
    body = models.TextField(blank=True, help_text="Markdown.")
    source = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(blank=True, max_length=300)
    verified = models.BooleanField(default=False)
    verified_note = models.CharField(max_length=300, blank=True)

    class Meta(SluggedRow.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.label} {self.name} ({self.vendor_id and self.vendor.name})"

    @property
    def is_sub_status(self) -> bool:
        """True where the label says more than the page's number."""
        return self.label not in (self.code.label, str(self.code.number))

    @property
    def speakers(self) -> list[words.Hop]:
        return [words.Hop(hop) for hop in self.sent_by]


class Name(Row):
    """Another name of the code: an earlier phrase, an alias, or a constant of a platform."""

    kind = models.CharField(max_length=10, choices=words.NameKind)
    text = models.CharField(max_length=120, db_index=True)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, null=True, blank=True, related_name="names")
    spec = models.CharField(max_length=120, blank=True, help_text="For an earlier name: where it stood.")
    since = models.CharField("remark", max_length=160, blank=True, help_text='"since 3.13", "deprecated since 7.0"')

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        super().clean()
        if self.kind == words.NameKind.CONSTANT and not self.platform_id:
            raise ValidationError({"platform": "A constant belongs to a platform: choose it."})


class HeaderRule(Row):
    """A header field that the response must, should or may carry. No condition means always."""

    header = models.CharField(max_length=60, help_text="The field name alone.")
    level = models.CharField(max_length=10, choices=words.Level)
    condition = models.CharField(max_length=250, blank=True, help_text="When. Empty: always.")
    note = models.CharField(max_length=250, blank=True, help_text="What to put into it.")
    section = models.CharField(max_length=120, blank=True, help_text='"RFC 9110 §15.5.2"')

    def __str__(self) -> str:
        return f"{self.level} {self.header}"

    @property
    def is_unconditional(self) -> bool:
        return self.level == words.Level.MUST and not self.condition


class Rule(Row):
    """A normative sentence of a specification, in our words."""

    level = models.CharField(max_length=10, choices=[c for c in words.Level.choices if c[0] != words.Level.USED])
    who = models.CharField(max_length=8, choices=words.Actor)
    text = models.TextField(help_text="In our words. Markdown for `code` and links.")
    section = models.CharField(max_length=120, help_text='"RFC 9110 §15.5.2". A rule has a section, always.')

    def __str__(self) -> str:
        return f"{self.level}: {self.text[:60]}"


class Fingerprint(Row):
    """A sign that tells who sent the response."""

    kind = models.CharField(max_length=10, choices=words.FingerprintKind)
    pattern = models.TextField(help_text="As it is seen, verbatim.")
    proves = models.CharField(max_length=300, help_text="What it proves, in one sentence.")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, null=True, blank=True, related_name="fingerprints")
    meaning = models.ForeignKey(Meaning, on_delete=models.SET_NULL, null=True, blank=True)

    def __str__(self) -> str:
        return self.pattern[:60]


class Exchange(SluggedRow):
    """Raw messages of one story: `> ` request lines, `< ` response lines, a blank line between messages."""

    title = models.CharField(max_length=140)
    transcript = models.TextField()
    note = models.TextField(blank=True, help_text="Markdown.")

    class Meta(SluggedRow.Meta):
        pass

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        from codes.exchanges import parse

        try:
            parse(self.transcript)
        except ValueError as error:
            raise ValidationError({"transcript": str(error)}) from error


class Cause(SluggedRow):
    """Something that happens and ends in this code."""

    title = models.CharField(max_length=140, help_text='A thing that happens: "The worker was killed for memory".')
    layer = models.CharField(max_length=14, choices=words.Layer, blank=True)
    meaning = models.ForeignKey(
        Meaning, on_delete=models.SET_NULL, null=True, blank=True, help_text="Only where it is one vendor's."
    )
    sign = models.TextField(blank=True, help_text="The log line or symptom that gives it away, verbatim.")
    body = models.TextField(help_text="Markdown.")
    source = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(blank=True, max_length=300)

    class Meta(SluggedRow.Meta):
        pass

    def __str__(self) -> str:
        return self.title


class Fix(CanonicalModel):
    """Something to do about a cause, and how one knows that it worked."""

    cause = models.ForeignKey(Cause, on_delete=models.CASCADE, related_name="fixes")
    position = models.PositiveSmallIntegerField(default=0)
    slug = models.CharField(max_length=80, validators=[validate_slug])
    title = models.CharField(max_length=140)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, null=True, blank=True, related_name="fixes")
    body = models.TextField(blank=True, help_text="The command, the setting or the line. Markdown.")
    why = models.TextField(blank=True, help_text="Why it works.")
    expected = models.TextField(blank=True, help_text="What one sees when it worked.")
    warning = models.TextField(blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "fixes"
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "slug"],
                name="fix_slug_once_per_cause",
                violation_error_message="Another fix of this cause has that slug. Choose another.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Step(SluggedRow):
    """One step of the diagnosis, in order."""

    title = models.CharField(max_length=140)
    body = models.TextField(blank=True, help_text="Markdown.")
    command = models.TextField(blank=True, help_text="Safe to paste.")
    expect = models.TextField(blank=True, help_text="What the answer tells.")
    proves = models.ForeignKey(Cause, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(SluggedRow.Meta):
        pass

    def __str__(self) -> str:
        return self.title


class Snippet(SluggedRow):
    """Code for one platform that returns, handles or configures the code."""

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="snippets")
    role = models.CharField(max_length=10, choices=words.Role)
    title = models.CharField(max_length=140)
    body = models.TextField(blank=True, help_text="What it does. Markdown.")
    source = models.TextField("code")
    warning = models.TextField(blank=True)
    run = models.TextField(
        "how it is run",
        blank=True,
        help_text="What is asked of it and what must come back: “> GET /orders/9”, “< 404”.",
    )

    class Meta(SluggedRow.Meta):
        pass

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        from codes.runs import parse

        try:
            parse(self.run)
        except ValueError as error:
            raise ValidationError({"run": str(error)}) from error


class Section(SluggedRow):
    """Text of a kind that has one shape: a heading and a body."""

    kind = models.CharField(max_length=12, choices=words.SectionKind)
    title = models.CharField(max_length=160)
    body = models.TextField(help_text="Markdown.")

    class Meta(Row.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["code", "kind", "slug"],
                name="section_slug_once_per_kind",
                violation_error_message="Another section of this kind has that slug. Choose another.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class EngineNote(Row):
    """What a search engine says it does, hedged as its documentation is, and dated."""

    engine = models.CharField(max_length=30)
    topic = models.CharField(max_length=12, choices=words.Topic)
    text = models.TextField(help_text="Markdown.")
    source = models.CharField(max_length=200)
    source_url = models.URLField(max_length=300)
    checked_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.engine}: {self.get_topic_display()}"


class Relation(Row):
    """Another code, and the sentence that tells the two apart."""

    kind = models.CharField(max_length=10, choices=words.RelationKind)
    other = models.ForeignKey(StatusCode, on_delete=models.PROTECT, related_name="related_from")
    note = models.CharField(max_length=300)

    class Meta(Row.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["code", "other"],
                name="relation_once",
                violation_error_message="This page names that code already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.other}"

    def clean(self) -> None:
        super().clean()
        if self.other_id and self.other_id in (self.code_id, self.code.draft_of_id):
            raise ValidationError({"other": "A page is not related to itself. Choose another code."})


class Reference(Row):
    """Where to read more."""

    title = models.CharField(max_length=200)
    url = models.URLField(max_length=300)

    def __str__(self) -> str:
        return self.title
