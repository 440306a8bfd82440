"""The quiz's own session: a random id in a cookie that only the quiz's addresses get.

Django's session would send every page of the site past the caches, and ends after hours; a streak lasts for days.
"""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .models.attempt import LONGEST_ID, new_id

COOKIE = "quiz"
DAYS = 180


def visit_of(request: HttpRequest) -> str:
    """The id of this browser's visit; empty where it has none."""
    found = request.COOKIES.get(COOKIE, "")
    return found if re.fullmatch(rf"[A-Za-z0-9_-]{{{LONGEST_ID}}}", found) else ""


def remember(response: HttpResponse, visit: str) -> None:
    """Give the browser its visit for another half-year."""
    response.set_cookie(COOKIE, visit, DAYS * 86400, path="/quiz", secure=settings.HTTPS, httponly=True, samesite="Lax")


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path="/quiz", samesite="Lax")


def visit_or_new(request: HttpRequest) -> str:
    return visit_of(request) or new_id()
