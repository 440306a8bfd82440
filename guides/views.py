"""The list of guides, and a guide."""

from itertools import groupby, pairwise

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from codes.http import read_only
from codes.markdown import outline
from codes.readers import reader_of

from .models import Guide, Kind


@read_only
def guide_list(request: HttpRequest) -> HttpResponse:
    """Every guide in the order of reading, by kind."""
    reader = reader_of(request)
    guides = Guide.objects.visible_to(reader).in_order().with_codes(reader)
    kinds = [(Kind(kind), list(rows)) for kind, rows in groupby(guides, key=lambda guide: guide.kind)]
    response = render(request, "guides/list.html", {"kinds": kinds})
    if reader.is_staff:
        response["Cache-Control"] = "private, no-store"
    return response


@read_only
def guide_page(request: HttpRequest, slug: str) -> HttpResponse:
    reader = reader_of(request)
    guides = Guide.objects.visible_to(reader).with_page(reader)
    response = show_guide(request, get_object_or_404(guides, slug=slug))
    if reader.is_staff:
        response["Cache-Control"] = "private, no-store"
    return response


def show_guide(request: HttpRequest, guide: Guide) -> HttpResponse:
    """The page of a guide that comes from `with_page`, be it published, a draft, or a newer draft."""
    reader = reader_of(request)
    others = Guide.objects.visible_to(reader).in_order().only("slug", "title")
    neighbors = {}
    for before, after in pairwise(others):
        if after.slug == guide.slug:
            neighbors["previous"] = before
        if before.slug == guide.slug:
            neighbors["next"] = after
    contents = [heading for heading in outline(guide.body) if heading.level <= 3]
    context = {"guide": guide, "contents": contents, "is_staff": reader.is_staff, **neighbors}
    return render(request, "guides/guide.html", context)
