from django.urls import path, re_path

from compare import views

app_name = "compare"
urlpatterns = [
    path("compare", views.picker, name="picker"),
    # Whatever stands there: the view says what is wrong with it.
    re_path(r"^compare/(?P<slug>[^/]+)\Z", views.comparison, name="comparison"),
]
