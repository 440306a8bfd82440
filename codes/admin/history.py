"""Every save and deletion in the admin leaves the page's text as a revision."""

from collections.abc import Iterable

from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone

from codes.documents import dump_all, kind_of
from codes.models import Publishable, Revision
from codes.models.base import WordListField
from codes.publishing import path_of

from .fields import OVERRIDES, words_field


def record(pages: Iterable[models.Model], author: AbstractBaseUser) -> None:
    """Write a revision of each page, all of one model, whose text is not that of its newest revision."""
    pages = list(pages)
    if not pages:
        return
    kind = kind_of(pages[0])
    changed = _write({path_of(kind, page): text for page, text in dump_all(kind, pages)}, author)
    if issubclass(kind.model, Publishable):
        pks = [page.pk for page in pages if path_of(kind, page) in changed]
        kind.model.objects.filter(pk__in=pks).update(updated_at=timezone.now())


def record_deletion(pages: Iterable[models.Model], author: AbstractBaseUser) -> None:
    """Write the empty revision of each page that was deleted."""
    _write({path_of(kind_of(page), page): "" for page in pages}, author)


def _write(texts: dict[str, str], author: AbstractBaseUser) -> set[str]:
    """Write a revision of each path whose text is new, and return those paths."""
    newest = Revision.objects.filter(path__in=texts).values("path").annotate(newest=models.Max("pk")).values("newest")
    known = dict(Revision.objects.filter(pk__in=newest).values_list("path", "text"))
    changed = {path: text for path, text in texts.items() if known.get(path) != text}
    source = Revision.Source.ADMIN
    Revision.objects.bulk_create(
        Revision(path=path, text=text, author=author, source=source) for path, text in changed.items()
    )
    return set(changed)


class RecordedAdmin(admin.ModelAdmin):
    """The admin of a page, or of something that is part of one (`record_rows`, `record_deleted`).

    What names the page in its address and its file (`identity`) is chosen once, when it is added.
    """

    formfield_overrides = OVERRIDES
    identity: tuple[str, ...] = ()

    class Media:
        css = {"all": ["css/admin.css"]}
        js = ["js/admin.js"]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(self.identity if obj else ())]

    def get_prepopulated_fields(self, request: HttpRequest, obj: models.Model | None = None) -> dict:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs):
        if isinstance(db_field, WordListField):
            return words_field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def record_rows(self, request: HttpRequest, rows: list[models.Model]) -> None:
        record(rows, request.user)

    def record_deleted(self, request: HttpRequest, rows: list[models.Model]) -> None:
        record_deletion(rows, request.user)

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        self.record_rows(request, [form.instance])

    @transaction.atomic
    def delete_model(self, request, obj) -> None:
        super().delete_model(request, obj)
        self.record_deleted(request, [obj])

    @transaction.atomic
    def delete_queryset(self, request, queryset) -> None:
        rows = list(queryset)
        super().delete_queryset(request, queryset)
        self.record_deleted(request, rows)
