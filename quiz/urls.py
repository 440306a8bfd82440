from django.urls import path, re_path

from quiz import views
from quiz.sharing import card, score

ID = "[A-Za-z0-9_-]{22}"

app_name = "quiz"
urlpatterns = [
    path("quiz", views.start_page, name="start"),
    path("quiz/start", views.start, name="begin"),
    path("quiz/progress", views.progress, name="progress"),
    path("quiz/progress.json", views.export, name="export"),
    path("quiz/erase", views.erase, name="erase"),
    re_path(r"^quiz/question/(?P<slug>[a-z0-9-]{1,80})\Z", views.question, name="question"),
    re_path(rf"^quiz/score/(?P<key>{ID})\Z", score, name="score"),
    re_path(rf"^quiz/score/(?P<key>{ID})\.png\Z", card, name="card"),
    re_path(rf"^quiz/(?P<key>{ID})\Z", views.attempt, name="attempt"),
    re_path(rf"^quiz/(?P<key>{ID})/(?P<number>[1-9][0-9]{{0,3}})\Z", views.step, name="step"),
    re_path(rf"^quiz/(?P<key>{ID})/finish\Z", views.finish_now, name="finish"),
]
