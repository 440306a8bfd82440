"""Addresses of the admin that Django's own does not have."""

from django.urls import path

from codes import admin_views

urlpatterns = [path("markdown-preview", admin_views.markdown_preview, name="markdownx_markdownify")]
