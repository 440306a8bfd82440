"""Lines of the error logs of nginx and Apache httpd. They have no status: the words tell which one the client got."""

import re

from .reading import LIKELY, Part, Reading, status

NGINX = re.compile(
    r"(?:[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8} )?\[(?P<level>debug|info|notice|warn|error|crit|alert|emerg)\] "
    r"(?P<process>[0-9]+#[0-9]+): (?:\*(?P<connection>[0-9]+) )?(?P<message>[^\n]*+)"
)
# What follows the message: , client: 192.0.2.1, server: example.com, request: "GET / HTTP/1.1", upstream: "…"
CONTEXT = re.compile(r", (?:client|server|request|upstream|host|referrer|subrequest|login): ")
FIELD = re.compile(r", (client|server|request|upstream|host|referrer): (\"[^\"]*\"|[^,]*)")
APACHE = re.compile(
    r"\[(?P<time>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [0-9]{1,2} [0-9:.]{8,20} [0-9]{4})\] "
    r"(?:\[(?P<level>(?:[a-z0-9_]{1,30}:)?(?:emerg|alert|crit|error|warn|notice|info|debug|trace[0-9]))\] )"
    r"(?:\[pid (?P<pid>[0-9:tid ]{1,40})\] )?(?:\[(?:client|remote) (?P<client>[^\]]{1,60})\] )?(?P<message>[^\n]*+)"
)
AH = re.compile(r"\bAH[0-9]{5}\b")
STATUS_IN_MESSAGE = re.compile(r"\b(?:returned|responded with|got|unexpected) status:? ([1-5][0-9]{2})\b")


def recognise(line: str) -> Reading | None:
    if found := NGINX.search(line):
        return _nginx(found)
    if found := APACHE.search(line):
        return _apache(found[0], found["message"], found["level"])
    if AH.search(line):
        return _apache(line, line, "")
    return None


def _nginx(found: re.Match) -> Reading:
    line = found["message"]
    message = CONTEXT.split(line, 1)[0]
    fields = dict(FIELD.findall(line))
    parts = [Part(found["level"], "level"), Part(message, "message")]
    parts += [Part(value, name) for name, value in fields.items()]
    speaker = "nginx; the trouble is behind it" if "upstream" in fields or "upstream" in message else "nginx"
    return Reading("nginx error line", found[0], vendor="nginx", speaker=speaker, message=message, parts=tuple(parts))


def _apache(text: str, message: str, level: str) -> Reading:
    parts = [Part(level, "level")] if level else []
    if number := AH.search(message):
        parts.append(Part(number[0], "message number", "of Apache httpd"))
    parts.append(Part(message, "message"))
    said = STATUS_IN_MESSAGE.search(message)
    return Reading(
        "Apache error line",
        text,
        status(said[1]) if said else None,
        vendor="apache",
        speaker="Apache httpd",
        message=message,
        parts=tuple(parts),
        confidence=LIKELY,
    )
