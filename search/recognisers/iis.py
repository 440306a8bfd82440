"""IIS: lines of the W3C extended log with status, sub-status and Windows code; HTTP.sys's error log; error pages."""

import re

from .reading import LIKELY, Part, Reading, status

FIELDS = re.compile(r"#Fields: ([^\n]+)")
# … 404 13 0 15: status, sub-status, Windows code, then sizes and the time taken, at the end of the line.
LINE = re.compile(
    r"(?P<method>\b[A-Z]{3,8}) (?P<stem>/\S*+) (?P<query>\S++) (?P<port>[0-9]{1,5}) (?P<user>\S++) (?P<client>\S++)"
    r"(?P<between>(?: \S++){0,4}?) (?P<status>[1-5][0-9]{2}) (?P<sub>[0-9]{1,3}) (?P<win32>[0-9]{1,10})(?P<rest>(?: [0-9]+){0,3})\s*\Z"
)
BARE = re.compile(
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} .* (?P<status>[1-5][0-9]{2}) (?P<sub>[0-9]{1,3}) (?P<win32>[0-9]{1,10})(?P<rest>(?: [0-9]+){0,3})\s*\Z"
)
HTTPERR = re.compile(
    r"HTTP/[0-9.]{3} [A-Z]{3,8} \S{1,2000} (?:- )?(?P<status>[1-5][0-9]{2}|-) (?P<site>\S{1,20}) (?P<reason>[A-Z][A-Za-z_]{2,40}) (?P<queue>\S{1,60})"
)
PAGE = re.compile(r"HTTP Error (?P<status>[1-5][0-9]{2})(?:\.(?P<sub>[0-9]{1,3}))?\b(?!:)(?P<rest>[^\n]{0,120})", re.I)


def recognise(line: str) -> Reading | None:
    found = LINE.search(line) or BARE.search(line)
    if found:
        return _w3c(found)
    if found := HTTPERR.search(line):
        parts = (Part(found["status"], "status"), Part(found["reason"], "reason"), Part(found["queue"], "pool"))
        return Reading(
            "line of HTTP.sys's error log (httperr)",
            found[0],
            status(found["status"]),
            vendor="iis",
            speaker="HTTP.sys, before IIS",
            message=found["reason"],
            parts=parts,
        )
    if found := PAGE.search(line):
        sub = found["sub"]
        label = f"{found['status']}.{sub}" if sub else ""
        message = found["rest"].strip(" -")
        return Reading(
            "error page in the manner of IIS",
            found[0],
            status(found["status"]),
            label,
            vendor="iis" if sub else "",
            message=message,
            parts=(Part(label or found["status"], "status"),),
            confidence=LIKELY,
        )
    return None


def _w3c(found: re.Match) -> Reading:
    groups = found.groupdict()
    parts = []
    if groups.get("method"):
        parts = [Part(f"{groups['method']} {groups['stem']}", "request"), Part(groups["client"], "client")]
    sub = found["sub"].lstrip("0") or "0"
    label = f"{found['status']}.{sub}" if sub != "0" else ""
    parts.append(Part(found["status"], "status"))
    parts.append(Part(found["sub"], "sub-status", "why IIS said so" if label else "none"))
    parts.append(Part(found["win32"], "Windows code", "sc-win32-status" if found["win32"] != "0" else "no error"))
    rest = found["rest"].split()
    if rest:
        parts.append(Part(rest[-1], "duration", "milliseconds"))
    return Reading(
        "IIS log line",
        found[0].strip(),
        status(found["status"]),
        label,
        vendor="iis",
        speaker="IIS",
        parts=tuple(parts),
    )
