"""The admin of the pages about status codes."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from markdownx.widgets import AdminMarkdownxWidget

from codes.models import Cause, Meaning, StatusCode
from codes.models.page import load_page
from codes.views import show_code

from .filters import ClassFilter, LacksFilter, StateFilter
from .inlines import CODE_INLINES
from .publishable import PublishableAdmin


class StatusCodeForm(forms.ModelForm):
    class Meta:
        widgets = {"meaning": AdminMarkdownxWidget, "definition": AdminMarkdownxWidget}
        help_texts = {
            "number": "Three digits, as in the status line. It stays: it is the page's address.",
            "where_seen": "Only what is sent on the wire needs a speaker, and transcripts that show it.",
            "storage": "May a cache keep the response?",
            "storage_note": "One sentence where the word alone would mislead.",
            "body_rule": "May, must or must not the response have content?",
            "body_note": "What belongs into it.",
            "retry_rule": "May the same request be sent again?",
            "retry_note": "In a few words: after what, how long to wait.",
            "redirect_rule": "For 3xx only: what happens to the method.",
            "redirect_note": "Where clients differ.",
            "registration": "What IANA's registry says of the number.",
            "verified": "Every fact on this page was checked against its source.",
            "checked_on": "When they were last checked.",
        }

    def clean_number(self) -> int:
        """The constraint names `draft_of`, which no form has, so Django does not check it."""
        number = self.cleaned_data["number"]
        if StatusCode.objects.filter(number=number, draft_of=None).exclude(pk=self.instance.pk).exists():
            raise ValidationError("This number has a page already. Edit that page instead.")
        return number


@admin.register(StatusCode)
class StatusCodeAdmin(PublishableAdmin):
    form = StatusCodeForm
    identity = ("number",)
    inlines = CODE_INLINES
    readonly_fields = ["causes_here"]
    list_display = ["code", "name", "status", "registration", "is_popular", "verified", "changed"]
    list_display_links = ["code", "name"]
    list_filter = [StateFilter, ClassFilter, LacksFilter, "registration", "where_seen", "verified", "is_popular"]
    list_per_page = 200
    search_fields = ["^number", "name", "names__text", "meanings__label"]
    search_help_text = "The first digits, a name, a constant, or a label such as 404.13 or H12."
    ordering = ["number", "draft_of"]
    fieldsets = [
        ("Page and publishing", {"fields": ["number", "name", "summary", "gist", "published_at", "is_popular"]}),
        ("Specification", {"fields": ["registration", ("spec", "section"), "spec_url", "year"]}),
        ("Text", {"fields": ["meaning", "definition", "client_behaviour", "first_check"]}),
        ("Who speaks and where to look", {"fields": ["where_seen", "sent_by", ("look_at", "hop_note")]}),
        (
            "Caching, content, retry, redirect",
            {
                "fields": [
                    ("storage", "storage_note"),
                    ("body_rule", "body_note"),
                    ("retry_rule", "retry_note"),
                    ("redirect_rule", "redirect_note"),
                ]
            },
        ),
        ("gRPC", {"fields": ["grpc_status", "grpc_sent_as"], "classes": ["collapse"]}),
        ("How sure we are", {"fields": ["verified", "verified_note", "checked_on", "source"]}),
        ("Causes and fixes", {"fields": ["causes_here"], "description": "Each cause has a form of its own."}),
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        newer = StatusCode.objects.filter(draft_of=models.OuterRef("pk"))
        return super().get_queryset(request).annotate(has_newer_draft=models.Exists(newer))

    def view_on_site(self, obj: StatusCode) -> str:
        return obj.get_absolute_url()

    def render_preview(self, request: HttpRequest, page: StatusCode) -> HttpResponse:
        load_page(page, request.user)
        return show_code(request, page)

    @admin.display(description="Code", ordering="number")
    def code(self, obj: StatusCode) -> str:
        return obj.label

    @admin.display(description="State", ordering="published_at")
    def status(self, obj: StatusCode) -> str:
        return f"{obj.state}, newer draft" if obj.has_newer_draft else obj.state

    @admin.display(description="Last change", ordering="updated_at")
    def changed(self, obj: StatusCode) -> str:
        return f"{obj.updated_at:%Y-%m-%d}"

    @admin.display(description="Causes")
    def causes_here(self, obj: StatusCode) -> str:
        if obj.pk is None:
            return "Save the page first, then add its causes."
        causes = Cause.objects.filter(code=obj).annotate(count=models.Count("fixes")).order_by("position", "pk")
        rows = [(reverse("admin:codes_cause_change", args=[row.pk]), row.title, row.count) for row in causes]
        items = format_html_join("", '<li><a href="{}">{}</a> (fixes: {})</li>', rows)
        add = f"{reverse('admin:codes_cause_add')}?code={obj.pk}"
        return format_html('<ol class="causes">{}</ol><a class="addlink" href="{}">Add a cause</a>', items, add)

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None, **kwargs):
        wrapped = super().get_inline_formsets(request, formsets, inline_instances, obj, **kwargs)
        for inline in wrapped:
            count = inline.formset.initial_form_count()
            inline.opts.verbose_name_plural = f"{inline.opts.verbose_name_plural} ({count})"
        return wrapped

    def save_related(self, request, form, formsets, change) -> None:
        # A fingerprint may name a meaning that is deleted in the same step: deleted last, it is taken out there too.
        super().save_related(request, form, sorted(formsets, key=lambda formset: formset.model is Meaning), change)
