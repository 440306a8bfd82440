"""What a short query certainly means: a class, a number, a label, a comparison, a name or a header field."""

import re
from dataclasses import dataclass

from codes.field_names import FIELD_NAMES
from search.entries import Entry
from search.index import Index
from search.recognisers.compared import numbers_asked
from search.recognisers.known import ERROR_WORDS, key_of, words_of

SHORT = 200
CLASS = re.compile(
    r"(?:http |status |all |what are |what is )*([0-9])(?:xx|[0-9]x|00s)"
    r"(?: (?:errors?|codes?|status(?: codes?)?|class|series|responses?|http|meaning|range))*",
    re.I,
)
AROUND = (
    r"(?:https?|status|errors?|err|codes?|response|what is|what's|what does|meaning of|mean|means|meaning|an?|the|"
    r"server|page|explained|definition|mdn|wiki|rfc|[ :#=\-?!.,'\"()\[\]/])"
)
NUMBER = re.compile(rf"{AROUND}{{0,12}}(?:http/[0-9.]{{1,3}} +)?{AROUND}{{0,8}}([0-9]{{3}}){AROUND}{{0,12}}", re.I)
LABEL = re.compile(r"(?<![\w.])(?:[A-Za-z][0-9]{2}|[0-9]{3}\.[0-9]{1,3}|1[0-9]{3}|-1)(?![\w.])")
WHAT_IS = re.compile(
    r"^(?:what(?:'s| is| does)|meaning of|define)\s+(?:an? |the )?|"
    r"\s*(?:mean|meaning|error|errors|status|status code|http|exception)?[?!.]*$",
    re.I,
)
HEADER_AROUND = set(
    """a an code codes does field fields for header headers http is mean missing need needs request require requires
    response status the use uses what which with""".split()
)


@dataclass(frozen=True)
class Asked:
    """What was asked for: `numbers` in order, the place that answers it, and whether that is all of the query."""

    kind: str
    text: str
    numbers: tuple[int, ...] = ()
    entry: Entry | None = None
    explanation: str = ""
    is_whole: bool = False


def asked(query: str, index: Index) -> Asked | None:
    """What a query of one line asks for, or None where it is to be read as a text."""
    query = query.strip()
    if not query or len(query) > SHORT or "\n" in query:
        return None
    return (
        _class(query, index)
        or _number(query, index)
        or _comparison(query, index)
        or _label(query, index)
        or _header(query, index)
        or _name(query, index)
    )


def _class(query: str, index: Index) -> Asked | None:
    found = CLASS.fullmatch(query.strip(" ?."))
    page = found and index.page_of.get(f"/{min(int(found[1]), 6)}xx")
    if page is None:
        return None
    entry = index.pages[page]
    return Asked("class", query, entry=entry, explanation=f"A class of status codes: {entry.title}.", is_whole=True)


def _number(query: str, index: Index) -> Asked | None:
    found = NUMBER.fullmatch(query)
    if not found:
        return None
    number = int(found[1])
    entry = index.entry_of(number)
    if entry is None:
        return Asked("number", found[1], (number,), explanation=unused(number))
    return Asked("number", found[1], (number,), entry, f"The status code {entry.title}.", True)


def unused(number: int) -> str:
    """What is to be said of a number that has no page (RFC 9110 §15)."""
    treated = f"as {number // 100}00" if 100 <= number <= 599 else "as an invalid, 5xx-like answer"
    return f"Nobody is known to use {number:03d}. Clients treat it {treated}."


def _comparison(query: str, index: Index) -> Asked | None:
    numbers = numbers_asked(query, index.known)
    if len(numbers) < 2 or any(number not in index.codes for number in numbers):
        return None
    named = ", ".join(f"{number:03d}" for number in numbers)
    return Asked("comparison", query, tuple(numbers), explanation=f"A comparison of {named}.", is_whole=True)


def _label(query: str, index: Index) -> Asked | None:
    for found in LABEL.finditer(query):
        entries = index.labels.get(found[0].lower())
        rest = f"{query[: found.start()]} {query[found.end() :]}".lower()
        is_known = (
            found[0][0].isupper()
            or "." in found[0]
            or not rest.strip()
            or re.search(r"error|code|cloudflare|heroku", rest)
        )
        if not entries or not is_known:
            continue
        entry = next((each for each in entries if each.vendor and each.vendor.split("-")[0] in rest), entries[0])
        is_whole = all(
            word in ERROR_WORDS or word in entry.vendor or word in entry.kind.lower() for word in words_of(rest)
        )
        explanation = f"A code of {entry.kind}, on the page of {entry.label}: {entry.title}."
        return Asked("label", found[0], (entry.number,), entry, explanation, is_whole)
    return None


def _header(query: str, index: Index) -> Asked | None:
    words = [word.strip("?:,.\"'`()") for word in query.split()]
    words = [word for word in words if word and word.lower() not in HEADER_AROUND]
    if len(words) != 1 or (not re.search(r"-|header|field", query, re.I) and words[0].lower() not in index.headers):
        return None
    name = words[0].lower()
    numbers = [number for number in index.headers.get(name, ()) if number in index.codes]
    if (not numbers and name not in FIELD_NAMES) or index.known.find(words[0]):
        return None
    explanation = f"A header field: {FIELD_NAMES.get(name, words[0])}."
    entry = (
        next(
            (
                each
                for each in index.entries
                if each.number == numbers[0] and each.kind == "header field" and each.title.lower() == name
            ),
            index.entry_of(numbers[0]),
        )
        if numbers
        else None
    )
    return Asked("header field", words[0], tuple(numbers[:8]), entry, explanation)


def _name(query: str, index: Index) -> Asked | None:
    text = WHAT_IS.sub("", query)
    for each in dict.fromkeys((query, text)):
        if named := index.known.find(each):
            entry = index.entry_of(named.number)
            if entry:
                explanation = f"A {named.kind} of {entry.title}."
                return Asked(named.kind, query, (named.number,), entry, explanation, True)
    numbers = re.findall(r"(?<![0-9.])[0-9]{3}(?![0-9.])", query)
    if len(numbers) == 1 and (entry := index.entry_of(int(numbers[0]))):
        rest = key_of(query.replace(numbers[0], " "))
        named = index.known.names.get(rest) or index.known.find(query.replace(numbers[0], " "))
        if named and named.number == int(numbers[0]):
            return Asked("name", query, (named.number,), entry, f"The status code {entry.title}.", True)
    return None
