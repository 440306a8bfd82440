"""The entries of code pages, classes and vendors. Only what is published."""

from collections.abc import Iterator

from codes.markdown import to_plain
from codes.models import (
    Cause,
    EngineNote,
    Exchange,
    Fingerprint,
    Fix,
    HeaderRule,
    Meaning,
    Name,
    Rule,
    Section,
    Snippet,
    StatusClass,
    StatusCode,
    Step,
    Vendor,
)
from codes.vocabulary import FingerprintKind, Level, NameKind, WhereSeen
from search.entries import Entry


class Pages:
    """The published code pages by primary key, and entries of their places."""

    def __init__(self) -> None:
        self.codes = {code.pk: code for code in StatusCode.objects.published()}

    def rows(self, model, *related: str):
        return model.objects.filter(code__in=self.codes.keys()).select_related(*related)

    def place(self, code_pk: int, anchor: str, kind: str, title: str, text: str = "", **more) -> Entry:
        code = self.codes[code_pk]
        page = code.get_absolute_url()
        return Entry(
            page, f"{page}#{anchor}" if anchor else page, kind, to_plain(title), text, code.number, code.label, **more
        )


def entries() -> Iterator[Entry]:
    """Everything that visitors can read on code pages, and the pages of classes and vendors."""
    pages = Pages()
    yield from _codes(pages)
    yield from _rows(pages)
    yield from _causes(pages)
    for status_class in StatusClass.objects.all():
        address = status_class.get_absolute_url()
        text = f"{status_class.tagline} {status_class.summary} {to_plain(status_class.body)}"
        yield Entry(address, address, "class", str(status_class), text, label=status_class.slug)
    for vendor in Vendor.objects.filter(meanings__code__in=pages.codes.keys()).distinct():
        address = vendor.get_absolute_url()
        text = f"{vendor.summary} {to_plain(vendor.body)}"
        yield Entry(address, address, "vendor", vendor.name, text, names=vendor.slug, vendor=vendor.slug)


def _codes(pages: Pages) -> Iterator[Entry]:
    names: dict[int, list[str]] = {}
    for name in pages.rows(Name).exclude(kind=NameKind.CONSTANT):
        names.setdefault(name.code_id, []).append(name.text)
    for code in pages.codes.values():
        texts = (code.summary, f"{code.gist}.", *map(to_plain, (code.meaning, code.first_check, code.definition)))
        yield pages.place(
            code.pk,
            "",
            "code",
            str(code),
            " ".join(texts),
            names=" ".join([code.name, *names.get(code.pk, [])]),
            is_popular=code.is_popular,
        )
        yield from _facts(pages, code)


def _facts(pages: Pages, code: StatusCode) -> Iterator[Entry]:
    """The columns of a page as answers to the questions that people ask about them."""
    label = code.label
    if code.where_seen == WhereSeen.SENT:
        text = f"Cache: {code.get_storage_display()}. {code.storage_note}"
        yield pages.place(
            code.pk, "facts", "fact", f"Can a cache store a {label}?", to_plain(text), names="caching cached"
        )
        text = f"Retry: {code.get_retry_rule_display()}. {code.retry_note}"
        title = f"Should a client retry after a {label}?"
        yield pages.place(code.pk, "facts", "fact", title, to_plain(text), names="retry repeat again safe")
        text = f"Content: {code.get_body_rule_display()}. {code.body_note}"
        title = f"May a {label} have a body?"
        yield pages.place(code.pk, "facts", "fact", title, to_plain(text), names="body content payload")
    if code.client_behaviour:
        title = f"What browsers and client libraries do with a {label}"
        yield pages.place(code.pk, "facts", "fact", title, to_plain(code.client_behaviour))
    if code.redirect_rule:
        text = f"{code.get_redirect_rule_display()}. {code.redirect_note}"
        title = f"Does the method change after a {label} redirect?"
        yield pages.place(code.pk, "facts", "fact", title, to_plain(text), names="POST GET method preserve keep")


def _rows(pages: Pages) -> Iterator[Entry]:
    for row in pages.rows(Meaning, "vendor"):
        vendor = row.vendor
        text = f"{to_plain(row.summary)} {to_plain(row.body)}"
        yield pages.place(
            row.code_id,
            f"meaning-{row.slug}",
            vendor.name,
            f"{row.label} {row.name}",
            text,
            names=f"{vendor.name} {vendor.slug} {row.label}",
            vendor=vendor.slug,
        )
    for row in pages.rows(HeaderRule):
        text = f"{row.level} {to_plain(row.condition)}. {to_plain(row.note)}"
        yield pages.place(row.code_id, "headers", "header field", row.header, text)
    for row in pages.rows(Fingerprint, "vendor"):
        is_line = row.kind in (FingerprintKind.PAGE, FingerprintKind.LOG, FingerprintKind.HEADER)
        yield pages.place(
            row.code_id,
            "fingerprints",
            "who sent it",
            row.pattern[:140],
            to_plain(row.proves),
            signs=row.pattern if is_line else "",
            names=row.vendor.name if row.vendor else "",
            vendor=row.vendor.slug if row.vendor else "",
        )
    for row in pages.rows(Section):
        yield pages.place(row.code_id, f"{row.kind}-{row.slug}", row.get_kind_display(), row.title, to_plain(row.body))
    for row in pages.rows(Step):
        text = f"{to_plain(row.body)} {row.command} {to_plain(row.expect)}"
        yield pages.place(row.code_id, f"step-{row.slug}", "step", row.title, text)
    for row in pages.rows(Snippet, "platform"):
        text = f"{to_plain(row.body)} {to_plain(row.warning)}"
        yield pages.place(
            row.code_id,
            f"snippet-{row.slug}",
            "snippet",
            row.title,
            text,
            names=f"{row.platform.name} {row.get_role_display()}",
        )
    for row in pages.rows(Exchange):
        yield pages.place(row.code_id, f"exchange-{row.slug}", "exchange", row.title, to_plain(row.note))
    for row in pages.rows(Rule):
        text = to_plain(row.text)
        title = f"{row.get_who_display()} {row.level}: {text[:90]}"
        yield pages.place(row.code_id, "rules", "rule", title, f"{text} {row.section}")
    for row in pages.rows(EngineNote):
        title = f"{row.engine}: {row.get_topic_display()}"
        names = "SEO index deindex rank search engine Googlebot"
        yield pages.place(row.code_id, "search-engines", "search engines", title, to_plain(row.text), names=names)


def _causes(pages: Pages) -> Iterator[Entry]:
    anchors = {}
    for row in pages.rows(Cause, "meaning__vendor"):
        anchors[row.pk] = row
        vendor = row.meaning.vendor if row.meaning else None
        yield pages.place(
            row.code_id,
            f"cause-{row.slug}",
            "cause",
            row.title,
            f"{to_plain(row.body)} {row.sign}",
            signs=row.sign,
            names=vendor.name if vendor else "",
            vendor=vendor.slug if vendor else "",
        )
    for row in Fix.objects.filter(cause__in=anchors.keys()).select_related("platform"):
        cause = anchors[row.cause_id]
        text = " ".join(to_plain(each) for each in (row.body, row.why, row.expected, row.warning) if each)
        yield pages.place(
            cause.code_id,
            f"fix-{cause.slug}-{row.slug}",
            "fix",
            row.title,
            text,
            names=f"{cause.title} {row.platform.name if row.platform else ''}",
        )


def header_numbers() -> dict[str, list[int]]:
    """The numbers whose pages have a rule for a header field, the strongest rule first; by its lower-case name."""
    order = {Level.MUST: 0, Level.SHOULD: 1, Level.MAY: 2, Level.USED: 3}
    rules = HeaderRule.objects.filter(code__in=StatusCode.objects.published(), level__in=order).select_related("code")
    found: dict[str, list[tuple]] = {}
    for rule in rules:
        rank = (order[rule.level], bool(rule.condition), not rule.code.is_popular, rule.code.number)
        found.setdefault(rule.header.lower(), []).append(rank)
    return {header: list(dict.fromkeys(rank[-1] for rank in sorted(ranks))) for header, ranks in found.items()}
