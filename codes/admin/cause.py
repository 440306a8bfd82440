"""The admin of causes, each with its fixes. A cause is part of its code's page."""

import re

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from markdownx.widgets import AdminMarkdownxWidget

from codes.checks import Finding
from codes.documents import DocumentKind
from codes.models import Cause, Meaning, StatusCode

from .fields import as_code
from .formsets import renumber
from .history import RecordedAdmin, record
from .inlines import POSITION_HELP, FixInline
from .rights import may_change


class CauseForm(forms.ModelForm):
    class Meta:
        widgets = {"body": AdminMarkdownxWidget}
        help_texts = {"position": POSITION_HELP}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "meaning" in self.fields:
            page = self.instance.code_id or self.data.get("code") or self.initial.get("code")
            meanings = Meaning.objects.filter(code__pk=page if str(page).isdecimal() else None)
            self.fields["meaning"].queryset = meanings.select_related("vendor")


@admin.register(Cause)
class CauseAdmin(RecordedAdmin):
    form = CauseForm
    inlines = [FixInline]
    list_display = ["title", "label", "layer", "vendor", "fixes_here"]
    list_filter = ["layer"]
    list_per_page = 200
    search_fields = ["^code__number", "title", "slug", "sign"]
    search_help_text = "The code, a word of the title, or a line of the sign."
    ordering = ["code__number", "position", "pk"]
    prepopulated_fields = {"slug": ["title"]}
    fields = ["code", "title", ("slug", "position"), "layer", "meaning", "sign", "body", "source", "source_url"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        causes = super().get_queryset(request).select_related("code", "meaning__vendor")
        return causes.annotate(fix_count=models.Count("fixes"))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if obj and "code" in form.base_fields:
            # Disabled, not read-only: the form then checks that the slug is the page's only one.
            form.base_fields["code"].disabled = True
        return form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "code":
            kwargs["queryset"] = StatusCode.objects.only("number", "name", "draft_of")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "code":
            widget = field.widget
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return as_code(field) if db_field.name == "sign" else field

    def has_change_permission(self, request: HttpRequest, obj: Cause | None = None) -> bool:
        return super().has_change_permission(request, obj) and may_change(request.user, obj and obj.code)

    def has_delete_permission(self, request: HttpRequest, obj: Cause | None = None) -> bool:
        return super().has_delete_permission(request, obj) and may_change(request.user, obj and obj.code)

    def view_on_site(self, obj: Cause) -> str:
        return f"{obj.code.get_absolute_url()}#cause-{obj.slug}"

    @admin.display(description="Code", ordering="code__number")
    def label(self, obj: Cause) -> str:
        return str(obj.code)

    @admin.display(description="Vendor", ordering="meaning__vendor__name")
    def vendor(self, obj: Cause) -> str:
        return obj.meaning.vendor.name if obj.meaning else ""

    @admin.display(description="Fixes", ordering="fix_count")
    def fixes_here(self, obj: Cause) -> int:
        return obj.fix_count

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        before = {obj.pk: form.initial["position"]} if change and "position" in form.initial else {}
        causes = [obj if cause.pk == obj.pk else cause for cause in Cause.objects.filter(code=obj.code_id)]
        renumber(causes, {cause.pk: cause.position for cause in causes if cause is not obj} | before)

    def page_of(self, obj: Cause) -> StatusCode:
        return obj.code

    def is_about(self, finding: Finding, obj: Cause) -> bool:
        return re.match(rf"cause {re.escape(obj.slug)}(?![\w-])", finding.where) is not None

    def part_of(self, kind: DocumentKind, data: dict, obj: Cause) -> dict | None:
        rows = enumerate(data.get("causes", []), 1)
        return next(({"position": n, **row} for n, row in rows if row["slug"] == obj.slug), None)

    def record_rows(self, request: HttpRequest, rows: list[Cause]) -> None:
        record({cause.code for cause in rows}, request.user)

    record_deleted = record_rows
