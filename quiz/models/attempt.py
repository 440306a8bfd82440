"""What visitors do: attempts, their steps, and the questions word for word as they were asked."""

import secrets
from datetime import date, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from quiz.vocabulary import Difficulty, Topic

from .question import Question

LONGEST_ID = 22
# After so many days an attempt goes in which nothing was ever answered.
UNANSWERED_DAYS = 7
# For so many days no question of a daily five comes again, while there are enough others.
DAILY_REST = 14


def new_id() -> str:
    """An id that nobody can guess: 128 random bits."""
    return secrets.token_urlsafe(16)


class Mode(models.TextChoices):
    QUICK = "quick", "Quick ten"
    DAILY = "daily", "Daily five"
    CLASS = "class", "By class"
    TOPIC = "topic", "By topic"
    DECIDE = "decide", "Which code would you return?"
    LOG = "log", "Read the log"
    APART = "apart", "Tell them apart"
    ENDLESS = "endless", "Endless"
    EXAM = "exam", "Exam"
    CODES = "codes", "About codes"
    RETRY = "retry", "The missed ones again"
    SAME = "same", "The same questions"
    ONE = "one", "One question"


class WordingQuerySet(models.QuerySet):
    def unused(self):
        """Those that no step, no daily five and no endless quiz needs any more."""
        waiting = Attempt.objects.filter(mode=Mode.ENDLESS, finished_at=None).values_list("queue", flat=True)
        lists = [*waiting, *Daily.objects.values_list("wordings", flat=True)]
        return self.filter(steps=None).exclude(pk__in={pk for pks in lists for pk in pks})


class Wording(models.Model):
    """A question word for word as it was asked, kept once however often it is asked, and never changed.

    Editing, withdrawing or deleting a question therefore changes no attempt. `data` is what `Asked` holds;
    `question` is empty for generated and for deleted ones.
    """

    digest = models.CharField(max_length=64, unique=True)
    question = models.ForeignKey(Question, on_delete=models.SET_NULL, null=True, related_name="wordings")
    data = models.JSONField()

    objects = WordingQuerySet.as_manager()

    def __str__(self) -> str:
        return self.data["title"]


class AttemptQuerySet(models.QuerySet):
    def of_visit(self, visit: str):
        """The attempts of one visitor, newest first. Without a visit none."""
        return self.filter(visit=visit).order_by("-pk") if visit else self.none()

    def forgotten(self, days: int):
        """Attempts without an answer in so many days, and those without any after a week."""
        now = timezone.now()
        then = now - timedelta(days=days)
        answers = Step.objects.filter(attempt=OuterRef("pk"), answered_at__isnull=False)
        begun = Q(created__lt=now - timedelta(days=UNANSWERED_DAYS)) & ~Exists(answers)
        return self.filter(begun | Q(created__lt=then) & ~Exists(answers.filter(answered_at__gte=then)))


class Attempt(models.Model):
    """One quiz that somebody plays. Who knows its `key` may play it; who knows its `share_key` sees the score alone.

    `visit` is the random id of a browser's visit and nothing more; `queue` holds, for an endless quiz, the wordings
    still to be asked.
    """

    key = models.CharField(max_length=LONGEST_ID, unique=True, default=new_id)
    share_key = models.CharField(max_length=LONGEST_ID, unique=True, default=new_id)
    visit = models.CharField(max_length=LONGEST_ID, blank=True, db_index=True)
    mode = models.CharField(max_length=8, choices=Mode)
    scope = models.CharField(max_length=80, blank=True)
    difficulty = models.CharField(max_length=6, choices=Difficulty, blank=True)
    created = models.DateTimeField(default=timezone.now, db_index=True)
    deadline = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    queue = models.JSONField(default=list)

    objects = AttemptQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.get_mode_display()} {self.created:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("quiz:attempt", args=[self.key])

    @property
    def label(self) -> str:
        """What was wished for, in words."""
        name = self.get_mode_display()
        match self.mode:
            case Mode.DAILY:
                return f"{name}, {date.fromisoformat(self.scope):%-d %B %Y}"
            case Mode.CLASS:
                return f"{self.scope}xx"
            case Mode.TOPIC:
                return Topic(self.scope).label
            case Mode.CODES:
                return f"About {self.scope.replace('-', ', ')}"
        return name

    @property
    def is_exam(self) -> bool:
        return self.mode == Mode.EXAM

    @property
    def is_endless(self) -> bool:
        return self.mode == Mode.ENDLESS

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


class StepQuerySet(models.QuerySet):
    def counted(self):
        """Answers that count in the statistics: the first time that a visitor met the question."""
        return self.filter(is_counted=True, answered_at__isnull=False)


class Step(models.Model):
    """One question of an attempt, and the answer once it is given.

    `answer` speaks of the options as they were written, see `quiz.answers`.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="steps")
    answer = models.JSONField(null=True, blank=True)
    is_correct = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    is_counted = models.BooleanField(default=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["attempt", "number"], name="step_number_once")]
        indexes = [models.Index(fields=["wording", "is_counted"], name="step_of_wording")]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("quiz:step", args=[self.attempt.key, self.number])

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    @staticmethod
    def seed_of_one(slug: str) -> str:
        """The seed of a question that is asked at its own address, before there is an attempt."""
        return f"question/{slug}"

    @property
    def seed(self) -> str:
        """What the order of the options on the page is made of."""
        if self.attempt.mode == Mode.ONE:
            return self.seed_of_one(self.attempt.scope)
        return f"{self.attempt.key}/{self.number}"


class DailyQuerySet(models.QuerySet):
    def past(self):
        """Those that no later day asks for any more."""
        return self.filter(day__lt=timezone.now().date() - timedelta(days=DAILY_REST))


class Daily(models.Model):
    """The five questions of one UTC day, chosen once, so that they are the same for everybody."""

    day = models.DateField(unique=True)
    wordings = models.JSONField()

    objects = DailyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "dailies"

    def __str__(self) -> str:
        return f"{self.day}"
