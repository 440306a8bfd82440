"""The admin: everything that a curator edits, and what readers report."""

from django.contrib import admin
from django.http import HttpRequest

from codes.documents.kinds import REGISTRY

from . import cause, code, pages, records

__all__ = ["cause", "code", "pages", "records"]

ORDER = "StatusCode Cause StatusClass Vendor Platform ErrorReport Revision Question".split()

admin.site.site_header = admin.site.site_title = "statusref"
admin.site.index_title = "Pages, reports and history"

by_name = admin.site.get_app_list


def in_order(request: HttpRequest, app_label: str | None = None) -> list[dict]:
    """What the index lists: the pages first, in the order in which an editor needs them."""
    apps = by_name(request, app_label)
    for app in apps:
        app["models"].sort(key=lambda row: ORDER.index(row["object_name"]) if row["object_name"] in ORDER else 99)
    pages = {model._meta.app_label for model in REGISTRY}
    return sorted(apps, key=lambda app: app["app_label"] not in pages)


admin.site.get_app_list = in_order
