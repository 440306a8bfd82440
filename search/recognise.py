"""What is certain about a query: a number, a label, a class, or a name that somebody gave a code."""

import re

from django.db.models import QuerySet
from django.urls import reverse

from codes.models import Meaning, Name, StatusClass, StatusCode, class_digit

NUMBER = re.compile(r"(?:http(?:/[0-9.]+)?[ -]*)?(?:(?:status|error|code)[ :#-]*)*([0-9]{3})", re.I)
CLASS = re.compile(r"([1-5])(?:xx|[0-9]x|00s)", re.I)
DIFFERENCE = re.compile(r"(?:(?:what(?:'s| is) )?(?:the )?difference between|compare) (.+?)\??", re.I)
VERSUS = re.compile(r"\s+(?:vs?\.?|versus|or|and)\s+|\s*,\s*|(?<=[0-9]{3})\s+(?=[0-9]{3}\b)", re.I)
# Places of the status in a line that a machine wrote; the first that matches counts.
IN_A_LINE = (
    re.compile(r'HTTP/[0-9.]+["\']? ([1-9][0-9]{2})\b'),
    re.compile(r'"status(?:_?code)?"\s*:\s*"?([1-9][0-9]{2})\b', re.I),
    re.compile(r"\bstatus(?:[ _-]?code)?[ =:]+([1-9][0-9]{2})\b", re.I),
    re.compile(r"\b(?:http|error|returned|response)[ :]+([1-9][0-9]{2})\b", re.I),
)


def address_of(query: str, codes: QuerySet[StatusCode]) -> str | None:
    """Return the address of the one page that `query` certainly means, or None.

    `codes` are the pages that the reader may see.
    """
    if found := CLASS.fullmatch(query):
        status_class = StatusClass.objects.filter(digit=int(found[1])).first()
        return status_class and status_class.get_absolute_url()
    if found := NUMBER.fullmatch(query):
        return _page(codes, int(found[1]))
    if address := _comparison(codes, query):
        return address
    meaning = Meaning.objects.filter(label__iexact=query, code__in=codes).select_related("code").first()
    if meaning:
        return f"{meaning.code.get_absolute_url()}#meaning-{meaning.slug}"
    if code := codes.filter(name__iexact=query).first():
        return code.get_absolute_url()
    named = Name.objects.filter(text__iexact=query, code__in=codes).select_related("code").first()
    return named and named.code.get_absolute_url()


def number_in_line(text: str) -> int | None:
    """Return the status code in a log line, a raw response or an error message, or None."""
    for pattern in IN_A_LINE:
        if found := pattern.search(text):
            return int(found[1])
    return None


def fallback_of(number: int) -> str:
    """The code as which clients treat an unknown number (RFC 9110 §15)."""
    return f"{class_digit(number)}00" if 100 <= number <= 599 else "500"


def _comparison(codes: QuerySet[StatusCode], query: str) -> str | None:
    """The comparison that is asked for: "401 vs 403", "difference between 301 and 302"."""
    asked = DIFFERENCE.fullmatch(query)
    named = [NUMBER.fullmatch(part) for part in VERSUS.split(asked[1] if asked else query)]
    if not 2 <= len(named) <= 4 or not all(named):
        return None
    numbers = sorted({int(found[1]) for found in named})
    if len(numbers) < 2 or codes.filter(number__in=numbers).count() < len(numbers):
        return None
    return reverse("compare:comparison", args=["-vs-".join(f"{number:03d}" for number in numbers)])


def _page(codes: QuerySet[StatusCode], number: int) -> str | None:
    code = codes.filter(number=number).first()
    return code.get_absolute_url() if code else None
