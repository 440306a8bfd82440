from django.urls import path, re_path

from guides import views

app_name = "guides"
urlpatterns = [
    path("guides", views.guide_list, name="guides"),
    re_path(r"^guides/(?P<slug>[a-z0-9-]{1,60})\Z", views.guide_page, name="guide"),
]
