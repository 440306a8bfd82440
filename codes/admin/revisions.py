"""The past of a page: its revisions, any two compared, each restored, and the pages that were deleted."""

import re

import yaml
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from codes.documents import NotStorable, dump, load, to_text
from codes.documents.kinds import REGISTRY
from codes.locks import PAGES, wait_for
from codes.models import OldAddress, Publishable, Revision
from codes.publishing import draft_path, path_of, save_text, start_draft

from . import diffs
from .places import DRAFT, Place, kinds, place_of, visible_place
from .rights import is_live, may_publish

PER_PAGE = 50


# History


def history(owner: admin.ModelAdmin, request: HttpRequest, obj: models.Model) -> HttpResponse:
    """The revisions of the page of `obj`, newest first. `?drafts` shows those of its newer drafts."""
    if not owner.has_view_or_change_permission(request, obj):
        raise PermissionDenied
    page = owner.page_of(obj)
    kind = REGISTRY[type(page)]
    path = draft_path(kind, page) if "drafts" in request.GET else path_of(kind, page)
    return list_revisions(request, visible_place(request, path))


def list_revisions(request: HttpRequest, place: Place) -> HttpResponse:
    revisions = Revision.objects.filter(path=place.path).select_related("author")
    shown = Paginator(revisions, PER_PAGE).get_page(request.GET.get("p"))
    rows = list(shown.object_list)
    before = revisions.filter(pk__lt=rows[-1].pk).first() if rows else None
    for revision, earlier in zip(rows, [*rows[1:], before], strict=False):
        revision.earlier = earlier
        revision.added, revision.removed = diffs.count(earlier.text if earlier else "", revision.text)
    chosen = _chosen(request, revisions, rows)
    context = {
        "title": f"History of {place.name}",
        "place": place,
        "is_history": True,
        "is_drafts": "drafts" in request.GET,
        "rows": rows,
        "page_obj": shown,
        "chosen": chosen,
        "elsewhere": [revision for revision in set(chosen.values()) if revision and revision not in rows],
        "draft_count": 0 if place.is_draft else Revision.objects.filter(path=DRAFT + place.path).count(),
        "log": _log(place.page),
    }
    return _render(request, "admin/history.html", context)


def _log(page: models.Model | None) -> models.QuerySet:
    """What was done to the page in the admin, beside its text."""
    if page is None:
        return LogEntry.objects.none()
    kind = ContentType.objects.get_for_model(page)
    return LogEntry.objects.filter(content_type=kind, object_id=str(page.pk)).select_related("user")[:PER_PAGE]


def _chosen(request: HttpRequest, revisions: models.QuerySet, rows: list[Revision]) -> dict[str, Revision | None]:
    """The two revisions to compare: those chosen on another page of the list, else the newest two."""
    chosen = {"old": rows[1] if len(rows) > 1 else None, "new": rows[0] if rows else None}
    for key in chosen:
        found = revisions.filter(pk=number_in(request.GET.get(key))).first()
        chosen[key] = found or chosen[key]
    return chosen


# Reading and comparing


def read(request: HttpRequest, revision: Revision) -> HttpResponse:
    """One revision as it was."""
    place = visible_place(request, revision.path)
    around = Revision.objects.filter(path=revision.path)
    context = {
        "place": place,
        "title": f"{place.name}, {_moment(revision)}",
        "revision": revision,
        "earlier": around.filter(pk__lt=revision.pk).first(),
        "later": around.filter(pk__gt=revision.pk).last(),
        "newest": around.first(),
        "may_restore": place.may_restore(request),
    }
    return _render(request, "admin/revision.html", context)


def compare_view(request: HttpRequest) -> HttpResponse:
    """Two revisions, `old` and `new`, of one page or of two."""
    pair = [
        get_object_or_404(Revision.objects.select_related("author"), pk=number_in(request.GET.get(key)))
        for key in ("old", "new")
    ]
    old, new = sorted(pair, key=lambda revision: revision.pk)
    place = visible_place(request, new.path)
    if old.path != new.path:
        visible_place(request, old.path)
    lines = diffs.compare(old.text, new.text)
    context = {
        "place": place,
        "title": f"Changes of {place.name}",
        "old": old,
        "new": new,
        "lines": lines,
        "added": sum(line.sign == "+" for line in lines),
        "removed": sum(line.sign == "−" for line in lines),
        "newest": Revision.objects.filter(path=new.path).first(),
        "may_restore": place.may_restore(request),
    }
    return _render(request, "admin/compare.html", context)


# Restoring


def restore_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a page back to what a revision says. That is itself a revision, and can be undone in the same way."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    revision = get_object_or_404(Revision.objects.exclude(text=""), pk=pk)
    place = visible_place(request, revision.path)
    if not place.may_restore(request):
        raise PermissionDenied
    here = reverse("admin:codes_revision_change", args=[pk])
    try:
        page = restore(request, place, revision)
    except NotStorable as error:
        messages.error(request, f"{place.name} was not restored, and nothing was changed.")
        for problem in error.problems[:10]:
            messages.error(request, problem.message)
        return HttpResponseRedirect(here)
    if page is None:
        messages.info(request, "The page says this already: nothing was changed.")
        return HttpResponseRedirect(here)
    when = _moment(revision)
    note = "" if not isinstance(page, Publishable) else f" It is {_state(page)}."
    messages.success(request, f"{page} is restored to the text of {when}.{note}")
    return HttpResponseRedirect(place_of(place.path).history_address)


@transaction.atomic
def restore(request: HttpRequest, place: Place, revision: Revision) -> models.Model | None:
    """Store the text of a revision; None where the page says that already. Raises NotStorable.

    A page stays as published as it is; one that was deleted comes back as it was, or as a draft where the editor may
    not publish.
    """
    wait_for(PAGES)
    kind, page = place.kind, place.page
    data, _, problems = load(kind, place.path.removeprefix(DRAFT), revision.text)
    if problems:
        raise NotStorable(problems)
    if issubclass(kind.model, Publishable):
        if page is not None:
            now, _, _ = load(kind, kind.path(page), dump(kind, page))
            data["published_at"] = now.get("published_at")
        elif not place.is_draft and not may_publish(request.user, kind.model):
            data["published_at"] = None
        if data.get("published_at") is None:
            data.pop("published_at", None)
    text = to_text({key: data[key] for key in (*kind.fields, *kind.rows) if key in data})
    if page is not None and text == dump(kind, page):
        return None
    if place.is_draft and page is None:
        page = start_draft(kind, place.live, request.user)
    page = save_text(kind, place.path, text, request.user, into=page)
    if is_live(page):
        OldAddress.objects.filter(path=page.get_absolute_url()).delete()
    place.owner.log_change(request, page, f"Restored the text of {revision.created:%Y-%m-%d %H:%M} UTC.")
    return page


def _state(page: models.Model) -> str:
    return {"draft": "a draft", "newer draft": "a newer draft"}.get(page.state, page.state)


# What was deleted


def deleted_view(request: HttpRequest) -> HttpResponse:
    """The pages whose newest revision is a deletion, with what they were called. `?folder=` shows one kind of them."""
    may_read = models.Q(pk=None)
    for folder, (_, owner) in kinds().items():
        if owner.has_view_permission(request) and request.GET.get("folder", folder) == folder:
            may_read |= models.Q(path__startswith=f"{folder}/")
    newest = Revision.objects.values("path").annotate(newest=models.Max("pk")).values("newest")
    deleted = Revision.objects.filter(may_read, pk__in=newest, text="").select_related("author")
    shown = Paginator(deleted, PER_PAGE).get_page(request.GET.get("p"))
    rows = list(shown.object_list)
    last = Revision.objects.filter(path__in=[row.path for row in rows]).exclude(text="").values("path")
    last = Revision.objects.filter(pk__in=last.annotate(newest=models.Max("pk")).values("newest"))
    texts = {revision.path: revision for revision in last}
    for row in rows:
        row.last, row.place = texts.get(row.path), place_of(row.path)
        row.name = name_in(row.last.text) if row.last else ""
        row.may_restore = bool(row.last and row.place and row.place.may_restore(request))
    context = {"title": "Deleted pages", "rows": rows, "page_obj": shown, "folder": request.GET.get("folder", "")}
    return _render(request, "admin/deleted.html", context)


def name_in(text: str) -> str:
    """What the page of a text is called."""
    found = re.search(r"^(?:name|title): .*(?:\n .*)*", text, re.MULTILINE)
    return str(next(iter(yaml.load(found[0], yaml.CSafeLoader).values()))) if found else ""


def _render(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), "opts": Revision._meta, **context})


def _moment(revision: Revision) -> str:
    return f"{revision.created:%-d %B %Y, %H:%M:%S} UTC"


def number_in(text: str | None) -> int | None:
    """The number in a query string; None where it is none."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,18}", text) else None
