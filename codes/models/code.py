"""Status codes, their classes, and the vendors that give numbers a meaning of their own."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from codes import vocabulary as words

from .base import CanonicalModel, Publishable, WordListField
from .querysets import StatusCodeQuerySet, class_digit

GRPC_CODES = (
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED "
    "RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS "
    "UNAUTHENTICATED"
).split()

validate_slug = RegexValidator(
    r"\A[a-z0-9]+(-[a-z0-9]+)*\Z",
    'Use lower-case letters, digits and single hyphens, like "worker-killed".',
)


class StatusClass(CanonicalModel):
    """One of the five classes of RFC 9110 §15, or a home for the numbers outside them."""

    digit = models.PositiveSmallIntegerField(primary_key=True, validators=[MaxValueValidator(6)])
    name = models.CharField(max_length=60)
    slug = models.CharField(max_length=10, unique=True, validators=[validate_slug], help_text='Its address: "5xx".')
    tagline = models.CharField(max_length=40, help_text='A few words for the wall on the home page: "Go elsewhere".')
    summary = models.CharField(max_length=300, help_text="One sentence.")
    body = models.TextField(blank=True, help_text="What is true of the whole class. Markdown.")

    class Meta:
        ordering = ["digit"]
        verbose_name_plural = "status classes"

    def __str__(self) -> str:
        return f"{self.slug} {self.name}"

    def clean(self) -> None:
        super().clean()
        if self.slug != f"{self.digit}xx":
            raise ValidationError({"slug": f'The slug of class {self.digit} is "{self.digit}xx".'})

    def get_absolute_url(self) -> str:
        return reverse("codes:class", args=[self.slug])


class Vendor(CanonicalModel):
    """A product or service that gives numbers a meaning of its own."""

    slug = models.CharField(max_length=60, unique=True, validators=[validate_slug])
    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=words.VendorKind)
    summary = models.CharField(max_length=300, blank=True, help_text="One sentence.")
    body = models.TextField(blank=True, help_text="How it reports status codes: log fields, headers. Markdown.")
    url = models.URLField("documentation", blank=True, max_length=300)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("codes:vendor", args=[self.slug])


class StatusCode(Publishable):
    """One number, as it stands in a status line. Who gives it another meaning is a `Meaning`."""

    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(0), MaxValueValidator(999)])
    name = models.CharField(
        max_length=80, help_text="The registered reason phrase; for a vendor's number the vendor's."
    )
    is_popular = models.BooleanField("much met", default=False, help_text="Stands out on the home page.")
    registration = models.CharField(max_length=12, choices=words.Registration, default=words.Registration.UNREGISTERED)
    spec = models.CharField("specification", max_length=120, blank=True, help_text='"RFC 9110", or a vendor\'s page.')
    section = models.CharField(max_length=40, blank=True, help_text='"15.6.1"')
    spec_url = models.URLField("specification address", blank=True, max_length=300)
    year = models.PositiveSmallIntegerField(
        "since",
        null=True,
        blank=True,
        validators=[MinValueValidator(1990), MaxValueValidator(2100)],
        help_text="Year of the first specification.",
    )
    summary = models.CharField(max_length=220, blank=True, help_text="One sentence: what it says, and who says it.")
    gist = models.CharField(
        max_length=60, blank=True, help_text='A few words for lists and the cheat sheet: "Who are you? Log in".'
    )
    meaning = models.TextField("plain words", blank=True, help_text="For somebody who never read an RFC. Markdown.")
    definition = models.TextField("definition", blank=True, help_text="Technical, with section numbers. Markdown.")

    where_seen = models.CharField(max_length=10, choices=words.WhereSeen, default=words.WhereSeen.SENT)
    sent_by = WordListField(
        default=list, blank=True, vocabulary=words.Hop.values, help_text="Who sends it, the usual speaker first."
    )
    look_at = models.CharField(
        max_length=10, choices=words.Stop, blank=True, help_text="Where the trouble is. Empty where nothing is wrong."
    )
    hop_note = models.CharField(
        max_length=40, blank=True, help_text='What happened to the hop that spoke: "got a broken answer".'
    )

    storage = models.CharField(max_length=10, choices=words.Storage, default=words.Storage.EXPLICIT)
    storage_note = models.CharField(max_length=250, blank=True)
    body_rule = models.CharField("content", max_length=10, choices=words.BodyRule, default=words.BodyRule.ALLOWED)
    body_note = models.CharField("content note", max_length=250, blank=True)
    retry_rule = models.CharField("retry", max_length=12, choices=words.RetryRule, default=words.RetryRule.NO)
    retry_note = models.CharField(max_length=250, blank=True)
    redirect_rule = models.CharField("redirect", max_length=14, choices=words.RedirectRule, blank=True)
    redirect_note = models.CharField(max_length=250, blank=True)
    client_behaviour = models.TextField(blank=True, help_text="What browsers and client libraries do with it.")
    first_check = models.TextField(blank=True, help_text="The first thing to check, in one sentence.")
    grpc_status = models.CharField(
        "gRPC status",
        max_length=20,
        blank=True,
        choices=[(code, code) for code in GRPC_CODES],
        help_text="What a gRPC client makes of a bare response with this status.",
    )
    grpc_sent_as = WordListField(
        "gRPC sent as",
        default=list,
        blank=True,
        vocabulary=GRPC_CODES,
        help_text="gRPC codes that Google's HTTP mapping sends as this status.",
    )

    verified = models.BooleanField("facts verified", default=False)
    verified_note = models.CharField(max_length=300, blank=True, help_text="Against what; or what is not sure.")
    checked_on = models.DateField(null=True, blank=True)
    source = models.TextField(blank=True, help_text="Where the facts of this page come from.")

    objects = StatusCodeQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        permissions = [("publish_statuscode", "Can publish, withdraw and change published status codes")]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(draft_of=None),
                name="one_live_page_per_number",
                violation_error_message="This number has a page already. Edit that page instead.",
            ),
            models.CheckConstraint(
                condition=Q(number__lte=999),
                name="number_has_three_digits",
                violation_error_message="A status code has three digits: 0 to 999.",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | ~Q(summary=""),
                name="published_page_has_summary",
                violation_error_message="A published page needs its one-sentence summary.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("codes:code", args=[self.label])

    def get_snippets_url(self) -> str:
        return reverse("codes:snippets", args=[self.label])

    @property
    def label(self) -> str:
        """The number as it is written: three digits."""
        return f"{self.number:03d}"

    @property
    def digit(self) -> int:
        return class_digit(self.number)

    @property
    def class_slug(self) -> str:
        return f"{self.digit}xx"

    @property
    def is_registered(self) -> bool:
        return self.registration != words.Registration.UNREGISTERED

    @property
    def spec_label(self) -> str:
        return f"{self.spec} §{self.section}" if self.section else self.spec

    @property
    def title(self) -> str:
        return str(self)

    @property
    def speakers(self) -> list[words.Hop]:
        """Who sends it, the usual speaker first."""
        return [words.Hop(hop) for hop in self.sent_by]

    def clean(self) -> None:
        super().clean()
        errors = {}
        if self.published_at and not self.summary:
            errors["summary"] = (
                "A published page needs its one-sentence summary. Write it, or empty the publishing time."
            )
        if self.is_registered and not self.spec:
            errors["spec"] = (
                "A registered number has a specification. Name it, or set the registration to Not registered."
            )
        if self.redirect_rule and self.digit != 3:
            errors["redirect_rule"] = "Only a 3xx code has a redirect rule. Empty it."
        if self.where_seen == words.WhereSeen.SENT and not self.sent_by and self.published_at:
            errors["sent_by"] = "Say who sends it, or choose where it is seen instead of on the wire."
        if errors:
            raise ValidationError(errors)
