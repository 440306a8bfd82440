"""When a newer draft goes live."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from .revision import Revision


class DraftScheduleQuerySet(models.QuerySet):
    def of(self, draft: models.Model):
        """The schedule of a newer draft, if there is one."""
        return self.filter(content_type=ContentType.objects.get_for_model(draft), draft_id=draft.pk)

    def due(self):
        """Those whose moment has come, and that nothing has stopped yet."""
        return self.filter(moment__lte=timezone.now(), trouble="")


class DraftSchedule(models.Model):
    """The moment at which a newer draft is to become the published page.

    `seen` is the draft's newest revision when `author` planned it. `trouble` says what stopped it at its moment.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    draft_id = models.PositiveBigIntegerField()
    draft = GenericForeignKey("content_type", "draft_id")
    moment = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    seen = models.ForeignKey(Revision, on_delete=models.SET_NULL, null=True)
    trouble = models.TextField(blank=True)

    objects = DraftScheduleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["content_type", "draft_id"], name="one_schedule_per_draft")]

    def __str__(self) -> str:
        return f"{self.draft} on {self.moment:%Y-%m-%d %H:%M} UTC"
