"""What is read and never written here: readers' reports, and the history of the pages."""

from urllib.parse import quote

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator

from codes.models import ErrorReport, Revision


@admin.register(ErrorReport)
class ErrorReportAdmin(admin.ModelAdmin):
    list_display = ["excerpt", "page", "created", "is_read"]
    list_filter = ["is_read"]
    search_fields = ["path", "text"]
    actions = ["mark_read", "mark_unread"]
    fields = ["page", "text", "created", "is_read"]
    readonly_fields = ["page", "text", "created"]

    class Media:
        css = {"all": ["css/admin.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="What is wrong")
    def excerpt(self, obj: ErrorReport) -> str:
        return Truncator(obj.text).chars(120)

    @admin.display(description="Page", ordering="path")
    def page(self, obj: ErrorReport) -> str:
        # Quoted: browsers would read a backslash as a slash, and "/\example.com" as another site.
        return format_html('<a href="{}">{}</a>', quote(obj.path, safe="/#?=&"), obj.path)

    @admin.action(description="Mark as read", permissions=["change"])
    def mark_read(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        messages.success(request, f"Marked as read: {queryset.update(is_read=True)}.")

    @admin.action(description="Mark as unread", permissions=["change"])
    def mark_unread(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        messages.success(request, f"Marked as unread: {queryset.update(is_read=False)}.")


@admin.register(Revision)
class RevisionAdmin(admin.ModelAdmin):
    list_display = ["path", "created", "source", "author", "agreed"]
    list_filter = ["source", "agreed"]
    list_select_related = ["author"]
    search_fields = ["path"]
    fields = ["path", "created", "source", "author", "agreed", "text"]

    class Media:
        css = {"all": ["css/admin.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False
