"""The admin of classes, vendors and platforms."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from markdownx.widgets import AdminMarkdownxWidget

from codes.models import Platform, StatusClass, Vendor

from .history import RecordedAdmin

STAYS = "It stays: links and files name it so."


class StatusClassForm(forms.ModelForm):
    class Meta:
        widgets = {"body": AdminMarkdownxWidget}
        help_texts = {"digit": "1 to 5; 0 and 6 are the homes of the numbers outside them."}

    def clean(self) -> dict:
        data = super().clean()
        if data.get("digit") is not None and data.get("slug") and data["slug"] != f"{data['digit']}xx":
            raise ValidationError({"slug": f'The address of this class is "{data["digit"]}xx".'})
        return data


@admin.register(StatusClass)
class StatusClassAdmin(RecordedAdmin):
    form = StatusClassForm
    identity = ("digit", "slug")
    list_display = ["slug", "name", "tagline", "summary"]
    list_display_links = ["slug", "name"]
    fields = ["digit", "slug", "name", "tagline", "summary", "body"]

    def view_on_site(self, obj: StatusClass) -> str:
        return obj.get_absolute_url()


class VendorForm(forms.ModelForm):
    class Meta:
        widgets = {"body": AdminMarkdownxWidget}
        help_texts = {"slug": STAYS}


@admin.register(Vendor)
class VendorAdmin(RecordedAdmin):
    form = VendorForm
    identity = ("slug",)
    list_display = ["name", "kind", "meaning_count", "summary"]
    list_filter = ["kind"]
    list_per_page = 200
    search_fields = ["name", "slug", "summary"]
    prepopulated_fields = {"slug": ["name"]}
    fields = ["name", "slug", "kind", "summary", "body", "url"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).annotate(count=models.Count("meanings"))

    def view_on_site(self, obj: Vendor) -> str:
        return obj.get_absolute_url()

    @admin.display(description="Meanings", ordering="count")
    def meaning_count(self, obj: Vendor) -> int:
        return obj.count


class PlatformForm(forms.ModelForm):
    class Meta:
        help_texts = {"slug": STAYS}


@admin.register(Platform)
class PlatformAdmin(RecordedAdmin):
    form = PlatformForm
    identity = ("slug",)
    list_display = ["name", "kind", "lexer", "position", "snippet_count"]
    list_filter = ["kind"]
    list_per_page = 200
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    fields = ["name", "slug", "kind", "lexer", "position"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).annotate(count=models.Count("snippets"))

    @admin.display(description="Snippets", ordering="count")
    def snippet_count(self, obj: Platform) -> int:
        return obj.count
