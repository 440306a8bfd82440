"""What is read and never written here: readers' reports, and the history of the pages."""

import re
from urllib.parse import quote, urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, path, resolve, reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from codes.models import ErrorReport, Revision

from . import revisions


@admin.register(ErrorReport)
class ErrorReportAdmin(admin.ModelAdmin):
    list_display = ["excerpt", "page", "edit", "created", "is_read"]
    ordering = ["is_read", "-created"]
    list_filter = ["is_read"]
    search_fields = ["path", "text"]
    actions = ["mark_read", "mark_unread"]
    fields = ["page", "edit", "text", "created", "is_read"]
    readonly_fields = ["page", "edit", "text", "created"]

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

    @admin.display(description="Its form", empty_value="none: not a page of the database")
    def edit(self, obj: ErrorReport) -> str | None:
        address = re.split(r"[?#]", obj.path)[0]
        try:
            match = resolve(address.rstrip("/"))
        except Resolver404:
            return None
        if not match.captured_kwargs:
            return None
        query = urlencode({"q": address})
        return format_html('<a href="{}?{}">Edit {}</a>', reverse("admin-jump"), query, Truncator(address).chars(40))

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
    change_list_template = "admin/recorded_change_list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False

    def get_urls(self) -> list:
        views = {
            "deleted/": (revisions.deleted_view, "deleted"),
            "compare/": (revisions.compare_view, "compare"),
            "<int:pk>/restore/": (revisions.restore_view, "restore"),
        }
        own = [
            path(route, self.admin_site.admin_view(view), name=f"codes_revision_{name}")
            for route, (view, name) in views.items()
        ]
        return own + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Any revision that one may read: its page's own rights decide."""
        if request.method != "GET":
            raise PermissionDenied
        found = Revision.objects.select_related("author")
        return revisions.read(request, get_object_or_404(found, pk=revisions.number_in(object_id)))
