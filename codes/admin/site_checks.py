"""The findings of the text checks on all pages, by check."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from codes.checks import CHECKS
from codes.corpus import corpus

from .home import may_view, place


@require_safe
def site_checks(request: HttpRequest) -> HttpResponse:
    """`?kind=links` and so on; without it the first check that found something."""
    texts = corpus()
    by_check: dict[str, list[tuple]] = {check: [] for check in CHECKS}
    visible = {text.kind.folder for text in texts.texts.values() if may_view(request, text.kind.model)}
    if texts.texts and not visible:
        raise PermissionDenied
    for path, findings in texts.findings().items():
        text = texts.texts[path]
        if text.kind.folder not in visible:
            continue
        for check in CHECKS:
            if mine := [finding for finding in findings if finding.check == check]:
                by_check[check].append((text.name, place(path), mine))
    wanted = request.GET.get("kind")
    if wanted not in CHECKS:
        wanted = next((check for check, pages in by_check.items() if pages), "links")
    title, why = CHECKS[wanted]
    tabs = [
        (
            CHECKS[check][0],
            sum(len(mine) for *_, mine in pages),
            f"{reverse('admin-checks')}?kind={check}",
            check == wanted,
        )
        for check, pages in by_check.items()
    ]
    context = admin.site.each_context(request) | {
        "title": "Text checks",
        "tabs": tabs,
        "check_title": title,
        "why": why,
        "pages": by_check[wanted],
    }
    return TemplateResponse(request, "admin/site_checks.html", context)
