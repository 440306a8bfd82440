"""Two editors at once: a form knows which revision its editor saw, and never saves over a newer one in silence."""

import re
from dataclasses import dataclass
from functools import partial

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from codes.documents import DocumentKind, kind_of, load, to_text
from codes.models import Revision
from codes.publishing import path_of

from . import diffs

# The newest revision when the form was opened, and the newer one that its editor has read about and will save over.
SEEN, OVERWRITE = "seen_revision", "overwrite_revision"
GONE = "Somebody else deleted this row meanwhile. Your text is kept here."
ROWS_GONE = (
    "Somebody else deleted one of these rows meanwhile. Its text is kept here. Tick “Save my version over it” at the "
    "top to bring it back, or copy what you need and open the page again."
)


@dataclass(frozen=True)
class Conflict:
    """Somebody saved the page after a form of it was opened. `lines` compares what was seen with what is there now.

    `newest` is None where only rows are gone, and nothing says who took them.
    """

    newest: Revision | None
    lines: list[diffs.Line]

    @property
    def key(self) -> int:
        """What OVERWRITE must be to save nevertheless."""
        return self.newest.pk if self.newest else 0

    def __str__(self) -> str:
        if self.newest is None:
            return "Nothing was saved: rows of this page were deleted after you opened it. Your text is kept below."
        when = f"{self.newest.created:%-d %B %Y at %H:%M:%S} UTC"
        return f"Nothing was saved: {who(self.newest)} changed this page on {when}, after you opened it. " + (
            "Your text is kept below."
        )


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
    return type(form.__name__, (SeenForm, form), {"seen": seen, "find_conflict": staticmethod(partial(find, owner, obj))})


def find(owner: admin.ModelAdmin, obj: models.Model, seen: int | None, overwrite: str | None) -> Conflict | None:
    """What somebody else did to the part of the page that the form of `obj` holds since revision `seen`."""
    page = owner.page_of(obj)
    kind = kind_of(page)
    # Whoever saves the same page now waits here, so only one of the two finds nothing newer. SQLite has one writer.
    list(type(page)._default_manager.select_for_update().filter(pk=page.pk).values_list("pk"))
    newest = newest_revision(page)
    if newest is None or newest.pk == seen or str(newest.pk) == overwrite:
        return None
    then = Revision.objects.filter(pk=seen, path=newest.path).first()
    before, after = (then.text if then else ""), newest.text
    if before == after:
        return None
    parts = [_part(owner, kind, newest.path, text, obj) for text in (before, after)]
    if all(parts):
        if parts[0] == parts[1]:
            return None
        before, after = parts
    newest = _last_change(newest, before, partial(_part, owner, kind, newest.path, obj=obj))
    return Conflict(newest, diffs.compare(before, after))


def _part(owner: admin.ModelAdmin, kind: DocumentKind, path: str, text: str, obj: models.Model) -> str:
    """What the form of `obj` holds of a page's text; empty where that cannot be told."""
    data, _, problems = load(kind, path.removeprefix("draft:"), text) if text else ({}, {}, [])
    part = owner.part_of(kind, data, obj) if data and not problems else None
    return to_text(part) if part else ""
