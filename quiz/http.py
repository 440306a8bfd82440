"""Forms without a cookie: who posts is checked by what browsers say of where a form stood."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt


class SeeOther(HttpResponseRedirectBase):
    """Go on there with GET, whatever was sent here (RFC 9110 §15.4.4)."""

    status_code = 303


def own_forms(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse a POST from another site's page, without a token in the form.

    A token needs a cookie, and the quiz begins on pages that set none. What can be done here is done either to an
    attempt whose unguessable id is in the address, or to the visit whose cookie no other site's form can send
    (SameSite); this check stops the rest. Requests without both fields come from programs, which lend nobody a cookie.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method == "POST" and not _is_ours(request):
            raise PermissionDenied("This form stood on another site.")
        return view(request, *args, **kwargs)

    return csrf_exempt(checked)


def _is_ours(request: HttpRequest) -> bool:
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()


def personal(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let no cache keep the answer, so that going back asks again; and no search engine list it."""

    @cache_control(private=True, no_store=True)
    @wraps(view)
    def kept_private(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return kept_private
