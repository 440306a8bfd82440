"""Two editors at once: a form knows which revision its editor saw, and never saves over a newer one in silence."""

import re
from dataclasses import dataclass
from functools import partial

import yaml
from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from codes.documents import DocumentKind, kind_of, load, to_text
from codes.locks import PAGES, wait_for
from codes.models import Revision
from codes.models.base import canonical
from codes.publishing import DRAFT, path_of

from . import diffs

# The newest revision when the form was opened, and the newer one that its editor has read about and will save over.
SEEN, OVERWRITE = "seen_revision", "overwrite_revision"
MACHINERY = re.compile(
    r"^(csrf|_|initial-)|_revision$|_[01]$|__prefix__|-(id|code|cause|position|DELETE|[A-Z_]+_FORMS)$"
)
GONE = "Somebody else deleted this row meanwhile. Your text is kept here."
ROWS_GONE = (
    "Somebody else deleted one of these rows meanwhile. Its text is kept here. Tick “Save my version over it” at the "
    "top to bring it back, or copy what you need and open the page again."
)


@dataclass(frozen=True)
class Conflict:
    """Somebody saved the page after a form of it was opened. `lines` compares what was seen with what is there now.

    `key` is what OVERWRITE must be to save nevertheless. `change` is empty where only rows are gone, and nothing says
    who took them.
    """

    key: int
    change: Revision | None = None
    lines: tuple[diffs.Line, ...] = ()
    is_own: bool = False

    def __str__(self) -> str:
        when = f"{self.change.created:%-d %B %Y at %H:%M:%S} UTC"
        name = "you, in another tab or window," if self.is_own else who(self.change)
        return f"Nothing was saved: {name} changed this page on {when}, after you opened it. Your text is kept below."


def who(revision: Revision) -> str:
    """The person behind a revision, or the command."""
    if revision.author:
        return revision.author.get_full_name() or revision.author.get_username()
    return {"import": "the import of the files", "export": "the export"}.get(revision.source, "somebody")


def newest_revision(page: models.Model) -> Revision | None:
    """The newest revision of a page that has a document."""
    return Revision.objects.filter(path=path_of(kind_of(page), page)).select_related("author").first()


class _Unchanging(forms.IntegerField):
    """A hidden number that is not part of what the editor changed. What is no number is none."""

    widget = forms.HiddenInput

    def has_changed(self, initial: object, data: object) -> bool:
        return False

    def clean(self, value: object) -> int | None:
        try:
            return super().clean(value)
        except forms.ValidationError:
            return None


class SeenForm:
    """Mixed into the change form of a page: it is invalid where somebody changed meanwhile what it holds."""

    conflict: Conflict | None = None
    seen: int | None = None
    find_conflict = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[SEEN] = _Unchanging(required=False, initial=self.seen)

    def clean(self):
        self.conflict = self.find_conflict(self.cleaned_data.get(SEEN), self.data.get(OVERWRITE))
        if self.conflict:
            self.add_error(None, str(self.conflict))
        return super().clean()


def watching(form: type[forms.ModelForm], owner: admin.ModelAdmin, request: HttpRequest, obj: models.Model) -> type:
    """The form class, so that it notices what was saved after it was opened."""
    seen = getattr(request, SEEN, None)
    return type(
        form.__name__,
        (SeenForm, form),
        {"seen": seen, "find_conflict": staticmethod(partial(find, owner, request, obj))},
    )


def find(
    owner: admin.ModelAdmin, request: HttpRequest, obj: models.Model, seen: int | None, overwrite: str | None
) -> Conflict | None:
    """What somebody else did to the part of the page that the form of `obj` holds since revision `seen`."""
    page = owner.page_of(obj)
    kind = kind_of(page)
    # Whoever saves a page now waits here, so only one of two finds nothing newer.
    wait_for(PAGES)
    newest = newest_revision(page)
    if newest is None or newest.pk == seen or str(newest.pk) == overwrite:
        return None
    path = newest.path
    then = Revision.objects.filter(pk=seen, path=path).first()
    before, after = then.text if then else "", newest.text
    held = partial(_held, owner, kind, path, obj)
    if not (held(before) and held(after)):
        held = str
    before, after = held(before), held(after)
    if before == after:
        return None
    change = newest
    for revision in Revision.objects.filter(path=path, pk__lt=newest.pk).select_related("author")[:20]:
        if revision.pk == seen or held(revision.text) != after:
            break
        change = revision
    return Conflict(newest.pk, change, tuple(diffs.compare(before, after)), change.author_id == request.user.pk)


def _held(owner: admin.ModelAdmin, kind: DocumentKind, path: str, obj: models.Model, text: str) -> str:
    """What the form of `obj` holds of a page's text; empty where that cannot be told."""
    data, _, problems = load(kind, path.removeprefix(DRAFT), text) if text else ({}, {}, [])
    part = owner.part_of(kind, data, obj) if data and not problems else None
    return to_text(part) if part else ""


def is_gone(form: forms.ModelForm) -> bool:
    """Whether a typed row, which was there when the form was opened, is not in the database any more."""
    return form.instance.pk is None


def overwrites(formset: forms.BaseFormSet) -> bool:
    """Whether the editor chose to save over what somebody else did."""
    return formset.is_bound and OVERWRITE in formset.data


def rows_gone(context: dict) -> bool:
    """Whether a change form shows rows that are no longer in the database."""
    formsets = [wrapped.formset for wrapped in context["inline_admin_formsets"]]
    return any(formset.is_bound and any(map(is_gone, formset.initial_forms)) for formset in formsets)


def keep_typed_rows(formset: forms.BaseFormSet) -> None:
    """Let the admin show each typed row: it pairs them with the database's by their order, and drops the rest."""
    if formset.is_bound:
        rows = [None if is_gone(form) else form.instance for form in formset.initial_forms]
        formset.get_queryset = lambda: rows


def refused(owner: admin.ModelAdmin, request: HttpRequest, obj: models.Model | None) -> HttpResponse:
    """Answer a save of what was deleted meanwhile (409), or may not be changed any more (403), with what was typed."""
    seen = request.POST[SEEN]
    then = Revision.objects.filter(pk=seen if re.fullmatch(r"[0-9]{1,18}", seen) else None).first()
    newest = then and Revision.objects.filter(path=then.path).select_related("author").first()
    known = set(_texts(yaml.load(then.text, yaml.CSafeLoader))) if then else set()
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not (MACHINERY.search(name) or value.strip() in ("", "on") or value.isdecimal())
        and canonical(value) not in known
    ]
    context = {**owner.admin_site.each_context(request), "opts": owner.opts, "newest": newest, "typed": typed}
    context |= {"title": "Nothing was saved", "who": who(newest) if newest else "", "still_there": obj}
    return render(request, "admin/refused.html", context, status=403 if obj else 409)


def _texts(value: object) -> list[str]:
    """Every scalar of a document, as a form would send it."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [canonical(str(value))]
