"""One box: a number, a name, a constant, a header field, words, or a line from a log."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from codes.http import read_only
from codes.models import StatusCode
from codes.readers import reader_of
from search.find import results_for
from search.recognise import address_of, fallback_of, number_in_line

LONGEST = 8_000


@read_only
def search(request: HttpRequest) -> HttpResponse:
    raw = request.GET.get("q", "")
    if len(raw) > LONGEST or "\0" in raw:
        return render(request, "search/search.html", {"is_refused": True, "longest": LONGEST}, status=400)
    query = re.sub(r"\s+", " ", re.sub(r"[\x00-\x1f\x7f]", " ", raw)).strip()
    codes = StatusCode.objects.visible_to(reader_of(request))
    if query and (address := address_of(query, codes)):
        return redirect(address)
    number = number_in_line(query) if query else None
    context = {
        "query": query,
        "number": number,
        "recognised": codes.filter(number=number).first() if number else None,
        "fallback": fallback_of(number) if number else "",
        "results": results_for(query, codes) if len(query) <= 200 else [],
    }
    return render(request, "search/search.html", context)
