from django.urls import re_path

from quiz import views

app_name = "quiz"
urlpatterns = [
    re_path(r"^quiz/question/(?P<slug>[a-z0-9-]{1,80})\Z", views.question, name="question"),
]
