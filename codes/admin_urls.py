"""Addresses of the admin that Django's own does not have."""

from django.contrib import admin
from django.urls import path

from codes import admin_views
from codes.admin.jump import jump
from codes.admin.site_checks import site_checks

urlpatterns = [
    path("markdown-preview", admin_views.markdown_preview, name="markdownx_markdownify"),
    path("markdown-upload", admin_views.no_upload, name="markdownx_upload"),
    path("jump", admin.site.admin_view(jump), name="admin-jump"),
    path("checks", admin.site.admin_view(site_checks), name="admin-checks"),
]
