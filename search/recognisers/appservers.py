"""Request lines of app servers and frameworks: Rails, Gin, morgan, Next.js, PHP's own server, werkzeug, uvicorn and others."""

import re

from .reading import CERTAIN, LIKELY, Part, Reading, status

METHODS = r"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|PROPFIND|MKCOL|LOCK|REPORT|PURGE|QUERY)"
FORMS = (
    (
        "Rails line",
        re.compile(r"\bCompleted (?P<status>[1-9][0-9]{2}) (?P<reason>[A-Z][A-Za-z' -]{2,40}) in (?P<ms>[0-9.]+)ms"),
    ),
    ("Gin line", re.compile(r"\[GIN\] [0-9/]{10} - [0-9:]{8} \|\s{0,3}(?P<status>[1-9][0-9]{2})\s{0,3}\|")),
    ("line of PHP's own server", re.compile(r"\[(?P<status>[1-9][0-9]{2})\]:? (?:" + METHODS + r" )?/")),
    ("Laravel or Symfony line", re.compile(rf"\b{METHODS} /\S{{0,1000}} \.{{3,200}} ?(?P<status>[1-9][0-9]{{2}})\b")),
    (
        "log line of a request",
        re.compile(
            rf"\b{METHODS} (?P<url>(?:https?:/)?/\S{{0,2000}}) (?:HTTP/[0-9.]+\"? )?(?:->|=>|→|-|:|\|)?\s?\(?(?P<status>[1-9][0-9]{{2}})\b(?!\.[0-9])"
        ),
    ),
    ("log line of a request", re.compile(rf"\b(?P<status>[1-9][0-9]{{2}}) {METHODS} (?:https?:/)?/")),
    (
        "log line of a request",
        re.compile(
            rf"\b{METHODS} (?:https?:/)?/\S{{0,2000}} (?:returned|responded(?: with)?|failed with|answered|got)(?: status(?: code)?)? (?P<status>[1-9][0-9]{{2}})\b"
        ),
    ),
    (
        "Jetty or Spring line",
        re.compile(r"\b(?:Completed|Resolved \[.{0,300}?\] to) (?P<status>[1-9][0-9]{2}) [A-Z_]{2,40}\b"),
    ),
    (
        "row of the network panel",
        re.compile(
            r"^\S{1,300}\s(?P<status>[1-9][0-9]{2})\s(?:xhr|fetch|document|script|stylesheet|png|jpeg|font|preflight|websocket|text/\S+|application/\S+|image/\S+)\b",
            re.M,
        ),
    ),
)


def recognise(line: str) -> Reading | None:
    for kind, form in FORMS:
        if found := form.search(line):
            number = status(found["status"])
            parts = [Part(found[0].strip()[:300], "request"), Part(found["status"], "status")]
            if "ms" in found.groupdict() and found["ms"]:
                parts.append(Part(f"{found['ms']}ms", "duration"))
            confidence = CERTAIN if kind.endswith(("Rails line", "Gin line")) else LIKELY
            return Reading(kind, line.strip()[:2000], number, parts=tuple(parts), confidence=confidence)
    return None
