"""The rows of a page, in its own admin form."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst

from codes.models import (
    EngineNote,
    Exchange,
    Fingerprint,
    Fix,
    HeaderRule,
    Meaning,
    Name,
    Platform,
    Reference,
    Relation,
    Rule,
    Section,
    Snippet,
    Step,
    Vendor,
)
from codes.models.base import WordListField

from .drawing import RowSelect
from .fields import OVERRIDES, Choices, RowChoiceField, as_code, words_field
from .formsets import ExchangeFormSet, HeaderRuleFormSet, RowFormSet

EMPTY_ROWS = 3  # for editors without JavaScript, who ask for them by ?empty=MODEL
POSITION_HELP = "2 makes it the second, 0 the last."


class RowInline(admin.options.InlineModelAdmin):
    """Rows of a page. Vendors, platforms, codes and other rows are plain selects that share their options."""

    formset = RowFormSet
    formfield_overrides = OVERRIDES
    extra = 0
    classes = ["collapse"]
    code_fields: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    def get_formset(self, request: HttpRequest, obj: models.Model | None = None, **kwargs):
        Choices.of_request(request, obj)
        return super().get_formset(request, obj, **kwargs)

    def get_extra(self, request: HttpRequest, obj: models.Model | None = None, **kwargs) -> int:
        return EMPTY_ROWS if request.GET.get("empty") == self.opts.model_name else self.extra

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs):
        if isinstance(db_field, WordListField):
            return words_field(db_field)
        if isinstance(db_field, models.ForeignKey) and db_field.related_model not in (Vendor, Platform):
            return self.formfield_for_foreignkey(db_field, request)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.ForeignKey):
            # A "+" beside a select is useful, four icons are clutter.
            widget = field.widget
            widget.can_change_related = widget.can_view_related = widget.can_delete_related = False
            widget.can_add_related &= self.has_room
        if db_field.name == "position":
            field.help_text = POSITION_HELP
        return as_code(field) if db_field.name in self.code_fields else field

    def formfield_for_choice_field(self, db_field: models.Field, request: HttpRequest, **kwargs):
        return super().formfield_for_choice_field(db_field, request, widget=RowSelect, **kwargs)

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs):
        rows = request.row_choices.of(db_field.related_model)
        return RowChoiceField(
            rows, required=not db_field.blank, label=db_field.verbose_name.capitalize(), help_text=db_field.help_text
        )


class Stacked(RowInline):
    has_room = True
    template = "admin/rows_stacked.html"


class Tabular(RowInline):
    has_room = False
    template = "admin/rows_tabular.html"

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            # A column's heading is not the label of its fields.
            field.widget.attrs["aria-label"] = capfirst(field.label or db_field.verbose_name)
        return field


class MeaningInline(Stacked):
    model = Meaning
    related = ("vendor",)
    prepopulated_fields = {"slug": ["label", "name"]}
    fields = [
        ("label", "vendor"),
        "name",
        ("slug", "position"),
        "summary",
        ("where_seen", "body_rule"),
        "sent_by",
        ("retry_note", "era"),
        "body",
        "source",
        "source_url",
        ("verified", "verified_note"),
    ]


class NameInline(Tabular):
    model = Name
    fields = ["position", "kind", "text", "platform", "spec", "since"]


class HeaderRuleInline(Tabular):
    model = HeaderRule
    formset = HeaderRuleFormSet
    fields = ["position", "level", "header", "condition", "note", "section"]


class RuleInline(Tabular):
    model = Rule
    fields = ["position", "level", "who", "text", "section"]


class FingerprintInline(Stacked):
    model = Fingerprint
    code_fields = ("pattern",)
    fields = [("kind", "vendor"), "meaning", "pattern", ("proves", "position")]


class ExchangeInline(Stacked):
    model = Exchange
    formset = ExchangeFormSet
    prepopulated_fields = {"slug": ["title"]}
    code_fields = ("transcript",)
    fields = ["title", ("slug", "position"), "transcript", "note"]


class StepInline(Stacked):
    model = Step
    prepopulated_fields = {"slug": ["title"]}
    code_fields = ("command",)
    fields = ["title", ("slug", "position"), "body", "command", "expect", "proves"]


class SnippetInline(Stacked):
    model = Snippet
    prepopulated_fields = {"slug": ["title"]}
    code_fields = ("source", "run")
    fields = [("role", "platform"), "title", ("slug", "position"), "body", "source", "warning", "run"]


class SectionInline(Stacked):
    model = Section
    prepopulated_fields = {"slug": ["title"]}
    fields = ["kind", "title", ("slug", "position"), "body"]


class EngineNoteInline(Stacked):
    model = EngineNote
    fields = [("engine", "topic"), "text", "source", "source_url", ("checked_on", "position")]


class RelationInline(Tabular):
    model = Relation
    fk_name = "code"
    related = ("other",)
    fields = ["position", "kind", "other", "note"]


class ReferenceInline(Tabular):
    model = Reference
    fields = ["position", "title", "url"]


class FixInline(Stacked):
    model = Fix
    classes: list[str] = []
    prepopulated_fields = {"slug": ["title"]}
    fields = ["title", ("slug", "position"), "platform", "body", "why", "expected", "warning"]


CODE_INLINES = [
    MeaningInline,
    NameInline,
    HeaderRuleInline,
    RuleInline,
    FingerprintInline,
    ExchangeInline,
    StepInline,
    SnippetInline,
    SectionInline,
    EngineNoteInline,
    RelationInline,
    ReferenceInline,
]
