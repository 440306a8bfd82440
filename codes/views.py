"""The pages about codes, classes and vendors."""

import re

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from codes.blocks import blocks_of, doors_of, path_of
from codes.filters import FILTERS, filters_of
from codes.forms import ErrorReportForm
from codes.http import read_only, reads
from codes.limits import Limit, take_all, too_often
from codes.models import Meaning, StatusClass, StatusCode, Vendor, class_digit
from codes.models.page import load_page
from codes.readers import reader_of
from codes.senders import sender_of
from codes.shown import by_platform, show_some
from codes.vocabulary import VendorKind

# Error reports of one sender, and of all together: nobody shall flood the editors.
REPORTS = Limit("report", most=5, seconds=3600)
REPORTS_OF_ALL = Limit("reports", most=200, seconds=3600)


class UnknownNumber(Http404):
    """A number without a page. The 404 page says how clients treat it."""

    def __init__(self, number: int):
        self.number = number
        super().__init__(f"{number:03d} has no page")


@read_only
def code_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    code = StatusCode.objects.visible_to(reader).filter(number=int(number)).first()
    if code is None:
        return meaning_address(request, number)
    load_page(code, reader)
    response = show_code(request, code)
    if reader.is_staff:
        response["Cache-Control"] = "private, no-store"
    return response


def show_code(request: HttpRequest, code: StatusCode) -> HttpResponse:
    """The page of a code whose rows are loaded (`load_page`), be it published, a draft, or a newer draft."""
    show_some(code)
    blocks = blocks_of(code)
    reader = reader_of(request)
    before, after = StatusCode.objects.visible_to(reader).neighbours_of(code.number)
    context = {"code": code, "blocks": blocks, "doors": doors_of(blocks), "path": path_of(code)}
    context |= {"before": before, "after": after, "is_staff": reader.is_staff}
    return render(request, "codes/code.html", context)


@read_only
def snippets_page(request: HttpRequest, number: str) -> HttpResponse:
    """Every snippet of a code, platform by platform."""
    reader = reader_of(request)
    code = StatusCode.objects.visible_to(reader).with_snippets(int(number)).filter(number=int(number)).first()
    if code is None:
        raise UnknownNumber(int(number))
    platforms = by_platform(code)
    if not platforms:
        raise Http404(f"{code} has no snippets")
    context = {"code": code, "platforms": platforms, "count": len(code.snippets.all()), "is_staff": reader.is_staff}
    response = render(request, "codes/snippets.html", context)
    if reader.is_staff:
        response["Cache-Control"] = "private, no-store"
    return response


@read_only
def meaning_address(request: HttpRequest, label: str) -> HttpResponse:
    """Lead `/404.13`, `/H12` or `/1016` to where that meaning is told."""
    visible = StatusCode.objects.visible_to(reader_of(request))
    found = list(Meaning.objects.filter(label__iexact=label, code__in=visible).select_related("code")[:2])
    if not found:
        raise UnknownNumber(int(label)) if re.fullmatch(r"[0-9]{3}", label) else Http404(f"{label} has no page")
    anchor = f"meaning-{found[0].slug}" if len(found) == 1 else "meanings"
    return HttpResponsePermanentRedirect(f"{found[0].code.get_absolute_url()}#{anchor}")


@read_only
def old_code_address(request: HttpRequest, number: str) -> HttpResponse:
    return redirect("codes:code", number, permanent=True)


@read_only
def class_page(request: HttpRequest, slug: str) -> HttpResponse:
    digit = class_digit(int(slug[0]) * 100)
    if slug != f"{digit}xx":
        return redirect("codes:class", f"{digit}xx", permanent=True)
    status_class = get_object_or_404(StatusClass, slug=slug)
    codes = StatusCode.objects.visible_to(reader_of(request)).of_class(digit).for_lists()
    registered = [code for code in codes if code.is_registered]
    context = {
        "status_class": status_class,
        "registered": registered,
        "unregistered": [code for code in codes if not code.is_registered],
        "classes": StatusClass.objects.all(),
    }
    return render(request, "codes/class.html", context)


@reads(*FILTERS)
@read_only
def code_list(request: HttpRequest) -> HttpResponse:
    codes = StatusCode.objects.visible_to(reader_of(request)).for_lists()
    filters, wanted = filters_of(request.GET)
    codes = codes.filter(wanted)
    return render(request, "codes/list.html", {"codes": codes, "filters": filters, "is_filtered": bool(wanted)})


@read_only
def vendor_list(request: HttpRequest) -> HttpResponse:
    visible = StatusCode.objects.visible_to(reader_of(request))
    vendors = Vendor.objects.annotate(count=Count("meanings", filter=Q(meanings__code__in=visible))).filter(count__gt=0)
    labels = Prefetch(
        "meanings", Meaning.objects.filter(code__in=visible).select_related("code").order_by("code__number", "position")
    )
    order = VendorKind.values
    vendors = sorted(
        vendors.prefetch_related(labels), key=lambda vendor: (order.index(vendor.kind), vendor.name.lower())
    )
    return render(request, "codes/vendors.html", {"vendors": vendors})


@read_only
def vendor_page(request: HttpRequest, slug: str) -> HttpResponse:
    vendor = get_object_or_404(Vendor, slug=slug)
    visible = StatusCode.objects.visible_to(reader_of(request))
    meanings = Meaning.objects.filter(vendor=vendor, code__in=visible).select_related("code")
    return render(
        request, "codes/vendor.html", {"vendor": vendor, "meanings": meanings.order_by("code__number", "position")}
    )


@read_only
def cheat_sheet(request: HttpRequest) -> HttpResponse:
    codes = StatusCode.objects.visible_to(reader_of(request)).for_lists().prefetch_related("headerrules")
    shelves = [(status_class, []) for status_class in StatusClass.objects.filter(digit__range=(1, 5))]
    for code in codes:
        if 1 <= code.digit <= 5 and (code.is_registered or code.is_popular):
            code.required = [rule.header for rule in code.headerrules.all() if rule.is_unconditional]
            shelves[code.digit - 1][1].append(code)
    return render(request, "codes/cheat_sheet.html", {"shelves": shelves})


@require_http_methods(["GET", "HEAD", "POST"])
def report_error(request: HttpRequest) -> HttpResponse:
    """Take a reader's report of a wrong or missing thing."""
    form = ErrorReportForm(request.POST or None, initial={"path": request.GET.get("page", "")[:200]})
    if request.method == "POST" and form.is_valid():
        taken = take_all((REPORTS, sender_of(request)), (REPORTS_OF_ALL, "all"))
        if not taken.is_allowed:
            return too_often(request, taken)
        form.save()
        messages.success(request, "Thank you. An editor will read it.")
        return redirect(reverse("codes:report"))
    return render(request, "codes/report.html", {"form": form}, status=400 if form.errors else 200)
