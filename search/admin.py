"""The admin of synonyms, one form for each, and of what readers asked for and did not find."""

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from codes.admin.formsets import renumber
from codes.admin.history import RecordedAdmin, record
from codes.documents import DocumentKind
from codes.models import StatusCode

from .models import Synonym, SynonymList, Unfound


@admin.register(SynonymList)
class SynonymListAdmin(RecordedAdmin):
    identity = ("slug",)
    list_display = ["title", "slug", "size"]
    search_fields = ["title", "slug"]
    prepopulated_fields = {"slug": ["title"]}
    fields = ["title", "slug", "members"]
    readonly_fields = ["members"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).annotate(count=models.Count("synonyms"))

    @admin.display(description="Synonyms", ordering="count")
    def size(self, obj: SynonymList) -> int:
        return obj.count

    @admin.display(description="Synonyms")
    def members(self, obj: SynonymList) -> str:
        if obj.pk is None:
            return "Save the list first."
        address = reverse("admin:search_synonym_changelist")
        return format_html('<a href="{}?list__id__exact={}">Edit its synonyms</a>', address, obj.pk)


@admin.register(Synonym)
class SynonymAdmin(RecordedAdmin):
    """A synonym is part of the document of its list."""

    list_display = ["text", "means", "leads_to", "kind", "list"]
    list_filter = ["list", "kind"]
    list_per_page = 200
    list_select_related = ["list", "code"]
    search_fields = ["text", "means", "^code__number"]
    search_help_text = "A word that people write, a word that it finds, or a code."
    ordering = ["list", "position", "pk"]
    fields = ["list", "kind", "text", "means", "code"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if obj and "list" in form.base_fields:
            # Disabled, not read-only: the form then checks that it stands in the list only once.
            form.base_fields["list"].disabled = True
        return form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "code":
            kwargs["queryset"] = StatusCode.objects.filter(draft_of=None).only("number", "name", "draft_of")
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        widget = field.widget
        widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        # "Add" on a search that found nothing brings its words along.
        return {"list": SynonymList.objects.order_by("pk").first(), **super().get_changeform_initial_data(request)}

    @admin.display(description="Leads to", ordering="code__number", empty_value="")
    def leads_to(self, obj: Synonym) -> StatusCode | None:
        return obj.code

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            # Position 0 is the end.
            renumber(list(Synonym.objects.filter(list=obj.list_id)), {})

    def page_of(self, obj: Synonym) -> SynonymList:
        return obj.list

    def part_of(self, kind: DocumentKind, data: dict, obj: Synonym) -> dict | None:
        number = obj.code.number if obj.code_id else None
        same = (obj.kind, obj.text, number)
        rows = data.get("synonyms", [])
        return next((row for row in rows if (row.get("kind"), row["text"], row.get("code")) == same), None)

    def record_rows(self, request: HttpRequest, rows: list[Synonym]) -> None:
        record({row.list for row in rows}, request.user)

    record_deleted = record_rows


@admin.register(Unfound)
class UnfoundAdmin(admin.ModelAdmin):
    list_display = ["text", "count", "last_asked", "is_done", "teach"]
    list_filter = ["is_done"]
    search_fields = ["text"]
    actions = ["mark_done"]
    fields = ["text", "count", "first_asked", "last_asked", "is_done"]
    readonly_fields = ["text", "count", "first_asked", "last_asked"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="Teach it")
    def teach(self, obj: Unfound) -> str:
        query = {"text": obj.text}
        address = reverse("admin:search_synonym_add", query=query)
        return format_html('<a href="{}">Add a synonym</a>', address)

    @admin.action(description="Mark as dealt with", permissions=["change"])
    def mark_done(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse:
        messages.success(request, f"Marked as dealt with: {queryset.update(is_done=True)}.")
        return redirect(request.get_full_path())
