"""Newer drafts that go live at a planned moment, by the comparison of three texts with which an editor publishes them.

Every process that serves the site asks for those that are due, so no other program is needed. What stands in the way of
one is written down for editors, and the draft stays as it is.
"""

import logging
from datetime import datetime

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.db.models import F
from django.utils import timezone

from codes import publishing
from codes.documents import NotStorable, kind_of
from codes.locks import PAGES, wait_for
from codes.models import DraftSchedule, Publishable, Revision

logger = logging.getLogger("codes.schedules")


class NotApproved(Exception):
    """The draft is not what was planned, or its page is not published any more."""


@transaction.atomic
def plan(draft: models.Model, moment: datetime, author: AbstractBaseUser, *, overwrite: bool = False) -> None:
    """Let a newer draft go live at `moment`.

    Raises ValidationError where the moment is past, and Conflict where the live page changed after the draft was
    started, unless `overwrite`: then the draft counts as started from what is live now.
    """
    if moment <= timezone.now():
        raise ValidationError("That moment is past. Choose one in the future (UTC), or publish the draft now.")
    kind = kind_of(draft)
    publishing.compare(kind, draft, author, overwrite=overwrite)
    seen = Revision.objects.filter(path=publishing.draft_path(kind, draft)).first()
    DraftSchedule.objects.of(draft).delete()
    DraftSchedule.objects.create(draft=draft, moment=moment, author=author, seen=seen)


def note_appeared() -> None:
    """Write down of every page whose moment has come that it has. One query for each kind of page where all is said."""
    for model in apps.get_models():
        if issubclass(model, Publishable):
            appearing = model._default_manager.appearing()
            if appearing.exists():
                appearing.update(appeared_at=F("published_at"))


def publish_due() -> list[models.Model]:
    """Publish the newer drafts whose moment has come and return their pages. One query where there is none."""
    due = list(DraftSchedule.objects.due().order_by("moment").values_list("pk", flat=True))
    return [page for page in map(_publish, due) if page]


def _publish(pk: int) -> models.Model | None:
    try:
        with transaction.atomic():
            wait_for(PAGES)
            # Another process may be first.
            schedule = DraftSchedule.objects.select_for_update().due().filter(pk=pk).first()
            if schedule is None:
                return None
            if schedule.draft is None:
                schedule.delete()
                return None
            return _go_live(schedule)
    except DatabaseError:
        raise
    except (NotApproved, publishing.Conflict, NotStorable) as error:
        trouble = str(error)
    except ValidationError as error:
        trouble = " ".join(error.messages)
    except Exception:
        logger.exception("A newer draft could not go live.")
        trouble = "An error of the site stopped it; its log has the details."
    DraftSchedule.objects.filter(pk=pk).update(trouble=trouble)
    return None


def _go_live(schedule: DraftSchedule) -> models.Model:
    draft, author = schedule.draft, schedule.author
    kind = kind_of(draft)
    if not draft.draft_of.is_published:
        raise NotApproved("Its page is not published any more.")
    later = Revision.objects.filter(path=publishing.draft_path(kind, draft), pk__gt=schedule.seen_id or 0)
    for revision in later.select_related("author"):
        if not (revision.author and publishing.may_publish(revision.author, kind.model)):
            name = revision.author.get_username() if revision.author else "Somebody"
            raise NotApproved(f"{name} changed the draft after it was scheduled. Look at it, then schedule it again.")
    page = publishing.publish_draft(kind, draft, author)
    if author:
        pages = type(page)._default_manager.filter(pk=page.pk)
        LogEntry.objects.log_actions(author.pk, pages, CHANGE, "Published at the planned moment.", single_object=True)
    return page
