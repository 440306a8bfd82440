"""What the text checks say of a page: after each save, and on a page of their own at any time."""

from collections.abc import Iterable
from itertools import groupby

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode

from codes.checks import CHECKS, Finding
from codes.corpus import corpus
from codes.documents import dump, kind_of, load
from codes.documents.kinds import REGISTRY
from codes.models import ErrorReport

MOST_WARNINGS = 12


def findings_of(page: models.Model) -> list[Finding]:
    """Everything that the checks find on a page as it is in the database, newer drafts too."""
    kind = kind_of(page)
    data, _, _ = load(kind, kind.path(page), dump(kind, page))
    return corpus().findings_of(kind, data) if data.get(kind.identity) is not None else []


def grouped(findings: Iterable[Finding]) -> list[tuple[str, str, list[Finding]]]:
    """The findings by their check: its title, why it matters, and what it found."""
    order = list(CHECKS)
    found = sorted(findings, key=lambda finding: order.index(finding.check))
    return [(*CHECKS[check], list(group)) for check, group in groupby(found, key=lambda finding: finding.check)]


def unread_reports(page: models.Model) -> list[ErrorReport]:
    """What readers reported of a page, of its parts too, and nobody has read."""
    if not hasattr(page, "get_absolute_url"):
        return []
    address = page.get_absolute_url()
    about = Q(path=address)
    for end in "#?/":
        about |= Q(path__startswith=address + end)
    return list(ErrorReport.objects.filter(about, is_read=False))


class CheckedAdmin(admin.ModelAdmin):
    """The admin of a page, or of something that is part of one (`page_of`, `is_about`), whose text is checked."""

    def page_of(self, obj: models.Model) -> models.Model:
        """The page whose text `obj` is, or is a part of."""
        return obj

    def is_about(self, finding: Finding, obj: models.Model) -> bool:
        """Is it about `obj`, and not about another part of its page?"""
        return True

    def get_urls(self) -> list:
        if self.model not in REGISTRY:
            return super().get_urls()
        view = self.admin_site.admin_view(self.checks_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_checks"
        return [path("<int:pk>/checks/", view, name=name), *super().get_urls()]

    def checks_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        page = self.model._default_manager.filter(pk=pk).first()
        if page is None:
            raise Http404(f"There is no {self.opts.verbose_name} {pk}.")
        if not self.has_view_permission(request, page):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": f"Text of {page}",
            "opts": self.opts,
            "original": page,
            "groups": grouped(findings_of(page)),
            "checks": CHECKS.values(),
        }
        return TemplateResponse(request, "admin/page_checks.html", context)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and obj.pk is not None:
            page = self.page_of(obj)
            context["checks_address"] = checks_address(page)
            if request.user.has_perm("codes.view_errorreport") and (reports := unread_reports(page)):
                context["unread_reports"] = len(reports)
                paths = ",".join(dict.fromkeys(report.path for report in reports))
                query = urlencode({"is_read__exact": 0, "path__in": paths})
                context["reports_address"] = f"{reverse('admin:codes_errorreport_changelist')}?{query}"
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        self.warn(request, obj)
        return response

    def response_change(self, request, obj):
        response = super().response_change(request, obj)
        self.warn(request, obj)
        return response

    def warn(self, request: HttpRequest, obj: models.Model) -> None:
        """Show what the checks find: one message for each check, and at most twelve findings in all."""
        if IS_POPUP_VAR in request.POST:
            return
        page = self.page_of(obj)
        found = [finding for finding in findings_of(page) if self.is_about(finding, obj)]
        shown = found[:MOST_WARNINGS]
        for title, _, findings in grouped(shown):
            items = format_html_join("", "<li><b>{}</b>: {}</li>", ((row.where, row.message) for row in findings))
            messages.warning(request, format_html('{}<ul class="findings">{}</ul>', title, items))
        if len(found) > len(shown):
            link = format_html('<a href="{}">Check the text</a>', checks_address(page))
            messages.warning(request, format_html("And {} more: {}.", len(found) - len(shown), link))


def checks_address(page: models.Model) -> str:
    return reverse(f"admin:{page._meta.app_label}_{page._meta.model_name}_checks", args=[page.pk])
