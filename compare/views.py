"""The picker, and two to four codes side by side."""

from itertools import groupby

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from codes.blocks import path_of
from codes.http import read_only, reads
from codes.models import StatusCode
from codes.readers import reader_of

from .addresses import FEWEST, MOST, numbers_in, slug_of
from .facts import groups_of, notes_between
from .models import Comparison, Topic
from .picking import Picked, pick, words_in
from .snippets import tabs_of
from .suggesting import often_confused, pairs_among

MOST_SIBLINGS = 6


@reads("code", "q")
@read_only
def picker(request: HttpRequest) -> HttpResponse:
    """Without a query every curated comparison; with one the set that it names, or what could not be understood."""
    if not request.GET.keys() & {"code", "q"}:
        return _show_picker(request)
    codes = StatusCode.objects.visible_to(reader_of(request))
    picked = pick(words_in([*request.GET.getlist("code"), request.GET.get("q", "")]), codes)
    if picked.unknown or not FEWEST <= len(picked.codes) <= MOST:
        return _show_picker(request, picked)
    return redirect("compare:comparison", slug_of(code.number for code in picked.codes))


@read_only
def comparison(request: HttpRequest, slug: str) -> HttpResponse:
    """A set of codes, curated or not, at its one address; every other spelling of the set leads there."""
    numbers = numbers_in(slug) or []
    if len(numbers) == 1:
        return HttpResponsePermanentRedirect(reverse("codes:code", args=[f"{numbers[0]:03d}"]))
    if numbers and slug != slug_of(numbers):
        return HttpResponsePermanentRedirect(reverse("compare:comparison", args=[slug_of(numbers)]))
    reader = reader_of(request)
    visible = StatusCode.objects.visible_to(reader)
    if not FEWEST <= len(numbers) <= MOST:
        return _not_comparable(request, numbers)
    codes = list(visible.side_by_side(numbers))
    if len(codes) < len(numbers):
        return _not_comparable(request, numbers)
    curated = Comparison.objects.visible_to(reader).with_rows().filter(slug=slug).first()
    return _kept_private(show_comparison(request, codes, curated), reader)


def show_comparison(request: HttpRequest, codes: list[StatusCode], curated: Comparison | None) -> HttpResponse:
    """The page of codes that come from `side_by_side`, with what an editor wrote about them, be it a draft or not."""
    reader = reader_of(request)
    slug = slug_of(code.number for code in codes)
    said = {side.code_id: side for side in curated.sides.all()} if curated else {}
    sides = [{"code": code, "said": said.get(code.pk), "path": path_of(code)} for code in codes]
    context = {
        "slug": slug,
        "comparison": curated,
        "sides": sides,
        "digit": codes[0].digit if len({code.digit for code in codes}) == 1 else "",
        "notes": [] if curated else list(notes_between(codes)),
        "groups": groups_of(codes, curated),
        "has_trouble": any(code.look_at for code in codes),
        "has_scenarios": any((side["said"] and side["said"].scenario) or side["code"].sections.all() for side in sides),
        "tabs": tabs_of(codes),
        "siblings": Comparison.objects.visible_to(reader).near(codes).exclude(slug=slug)[:MOST_SIBLINGS],
        "is_staff": reader.is_staff,
    }
    return render(request, "compare/comparison.html", context)


def _show_picker(request: HttpRequest, picked: Picked | None = None) -> HttpResponse:
    reader = reader_of(request)
    codes = StatusCode.objects.visible_to(reader)
    order = Topic.values
    curated = sorted(Comparison.objects.visible_to(reader), key=lambda found: (order.index(found.topic), found.slug))
    typed = picked.typed if picked else []
    context = {
        "picked": picked,
        "most": MOST,
        "fields": [*typed, *[""] * MOST][: max(MOST, len(typed))],
        "all_codes": codes.only("number", "name"),
        "topics": [(Topic(topic), list(found)) for topic, found in groupby(curated, key=lambda found: found.topic)],
        "pairs": often_confused(codes, {found.slug for found in curated}),
    }
    return _kept_private(render(request, "compare/picker.html", context, status=400 if picked else 200), reader)


def _not_comparable(request: HttpRequest, numbers: list[int]) -> HttpResponse:
    """The 404 of an address that compares nothing: what is unknown, and what can be compared instead."""
    reader = reader_of(request)
    known = list(StatusCode.objects.visible_to(reader).for_lists().filter(number__in=numbers))
    found = {code.number for code in known}
    context = {
        "known": known,
        "unknown": [f"{number:03d}" for number in numbers if number not in found],
        "count": len(numbers),
        "most": MOST,
        "pairs": pairs_among(known),
        "siblings": Comparison.objects.visible_to(reader).near(known)[:MOST_SIBLINGS],
    }
    return _kept_private(render(request, "compare/not_comparable.html", context, status=404), reader)


def _kept_private(response: HttpResponse, reader: AbstractBaseUser | AnonymousUser) -> HttpResponse:
    """What staff see may show drafts, so no cache keeps it."""
    if reader.is_staff:
        response["Cache-Control"] = "private, no-store"
    return response
