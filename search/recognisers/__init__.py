"""What can be recognised in a text without knowing any page: formats of logs, responses, exceptions and error pages.

`read(text)` returns the readings, the one that tells the status first. Recognisers of what only the database knows
(names, constants, labels, header fields) are in `search.recognisers.known`.
"""

import re
from collections.abc import Callable

from . import access, appservers, aws, errorlog, errorpages, exceptions, iis, prose, proxies, records, responses
from .reading import CERTAIN, LIKELY, POSSIBLE, Part, Reading

__all__ = ["CERTAIN", "LIKELY", "POSSIBLE", "Part", "Reading", "read"]

MOST_LINES = 200
# Formats whose every line has its status in a place of its own, the most particular first.
LINES: tuple[Callable[[str], Reading | None], ...] = (
    proxies.haproxy,
    proxies.heroku,
    aws.recognise,
    proxies.envoy,
    iis.recognise,
    access.recognise,
)
WHOLE: tuple[Callable[[str], Reading | None], ...] = (
    responses.recognise,
    errorpages.recognise,
    exceptions.recognise,
)


def read(text: str) -> list[Reading]:
    """Return what is understood of `text`: the reading with the status first, then those that say why."""
    lines = [line for line in text.split("\n") if line.strip()][:MOST_LINES]
    reasons = [reading for line in lines if (reading := errorlog.recognise(line))][:5]
    status = _status(text, lines, bool(reasons))
    found = [status] if status else []
    return found + [reading for reading in reasons if reading is not status]


def _status(text: str, lines: list[str], has_reasons: bool) -> Reading | None:
    raw = responses.STATUS_LINE.search(text)
    if not raw and (found := _worst([_line(line) for line in lines])):
        return found
    is_record = text.lstrip()[:1] in "{[" or _is_records(lines)
    order = (records.recognise, *WHOLE) if is_record and not raw else (*WHOLE, records.recognise)
    weak = None
    for recogniser in order:
        reading = recogniser(text)
        if reading and reading.confidence == CERTAIN:
            return reading
        weak = weak or reading
    by_line = _worst([appservers.recognise(line) for line in lines])
    said = None if has_reasons or by_line else prose.recognise(text)
    found = by_line or (weak if weak and (weak.number is not None or not said) else said) or weak
    if found is None or (has_reasons and found.confidence < LIKELY):
        return None
    return found


def _line(line: str) -> Reading | None:
    if len(line) < 12 or not re.search(r"[0-9]", line):
        return None
    for recogniser in LINES:
        if reading := recogniser(line):
            return reading
    return None


def _is_records(lines: list[str]) -> bool:
    return bool(lines) and bool(re.match(r"(?:\S{1,60} ){0,6}[{]|(?:[a-z_.]{2,30}=\S{0,200} ){2}", lines[0]))


def _worst(readings: list[Reading | None]) -> Reading | None:
    """Of several lines the one with the gravest status, and of equals the first."""
    found = [reading for reading in readings if reading]
    return max(found, key=_gravity, default=None)


def _gravity(reading: Reading) -> int:
    if reading.number is None:
        return -1
    digit = reading.number // 100
    return 6 if digit == 5 or digit > 5 else 5 if digit in (0, 4) else digit
