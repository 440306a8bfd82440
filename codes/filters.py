"""The filters of the list of codes: plain links, each keeping the others' choices."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

from codes.vocabulary import Registration, WhereSeen

CLASSES = {
    str(digit): (f"{digit}xx", Q(number__gte=digit * 100, number__lt=digit * 100 + 100)) for digit in range(1, 6)
}
CLASSES["other"] = ("Other", Q(number__lt=100) | Q(number__gte=600))
ORIGINS = {
    "iana": ("Registered", ~Q(registration=Registration.UNREGISTERED)),
    "vendor": ("Vendors'", Q(registration=Registration.UNREGISTERED)),
}
STATES = {
    **{
        value: (label, Q(registration=value))
        for value, label in Registration.choices
        if value != Registration.UNREGISTERED
    },
    "log": ("Only in logs", Q(where_seen__in=[WhereSeen.LOG, WhereSeen.CLIENT, WhereSeen.INTERNAL])),
    "unverified": ("Facts not verified", Q(verified=False)),
}
FILTERS = {"class": ("Class", CLASSES), "origin": ("Origin", ORIGINS), "state": ("State", STATES)}


@dataclass(frozen=True)
class Option:
    label: str
    query: str
    is_current: bool


@dataclass(frozen=True)
class Filter:
    name: str
    options: list[Option]


def filters_of(query: QueryDict) -> tuple[list[Filter], Q]:
    """Return the filters as links, and the condition that the query asks for. Unknown values count as no choice."""
    chosen = {key: query.get(key) for key, (_, options) in FILTERS.items() if query.get(key) in options}
    wanted = Q()
    for key, value in chosen.items():
        wanted &= FILTERS[key][1][value][1]
    filters = []
    for key, (name, options) in FILTERS.items():
        others = {k: v for k, v in chosen.items() if k != key}
        links = [Option("All", f"?{urlencode(others)}" if others else "?", key not in chosen)]
        for value, (label, _) in options.items():
            links.append(Option(label, f"?{urlencode({**others, key: value})}", chosen.get(key) == value))
        filters.append(Filter(name, links))
    return filters, wanted
