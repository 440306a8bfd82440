"""Questions about two or more codes: "401 vs 403", "difference between 301 and 302", "unauthorized or forbidden"."""

import re

from .known import Known

VERSUS = re.compile(
    r"\s+(?:vs?\.?|versus|or|compared (?:to|with)|against)\s+|\s*(?:/|,|\|)\s*(?:(?:and|or|vs\.?)\s+)?", re.I
)
AND = re.compile(r"\s+(?:and|vs?\.?|versus|or|from|to|with)\s+|\s*,\s*(?:and\s+|or\s+)?", re.I)
ASKED = re.compile(
    r"(?:difference|differences|differ|distinction|distinguish|compare|comparison|differs)\b(?:\s+(?:between|of|from|http|status|codes?|the|in))*\s+(?P<what>.+)",
    re.I,
)
TELLS = re.compile(r"(?P<what>.+?)\s+(?:difference|differences|comparison|compared)\b", re.I)
NUMBER = re.compile(
    r"(?:http(?:/[0-9.]{1,3})?|status|error|code|a|an|response|returning|return|use|send|[ :#-]){0,6}(?P<number>[0-9]{3})\b",
    re.I,
)
PAIR = re.compile(
    r"(?<![0-9.])(?P<one>[1-9][0-9]{2}|000)(?![0-9.])(?P<name>(?: [a-z'-]+){0,4})\s*(?:\bvs?\.?|\bversus\b|\bor\b|/|\binstead of\b|\brather than\b)\s*(?:an? |http |error |status |code |use |return |send |the ){0,3}(?P<two>[1-9][0-9]{2}|000)(?![0-9.])",
    re.I,
)
RUN = re.compile(
    r"\A\W*(?:http\s+)?[0-9]{3}(?:\s*(?:,|/|\||and|or|vs?\.?|versus|\s|&)+\s*(?:http\s+)?[0-9]{3}){1,3}\W*\Z", re.I
)


def numbers_asked(query: str, known: Known) -> list[int]:
    """The numbers that a query asks to compare, in order and none twice; empty where it asks for no comparison."""
    if len(query) > 200 or "\n" in query.strip():
        return []
    if RUN.match(query):
        return _sorted(int(number) for number in re.findall(r"[0-9]{3}", query))
    asked = ASKED.search(query) or TELLS.match(query)
    if asked:
        what = asked["what"].strip(" ?.!")
        return _all([_number(part, known) for part in AND.split(what)]) or _in(what)
    if parts := _all([_number(part, known) for part in VERSUS.split(query.strip(" ?.!"))]):
        return parts
    found = PAIR.findall(query)
    numbers = {int(number) for one, _, two in found for number in (one, two)}
    if numbers:
        numbers |= {int(number) for number in re.findall(r"(?:vs\.?|or|versus|,)\s+([1-5][0-9]{2})\b", query, re.I)}
    return _sorted(numbers) if found else _named(query, known)


def _named(query: str, known: Known) -> list[int]:
    """Two names around "vs": "is it unauthorized vs forbidden"."""
    parts = re.split(r"\s+(?:vs\.?|versus)\s+", query.strip(" ?.!"), flags=re.I)
    if len(parts) < 2:
        return []
    return _all([_number(part, known) or _end(part, known) for part in parts])


def _end(part: str, known: Known) -> int | None:
    found = list(known.phrases(part))
    return found[0][1].number if found else None


def _number(part: str, known: Known) -> int | None:
    part = part.strip(" ?.!\"'“”`")
    if found := NUMBER.match(part):
        return int(found["number"])
    named = known.find(part) if part else None
    return named.number if named else None


def _in(text: str) -> list[int]:
    return _sorted(int(number) for number in re.findall(r"(?<![0-9.])[1-9][0-9]{2}(?![0-9.])", text))


def _all(numbers: list[int | None]) -> list[int]:
    return _sorted(number for number in numbers if number is not None) if None not in numbers else []


def _sorted(numbers) -> list[int]:
    found = sorted(set(numbers))
    return found if 2 <= len(found) <= 4 else []
