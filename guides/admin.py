"""The admin of guides."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from markdownx.widgets import AdminMarkdownxWidget

from codes.admin.filters import StateFilter
from codes.admin.inlines import Tabular
from codes.admin.publishable import PublishableAdmin

from .models import READING_ORDER, Guide, GuideCode, GuideReference
from .views import show_guide


class GuideCodeInline(Tabular):
    model = GuideCode
    classes: list[str] = []
    related = ("code",)
    fields = ["position", "code"]


class GuideReferenceInline(Tabular):
    model = GuideReference
    classes: list[str] = []
    fields = ["position", "title", "url"]


class GuideForm(forms.ModelForm):
    class Meta:
        widgets = {"body": AdminMarkdownxWidget}

    def clean_slug(self) -> str:
        """The constraint names `draft_of`, which no form has, so Django does not check it."""
        slug = self.cleaned_data["slug"]
        if Guide.objects.filter(slug=slug, draft_of=None).exclude(pk=self.instance.pk).exists():
            raise ValidationError("A guide has this address already. Edit that one, or choose another slug.")
        return slug


@admin.register(Guide)
class GuideAdmin(PublishableAdmin):
    form = GuideForm
    identity = ("slug",)
    inlines = [GuideCodeInline, GuideReferenceInline]
    list_display = ["title", "kind", "position", "status", "minutes", "changed"]
    list_filter = [StateFilter, "kind"]
    list_per_page = 200
    ordering = READING_ORDER
    search_fields = ["title", "slug", "summary"]
    search_help_text = "A word of the title, the address or the summary."
    prepopulated_fields = {"slug": ["title"]}
    fields = [("kind", "position"), "title", "slug", "summary", "author", "published_at", "body"]
    save_on_top = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        newer = Guide.objects.filter(draft_of=models.OuterRef("pk"))
        return super().get_queryset(request).annotate(has_newer_draft=models.Exists(newer))

    def view_on_site(self, obj: Guide) -> str:
        return obj.get_absolute_url()

    def render_preview(self, request: HttpRequest, page: Guide) -> HttpResponse:
        return show_guide(request, Guide.objects.with_page(request.user).get(pk=page.pk))

    @admin.display(description="State", ordering="published_at")
    def status(self, obj: Guide) -> str:
        return f"{obj.state}, newer draft" if obj.has_newer_draft else obj.state

    @admin.display(description="Minutes")
    def minutes(self, obj: Guide) -> int:
        return obj.minutes

    @admin.display(description="Last change", ordering="updated_at")
    def changed(self, obj: Guide) -> str:
        return f"{obj.updated_at:%Y-%m-%d}"
