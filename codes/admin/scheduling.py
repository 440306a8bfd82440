"""The moment at which a newer draft goes live, as editors plan it."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from codes import schedules
from codes.models import DraftSchedule
from codes.publishing import Conflict

from . import diffs


class MomentForm(forms.Form):
    """A day and a time of day in UTC, as a browser's own control sends it or as somebody types it."""

    moment = forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"],
        error_messages={
            "required": "Choose the moment at which the draft goes live (UTC).",
            "invalid": "Write the moment like 2027-01-31 09:30 (UTC).",
        },
    )


def find_schedule(draft: models.Model | None) -> DraftSchedule | None:
    """When a newer draft goes live; None where nobody planned it."""
    return draft and DraftSchedule.objects.of(draft).select_related("author").first()


def schedule(owner: admin.ModelAdmin, request: HttpRequest, draft: models.Model) -> HttpResponse:
    """Plan the moment of a newer draft, or drop it (`cancel`)."""
    back = HttpResponseRedirect(owner.address_of(draft))
    if "cancel" in request.POST:
        DraftSchedule.objects.of(draft).delete()
        owner.log_change(request, draft.draft_of, "Dropped the schedule of the newer draft.")
        messages.success(request, "The schedule is dropped. The draft stays as it is.")
        return back
    form = MomentForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors["moment"])
        moment = form.cleaned_data["moment"]
        schedules.plan(draft, moment, request.user, overwrite="overwrite" in request.POST)
    except Conflict as conflict:
        return show_conflict(owner, request, draft, conflict, request.POST["moment"])
    except ValidationError as error:
        messages.error(request, f"Nothing is scheduled. {' '.join(error.messages)}")
        return back
    owner.log_change(request, draft.draft_of, f"Scheduled the newer draft for {moment:%Y-%m-%d %H:%M} UTC.")
    messages.success(request, f"The draft goes live on {moment:%-d %B %Y, %H:%M} UTC.")
    return back


def show_conflict(
    owner: admin.ModelAdmin, request: HttpRequest, draft: models.Model, conflict: Conflict, moment: str = ""
) -> HttpResponse:
    """What changed on the live page and what the draft changes; the editor chooses. `moment` is one to be planned."""
    context = owner.admin_site.each_context(request) | {
        "title": f"{draft} was changed meanwhile",
        "opts": owner.opts,
        "draft": draft,
        "moment": moment,
        "theirs": diffs.compare(conflict.before, conflict.live),
        "mine": diffs.compare(conflict.before, conflict.draft),
    }
    return render(request, "admin/publish_conflict.html", context, status=409)
