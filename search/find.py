"""Finding pages by their words."""

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from codes.models import Cause, HeaderRule, Meaning, Name, Section, StatusCode

MOST = 30


@dataclass(frozen=True)
class Result:
    """One line of a result list."""

    label: str
    digit: int
    title: str
    url: str
    kind: str
    text: str


def results_for(query: str, codes: QuerySet[StatusCode]) -> list[Result]:
    """Return what stands on pages of `codes` and contains every word of the query, names first."""
    terms = re.findall(r"[\w.'-]+", query)[:8]
    if not terms:
        return []
    results: list[Result] = []
    seen: set[str] = set()

    def add(code: StatusCode, anchor: str, title: str, kind: str, text: str) -> None:
        url = code.get_absolute_url() + anchor
        if url not in seen and len(results) < MOST:
            seen.add(url)
            results.append(Result(code.label, code.digit, title, url, kind, text))

    def matching(rows: QuerySet, *fields: str) -> QuerySet:
        for term in terms:
            either = Q()
            for field in fields:
                either |= Q(**{f"{field}__icontains": term})
            rows = rows.filter(either)
        return rows[:MOST]

    for code in [*matching(codes, "name"), *matching(codes, "name", "summary", "gist")]:
        add(code, "", str(code), "code", code.summary)
    for name in matching(Name.objects.filter(code__in=codes).select_related("code"), "text"):
        add(name.code, "", str(name.code), name.get_kind_display(), name.text)
    meanings = Meaning.objects.filter(code__in=codes).select_related("code", "vendor")
    for meaning in matching(meanings, "name", "summary", "label", "vendor__name"):
        add(
            meaning.code,
            f"#meaning-{meaning.slug}",
            f"{meaning.label} {meaning.name}",
            meaning.vendor.name,
            meaning.summary,
        )
    for rule in matching(HeaderRule.objects.filter(code__in=codes).select_related("code"), "header"):
        add(rule.code, "#headers", f"{rule.header} in {rule.code}", "header field", f"{rule.level} {rule.condition}")
    for cause in matching(Cause.objects.filter(code__in=codes).select_related("code"), "title", "sign"):
        add(cause.code, f"#cause-{cause.slug}", cause.title, f"cause of {cause.code}", cause.sign)
    for section in matching(Section.objects.filter(code__in=codes).select_related("code"), "title"):
        add(section.code, f"#{section.kind}-{section.slug}", section.title, f"on {section.code}", "")
    return results
