from django.urls import path, re_path

from codes import views

app_name = "codes"
urlpatterns = [
    re_path(r"^(?P<number>[0-9]{3})\Z", views.code_page, name="code"),
    re_path(r"^(?P<number>[0-9]{3})/snippets\Z", views.snippets_page, name="snippets"),
    re_path(r"^(?:codes|status-codes)/(?P<number>[0-9]{3})\Z", views.old_code_address),
    re_path(r"^(?P<slug>[0-9][Xx]{2})\Z", views.class_page, name="class"),
    path("codes", views.code_list, name="codes"),
    path("vendors", views.vendor_list, name="vendors"),
    re_path(r"^vendors/(?P<slug>[a-z0-9-]{1,60})\Z", views.vendor_page, name="vendor"),
    path("cheat-sheet", views.cheat_sheet, name="cheat-sheet"),
    path("report", views.report_error, name="report"),
    # A sub-status or another label of a meaning: 404.13, H12, 1016, 009, -1, 600-699.
    re_path(r"^(?P<label>-?[0-9A-Za-z][0-9A-Za-z._-]{0,19})\Z", views.meaning_address, name="meaning"),
]
