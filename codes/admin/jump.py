"""From a few typed letters to the form of a page; and from the path of a revision to its page or history."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from codes.documents import DocumentKind
from codes.documents.kinds import REGISTRY
from codes.models import Meaning, Name, StatusCode, canonical

from .history import RecordedAdmin
from .places import place_of

LONGEST = 200
MOST = 25


@dataclass(frozen=True)
class Hit:
    title: str
    what: str
    address: str


@require_safe
def jump(request: HttpRequest) -> HttpResponse:
    """`?q=404`, a label, a name: to the form of that page, or a list where several fit. `?path=` of a revision, too."""
    if path := request.GET.get("path"):
        return _to_path(request, path[:LONGEST])
    typed = canonical(request.GET.get("q", "")[:LONGEST]).replace("\n", " ").strip()
    hits = _hits(request, exact_pages(request, typed)) if typed else []
    if typed and not hits:
        hits = _hits(request, search_pages(request, typed))
    if len(hits) == 1:
        return HttpResponseRedirect(hits[0].address)
    title = f"Pages for “{typed}”" if typed else "Jump to a page"
    context = admin.site.each_context(request) | {"title": title, "typed": typed, "hits": hits[:MOST]}
    context["has_more"] = len(hits) > MOST
    return TemplateResponse(request, "admin/jump.html", context)


def _to_path(request: HttpRequest, path: str) -> HttpResponse:
    place = place_of(path)
    page = place and place.page
    name = "history" if request.GET.get("to") == "history" else "change"
    if page is not None and _admin_of(request, type(page)):
        try:
            return HttpResponseRedirect(_address(page, name))
        except NoReverseMatch:
            pass
    # The page is gone, or has no form: its revisions are still there.
    address = reverse("admin:codes_revision_changelist")
    return HttpResponseRedirect(f"{address}?{urlencode({'path': path})}")


def _identity(kind: DocumentKind, typed: str) -> int | str | None:
    if isinstance(kind.fields[kind.identity], models.IntegerField):
        return int(typed) if len(typed) <= 3 and typed.isascii() and typed.isdecimal() else None
    return typed


def exact_pages(request: HttpRequest, typed: str) -> list[models.Model]:
    """Live pages called exactly so: by address, number, slug, name, a label of a meaning, an alias or a constant."""
    address = re.sub(r"\A[a-z]+://[^/]*|[?#].*", "", typed).rstrip("/") if "/" in typed else ""
    typed = address.rpartition("/")[2] or typed
    found: dict[tuple, models.Model] = {}
    for kind in REGISTRY.values():
        if not _admin_of(request, kind.model):
            continue
        called = Q(name__iexact=typed) if "name" in kind.fields else Q()
        identity = _identity(kind, typed)
        if isinstance(identity, str):
            called |= Q(**{f"{kind.identity}__iexact": typed})
            if slug := slugify(typed):
                called |= Q(**{kind.identity: slug})
        elif identity is not None:
            called |= Q(**{kind.identity: identity})
        if kind.model is StatusCode:
            called |= Q(pk__in=Meaning.objects.filter(label__iexact=typed).values("code"))
            called |= Q(pk__in=Name.objects.filter(text__iexact=typed).values("code"))
        if called:
            found |= {(kind.folder, page.pk): page for page in kind.live_pages().filter(called)[:MOST]}
    here = [page for page in found.values() if address and _public_address(page) == address]
    return here or list(found.values())


def _public_address(page: models.Model) -> str:
    return page.get_absolute_url() if hasattr(page, "get_absolute_url") else ""


def search_pages(request: HttpRequest, typed: str) -> list[models.Model]:
    """Whatever the lists of the admin would find, the pages first."""
    found: list[models.Model] = []
    # What is only a part of a page has no kind of document of its own.
    in_order = sorted(admin.site._registry.items(), key=lambda row: row[0] not in REGISTRY)
    for model, model_admin in in_order:
        if isinstance(model_admin, RecordedAdmin) and model_admin.search_fields and _admin_of(request, model):
            rows, has_doubles = model_admin.get_search_results(request, model_admin.get_queryset(request), typed)
            found += (rows.distinct() if has_doubles else rows)[: MOST + 1]
    return found


def _hits(request: HttpRequest, pages: list[models.Model]) -> list[Hit]:
    return [
        Hit(str(page), " · ".join(filter(None, (page._meta.verbose_name, getattr(page, "state", "")))), _address(page))
        for page in pages
    ]


def _admin_of(request: HttpRequest, model: type[models.Model]) -> admin.ModelAdmin | None:
    found = admin.site._registry.get(model)
    return found if found and found.has_view_permission(request) else None


def _address(page: models.Model, name: str = "change") -> str:
    return reverse(f"admin:{page._meta.app_label}_{page._meta.model_name}_{name}", args=[page.pk])
