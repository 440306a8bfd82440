"""Who is reading, asked without touching the session of those who have none."""

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest


def reader_of(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    """The user who reads. Without a session cookie nobody, so that public pages neither query nor vary by cookie."""
    return request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else AnonymousUser()
