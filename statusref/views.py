"""The pages that see every app: home, about, errors, and what machines read."""

import re
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.views.decorators.cache import cache_control

from codes.http import read_only
from codes.lines import all_proofs
from codes.models import OldAddress, StatusClass, StatusCode, class_digit
from codes.readers import reader_of
from compare.models import Comparison
from statusref.gate import refusal

# Characters of a field that stays hidden in a form that is to be sent again.
LONGEST_UNSHOWN = 40


@read_only
def home(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    codes = list(StatusCode.objects.visible_to(reader).for_lists())
    shelves = [
        (status_class, [code for code in codes if code.digit == status_class.digit])
        for status_class in StatusClass.objects.all()
    ]
    # The five classes of HTTP first, then the two homes of numbers outside them.
    shelves.sort(key=lambda shelf: (shelf[0].digit in (0, 6), shelf[0].digit))
    context = {"shelves": shelves, "count": len(codes), "comparisons": Comparison.objects.visible_to(reader).count()}
    return render(request, "home.html", context)


@read_only
def about(request: HttpRequest) -> HttpResponse:
    published = StatusCode.objects.published()
    context = {
        "registered": published.registered().count(),
        "unregistered": published.count() - published.registered().count(),
        "unverified": published.filter(verified=False),
        "platforms": all_proofs().values(),
    }
    return render(request, "about.html", context)


@read_only
@cache_control(max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /search", "Disallow: /report", ""]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@read_only
@cache_control(max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_template("favicon.svg").render(), content_type="image/svg+xml")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The 404 page: the nearest codes, and for an unused number how clients treat it (RFC 9110 §15)."""
    if moved := _moved(request):
        return moved
    number = getattr(exception, "number", None)
    if number is None and (digits := re.search(r"(?<![0-9])[0-9]{3}(?![0-9])", request.path[:200])):
        guess = int(digits[0])
    else:
        guess = number
    context = {"number": number, "label": f"{number:03d}" if number is not None else ""}
    if number is not None:
        context["in_range"] = 100 <= number <= 599
        context["fallback"] = f"{class_digit(number)}00"
    if guess is not None:
        try:
            codes = StatusCode.objects.published().for_lists()
            context["nearest"] = sorted(codes, key=lambda code: (abs(code.number - guess), code.number))[:6]
        except DatabaseError:
            context["nearest"] = []
    return render(request, "404.html", context, status=404)


def _moved(request: HttpRequest) -> HttpResponse | None:
    """The answer for an address that once was a page's: 301 to the new one, or 410."""
    try:
        path = request.path.removesuffix("/snippets")
        old = OldAddress.objects.filter(path=path).first() if len(path) <= 200 else None
    except (DatabaseError, ValueError):
        return None
    if old is None:
        return None
    if old.target:
        return HttpResponsePermanentRedirect(old.target)
    # Browsers keep a 410 for ever (RFC 9111 §4.2.2), but an editor may bring the page back.
    return HttpResponse(get_template("410.html").render(), status=410, headers={"Cache-Control": "no-cache"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The 400 page, or that of 413 where there is too much of something."""
    if not isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return HttpResponse(get_template("400.html").render(), status=400)
    return refusal(413, "This form is larger, or has more fields or files, than is taken here.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(get_template("403.html").render(), status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponse(get_template("403.html").render({"is_csrf": True}), status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 page, or the 503 page while the database is away, full or broken. They need neither database nor session.

    What somebody sent is in the 503 page, in a form that sends it again.
    """
    error = sys.exc_info()[1]
    # SQLite calls a file that is broken by the most general of names.
    if isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError:
        text = get_template("503.html").render({"fields": _sent(request), "address": request.get_full_path()})
        headers = {"Retry-After": "10", "Cache-Control": "no-store"}
        return HttpResponse(text, status=503, headers=headers)
    return HttpResponseServerError(get_template("500.html").render())


def _sent(request: HttpRequest) -> list[tuple[str, str, bool]]:
    """Name and value of each field of a form that was sent, and whether somebody may have typed it."""
    if request.method != "POST" or any("password" in name for name in request.POST):
        return []
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    return [(name, value, len(value) > LONGEST_UNSHOWN or "\n" in value) for name, value in fields]
