"""Every save and deletion in the admin leaves the page's text as a revision."""

from collections.abc import Iterable

from django.contrib.admin.utils import unquote
from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page

from codes.documents import DocumentKind, dump_all, kind_of
from codes.documents.kinds import REGISTRY
from codes.models import Publishable, Revision
from codes.models.base import WordListField
from codes.publishing import path_of

from . import conflicts, revisions
from .checking import CheckedAdmin
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


class RecordedAdmin(CheckedAdmin):
    """The admin of a page, or of something that is part of one (`page_of`, `part_of`, `record_rows`, `record_deleted`).

    What names the page in its address and its file (`identity`) is chosen once, when it is added.
    """

    formfield_overrides = OVERRIDES
    identity: tuple[str, ...] = ()
    change_form_template = "admin/recorded_change_form.html"
    change_list_template = "admin/recorded_change_list.html"

    class Media:
        css = {"all": ["css/admin.css", "css/admin-history.css"]}
        js = ["js/admin.js", "js/admin-keep.js"]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(self.identity if obj else ())]

    def get_prepopulated_fields(self, request: HttpRequest, obj: models.Model | None = None) -> dict:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs):
        if isinstance(db_field, WordListField):
            return words_field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def page_of(self, obj: models.Model) -> models.Model:
        """The page that `obj` is, or is part of."""
        return obj

    def part_of(self, kind: DocumentKind, data: dict, obj: models.Model) -> dict | None:
        """What the form of `obj` holds of a page's document; None where that cannot be told."""
        shown = {inline.model for inline in self.inlines}
        elsewhere = {key for key, rows in kind.rows.items() if rows.model not in shown}
        return {key: value for key, value in data.items() if key not in elsewhere}

    @method_decorator(gzip_page)
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None) -> HttpResponse:
        if object_id is not None:
            obj = self.get_object(request, unquote(object_id))
            may_save = obj is not None and self.has_change_permission(request, obj)
            if conflicts.SEEN in request.POST and not may_save and self.has_change_permission(request):
                return conflicts.refused(self, request, obj)
            if obj is not None and request.method == "GET":
                # Asked before the rows are read: what is saved in between is then a conflict, and not lost.
                newest = conflicts.newest_revision(self.page_of(obj))
                setattr(request, conflicts.SEEN, newest and newest.pk)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        if change and obj is not None:
            kwargs["form"] = conflicts.watching(self.form, self, request, obj)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None, **kwargs):
        for formset in formsets:
            conflicts.keep_typed_rows(formset)
        return super().get_inline_formsets(request, formsets, inline_instances, obj, **kwargs)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        conflict = getattr(context["adminform"].form, "conflict", None)
        if conflict is None and conflicts.rows_gone(context):
            conflict = conflicts.Conflict(0)
        return super().render_change_form(request, {**context, "conflict": conflict}, add, change, form_url, obj)

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        folder = REGISTRY[self.model].folder if self.model in REGISTRY else ""
        return super().changelist_view(request, {"deleted_folder": folder, **(extra_context or {})})

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return revisions.history(self, request, obj)

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
