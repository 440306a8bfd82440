"""The home of editors: what needs attention, and what changed last. At most 15 queries, however much there is.

Two more read the texts that changed since, and two tell of the quiz where its questions were answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from codes.corpus import corpus
from codes.expectations import EXPECTATIONS, in_words, lacking, with_parts
from codes.models import DraftSchedule, ErrorReport, Publishable, Revision, Snippet, StatusCode
from codes.publishing import DRAFT
from codes.records import record_of

from .filters import StateFilter

SHOWN = 8
CHANGES = 15


@dataclass(frozen=True)
class Entry:
    text: str
    address: str
    note: str = ""


@dataclass
class Attention:
    """One list of what waits for an editor: how many, the first of them, and where all of them are."""

    title: str
    why: str
    entries: list[Entry]
    count: int
    links: list[tuple[str, str]] = field(default_factory=list)
    details: tuple[str, ...] = ()


def attention(request: HttpRequest) -> list[Attention]:
    """The lists of what waits, those that are not empty; only what the user may see."""
    lists = [_reports(request), _broken_links(request), *_states(request), *_codes(request), _snippets(request)]
    lists += _of_other_apps(request)
    return [found for found in lists if found and found.count]


def may_view(request: HttpRequest, model: type[models.Model]) -> bool:
    found = admin.site._registry.get(model)
    return found is not None and found.has_view_permission(request)


def _address(page: models.Model) -> str:
    return reverse(f"admin:{page._meta.app_label}_{page._meta.model_name}_change", args=[page.pk])


def _list(model: type[models.Model], **query: object) -> str:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(query)}" if query else address


def _states(request: HttpRequest) -> Iterable[Attention]:
    """Drafts, scheduled pages and newer drafts, of every app that has pages; one query for each kind of page."""
    pages = {}
    for model in admin.site._registry:
        if issubclass(model, Publishable) and may_view(request, model):
            texts = [row.name for row in model._meta.concrete_fields if isinstance(row, models.TextField)]
            waiting = Q(published_at=None) | Q(published_at__gt=timezone.now()) | Q(draft_of__isnull=False)
            pages[model] = list(model._default_manager.filter(waiting).defer(*texts).order_by("-updated_at"))
            pages[model] = [page for page in pages[model] if page.state != "published"]
    moments = _moments(list(pages))
    stopped = [
        (page, moments[page]) for rows in pages.values() for page in rows if page in moments and moments[page].trouble
    ]
    entries = [Entry(str(page), _address(page), _when(page, schedule)) for page, schedule in stopped[:SHOWN]]
    why = "They were to go live by themselves, and something stood in the way. Nothing is lost or changed."
    yield Attention("Newer drafts that did not go live", why, entries, len(stopped))
    for state, title, why in (
        ("scheduled", "Scheduled", "They appear by themselves at their time (UTC)."),
        ("newer draft", "Newer drafts", "Visitors see the published page until its newer draft is published."),
        ("draft", "Drafts", "Only editors see them."),
    ):
        found = {model: [page for page in rows if page.state == state] for model, rows in pages.items()}
        waiting = [page for rows in found.values() for page in rows]
        if state == "scheduled":
            waiting.sort(key=lambda page: page.published_at)
        links = [
            (f"{model._meta.verbose_name_plural} ({len(rows)})", _state_list(model, state))
            for model, rows in found.items()
            if rows
        ]
        entries = [Entry(str(page), _address(page), _when(page, moments.get(page))) for page in waiting[:SHOWN]]
        yield Attention(title, why, entries, len(waiting), links)


def _of_other_apps(request: HttpRequest) -> Iterable[Attention]:
    """What the admins of other models want to be looked at: those that have a method `attention`."""
    for model, owner in admin.site._registry.items():
        if hasattr(owner, "attention") and may_view(request, model):
            yield from owner.attention(request)


def _state_list(model: type[models.Model], state: str) -> str:
    filters = admin.site._registry[model].list_filter
    return _list(model, state=state) if StateFilter in filters else _list(model)


def _moments(models_here: list[type[models.Model]]) -> dict[models.Model, DraftSchedule]:
    """The schedule of each newer draft that has one; one query."""
    found = {}
    for schedule in DraftSchedule.objects.select_related("content_type"):
        model = schedule.content_type.model_class()
        if model in models_here:
            found[model(pk=schedule.draft_id)] = schedule
    return found


def _when(page: Publishable, schedule: DraftSchedule | None = None) -> str:
    if schedule:
        moment = f"{schedule.moment:%Y-%m-%d %H:%M} UTC"
        return f"not live on {moment}: {schedule.trouble}" if schedule.trouble else f"goes live on {moment}"
    if page.state != "scheduled":
        return f"changed {page.updated_at:%Y-%m-%d}"
    soon = page.published_at - timezone.now() < timedelta(days=1)
    return f"{page.published_at:%Y-%m-%d %H:%M} UTC{', within a day' if soon else ''}"


def _codes(request: HttpRequest) -> Iterable[Attention]:
    """Pages of codes that lack what their like usually have, and those whose facts nobody verified; one query."""
    if not may_view(request, StatusCode):
        return
    fields = ("number", "name", "registration", "where_seen", "is_popular", "verified", "verified_note")
    codes = list(with_parts(StatusCode.objects.filter(draft_of=None).only(*fields)).order_by("-is_popular", "number"))
    thin = sorted(((code, lacking(code)) for code in codes), key=lambda row: (not row[0].is_popular, -len(row[1])))
    thin = [(code, parts) for code, parts in thin if parts]
    yield Attention(
        "Pages that lack a usual part",
        "Much-met codes first, then those that lack most.",
        [Entry(str(code), _address(code), f"lacks {in_words(parts)}") for code, parts in thin[:SHOWN]],
        len(thin),
        [("all", _list(StatusCode, lacks="any"))],
        details=tuple(map(str, EXPECTATIONS)),
    )
    doubtful = [code for code in codes if not code.verified]
    entries = [Entry(str(code), _address(code), Truncator(code.verified_note).chars(90)) for code in doubtful[:SHOWN]]
    why = "Their pages say so to visitors. Check the facts against a source, then tick “facts verified”."
    links = [("all", _list(StatusCode, verified__exact=0))]
    yield Attention("Facts not verified", why, entries, len(doubtful), links)


def _snippets(request: HttpRequest) -> Attention | None:
    """Snippets that fail, then those that were never run as they stand; one query."""
    if not may_view(request, StatusCode):
        return None
    rows = Snippet.objects.filter(code__draft_of=None).select_related("platform", "code").order_by("code__number", "pk")
    fields = ("role", "source", "run", "title", "platform__slug", "platform__name", "code__number", "code__name")
    failing, never = [], []
    for snippet in rows.only(*fields):
        record = record_of(snippet.code.number, snippet)
        name = f"{snippet.code.label} {snippet.platform.name}: {snippet.title}"
        if record is None:
            why = "not run as it stands" if snippet.run else "does not say how it is run"
            never.append(Entry(name, _address(snippet.code), why))
        elif record.problem:
            failing.append(Entry(name, _address(snippet.code), Truncator(record.problem).chars(90)))
    entries = [*failing, *never]
    why = "Pages show only runs that passed. Run them with: make check-snippets CHANGED=1."
    return Attention("Snippets that fail or were never run", why, entries[:SHOWN], len(entries))


def _broken_links(request: HttpRequest) -> Attention | None:
    texts = corpus()
    entries, count = [], 0
    for path, findings in texts.broken_links().items():
        text = texts.texts[path]
        if not may_view(request, text.kind.model):
            continue
        count += len(findings)
        note = findings[0].message + (f" And {len(findings) - 1} more." if len(findings) > 1 else "")
        entries.append(Entry(text.name, place(path), note))
    links = [("all, and the other checks", f"{reverse('admin-checks')}?kind=links")]
    return Attention("Broken links", "Links inside the site that lead nowhere.", entries[:SHOWN], count, links)


def _reports(request: HttpRequest) -> Attention | None:
    if not may_view(request, ErrorReport):
        return None
    unread = ErrorReport.objects.filter(is_read=False)
    count = unread.count()
    entries = [
        Entry(report.path, _address(report), Truncator(report.text).chars(90))
        for report in unread[: SHOWN * bool(count)]
    ]
    why = "What readers say is wrong."
    return Attention("Unread error reports", why, entries, count, [("all", _list(ErrorReport, is_read__exact=0))])


def place(path: str, to: str = "") -> str:
    """The address that leads to the page of a revision's path, or to its history, without asking which row it is."""
    query = {"path": path} | ({"to": to} if to else {})
    return f"{reverse('admin-jump')}?{urlencode(query)}"


@dataclass(frozen=True)
class Change:
    """One of the last revisions, as a line."""

    path: str
    what: str
    author: str
    source: str
    created: object
    page: str
    history: str


def recent_changes(request: HttpRequest) -> list[Change]:
    """The last revisions: which page, who, when, from where; one query."""
    if not may_view(request, Revision):
        return []
    rows = Revision.objects.select_related("author").annotate(is_gone=Q(text="")).defer("text")[:CHANGES]
    return [
        Change(
            path=row.path.removeprefix(DRAFT).removesuffix(".yaml"),
            what=_what(row),
            author=str(row.author or ""),
            source=row.get_source_display(),
            created=row.created,
            page="" if row.is_gone else place(row.path),
            history=place(row.path, "history"),
        )
        for row in rows
    ]


def _what(row: Revision) -> str:
    if row.path.startswith(DRAFT):
        return "newer draft closed" if row.is_gone else "newer draft"
    return "deleted" if row.is_gone else ""
