"""What happens to every request before a view is chosen."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

# Only what public addresses are made of: a redirect to anything else could lead elsewhere.
PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+/+\Z")
ADMIN_LIST = re.compile(r"/admin/[a-z]+/[a-z]+/\Z")

EDITOR_COOKIE = "statusref_editor"

# No page here uses any of these, so no script that got in could. Names that browsers gave up are not among them: each
# is a warning in the console.
PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


def isolate(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let no other site embed what is here, and no page use the devices of its reader."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response["Permissions-Policy"] = PERMISSIONS
        return response

    return middleware


def let_redirects_age(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let browsers keep a permanent redirect for an hour, not for ever (RFC 9111 §4.2.2).

    An editor may bring a page back to its old address.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 301:
            response.setdefault("Cache-Control", "max-age=3600")
        return response

    return middleware


def strip_slash(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Redirect `/500/` to `/500` where the rest is an address of this site and the whole is not."""

    def middleware(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.endswith("/") and len(path) < 300 and PLAIN_PATH.match(path) and not _resolves(path):
            bare = path.rstrip("/")
            if _resolves(bare):
                query = request.META.get("QUERY_STRING", "")
                return HttpResponsePermanentRedirect(f"{bare}?{query}" if query else bare)
        return get_response(request)

    return middleware


def refuse_nul_in_lists(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer a filter of the admin that holds a NUL as Django answers all that mean nothing.

    PostgreSQL takes none in a text, and Django's lists would ask it all the same.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") and ADMIN_LIST.match(request.path_info):
            return redirect(f"{request.path}?e=1")
        return get_response(request)

    return middleware


def keep_sessions_private(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let no cache keep what was made for somebody with a session: editors see drafts in every list."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware


def mark_editors(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give everyone who is logged in to the admin a cookie that leads them past the page cache.

    It says nothing and opens nothing; whoever forges it only gets a slower page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        # Who somebody is cannot be asked of a database that is away.
        if response.status_code < 500 and request.path_info.startswith("/admin/") and request.user.is_staff:
            age = 2 * settings.SESSION_COOKIE_AGE
            response.set_cookie(EDITOR_COOKIE, "1", age, secure=settings.HTTPS, httponly=True, samesite="Lax")
        return response

    return middleware


def _resolves(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
