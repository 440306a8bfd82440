"""The search page, its answers to programs, suggestions, and what browsers need to add the site."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from codes.http import read_only
from codes.senders import sender_of
from search import unfound
from search.answering import spaced
from search.current import current
from search.limits import SEARCHES, Refused, query_of
from search.ranking import search as find
from search.shown import as_json, page_of, shown
from search.suggesting import suggestions


@csrf_exempt  # A POST is a long GET: it changes nothing.
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Results for `q`; straight to the page where the query means one, unless `all` asks for the list."""
    wants_json = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    response = _answer(request, wants_json)
    response["X-Robots-Tag"] = "noindex"
    if request.method == "POST":
        response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Accept"])
    return response


def _answer(request: HttpRequest, wants_json: bool) -> HttpResponse:
    taken = SEARCHES.take(sender_of(request))
    if not taken.is_allowed:
        response = _refusal(request, wants_json, "Too many searches at once. Wait a few seconds.", 429)
        response["Retry-After"] = str(taken.wait)
        return response
    try:
        query = spaced(query_of(request))
    except Refused as refused:
        return _refusal(request, wants_json, str(refused), 400)
    if not query:
        return JsonResponse(as_json(None)) if wants_json else render(request, "search/search.html")
    answer = find(query, current())
    if not answer.results and request.method != "POST":
        unfound.count(request, query)
    if wants_json:
        return JsonResponse(as_json(answer))
    is_straight = request.method != "POST" and "all" not in request.GET
    if is_straight and (address := page_of(answer)):
        return redirect(address)
    return render(request, "search/search.html", {"query": query, **shown(answer)})


def _refusal(request: HttpRequest, wants_json: bool, reason: str, status: int) -> HttpResponse:
    if wants_json:
        return JsonResponse({"error": reason}, status=status)
    return render(request, "search/search.html", {"refusal": reason}, status=status)


@read_only
def suggest(request: HttpRequest) -> HttpResponse:
    """What the box offers while somebody types, in the form of OpenSearch suggestions."""
    query = spaced(request.GET.get("q", "")[:100].replace("\0", " "))
    may = query and SEARCHES.take(sender_of(request)).is_allowed
    found = suggestions(query, current()) if may else []
    rows = [query, [each.text for each in found], [each.about for each in found], [each.url for each in found]]
    kind = "application/x-suggestions+json"
    return JsonResponse(rows, safe=False, content_type=kind, headers={"X-Robots-Tag": "noindex"})


@read_only
@cache_control(max_age=86_400)
def opensearch(request: HttpRequest) -> HttpResponse:
    """The description by which a browser adds the site to its search engines."""
    base = request.build_absolute_uri("/").rstrip("/")
    context = {
        "icon": f"{base}/favicon.svg",
        "results": f"{base}{reverse('search:search')}?{urlencode({'q': ''})}",
        "suggestions": f"{base}{reverse('search:suggest')}?{urlencode({'q': ''})}",
    }
    kind = "application/opensearchdescription+xml"
    return render(request, "search/opensearch.xml", context, content_type=kind)
