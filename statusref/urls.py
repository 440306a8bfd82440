from django.contrib import admin
from django.contrib.auth import views as auth
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from statusref import passwords, views
from statusref.admin_files import export_files, import_files
from statusref.sitemaps import SITEMAPS

urlpatterns = [
    path("", views.home, name="home"),
    path("about", views.about, name="about"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.svg", views.favicon, name="favicon"),
    path("favicon.ico", RedirectView.as_view(url="/favicon.svg", permanent=True)),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("admin/", include("codes.admin_urls")),
    path("admin/import", admin.site.admin_view(import_files), name="admin-import"),
    path("admin/export", admin.site.admin_view(export_files), name="admin-export"),
    path("admin/login/", passwords.login),
    path("admin/password_reset/", passwords.ask, name="admin_password_reset"),
    path(
        "admin/password_reset/sent/",
        auth.PasswordResetDoneView.as_view(extra_context=passwords.NAMES),
        name="password_reset_done",
    ),
    path("admin/password_reset/<uidb64>/<token>/", passwords.ChooseView.as_view(), name="password_reset_confirm"),
    path(
        "admin/password_reset/done/",
        auth.PasswordResetCompleteView.as_view(extra_context=passwords.NAMES),
        name="password_reset_complete",
    ),
    path("admin/", admin.site.urls),
    re_path(r"^admin\Z", RedirectView.as_view(pattern_name="admin:index")),
    path("", include("search.urls")),
    path("", include("compare.urls")),
    path("", include("quiz.urls")),
    path("", include("guides.urls")),
    path("", include("codes.urls")),
]

handler400 = "statusref.views.bad_request"
handler403 = "statusref.views.forbidden"
handler404 = "statusref.views.not_found"
handler500 = "statusref.views.server_error"
