"""Lines of the common and combined log formats: nginx, Apache httpd, the Kubernetes ingress, Traefik, and app servers."""

import re

from .reading import CERTAIN, LIKELY, Part, Reading, after, status

QUOTED = r'"(?:[^"\\]|\\.)*+"'
METHOD = r"[A-Z]{3,18}"
# … [21/Nov/2026:10:00:00 +0000] "GET /path HTTP/1.1" 499 0 …
COMMON = re.compile(
    rf"\[(?P<time>[0-9]{{1,2}}/[A-Za-z]{{3}}/[0-9]{{4}}[: ][^\]\n]{{1,40}})\]"
    rf"[^\"\n]{{0,80}}(?P<request>{QUOTED})[ ,]{{1,3}}(?P<status>[0-9]{{3}})\b[ ,]?(?P<rest>[^\n]*+)"
)
# Before the time stand the client, its identity and its user, and before these whatever a collector writes.
CLIENT = re.compile(r"(?:\A|\s)([0-9A-Fa-f:.]{3,45}|[A-Za-z0-9.-]{1,60}) \S{1,60} \S{1,60} \Z")
# The end of such a line: "GET /path HTTP/1.1" 499 0 …
REQUEST = re.compile(
    rf"(?P<request>\"{METHOD} [^\"\s]{{1,2000}}(?: HTTP/[0-9.]{{1,3}})?\"),?\s{{1,3}}(?P<status>[0-9]{{3}})\b(?P<rest>[^\n]*+)"
)
TRAEFIK = re.compile(r'"\s+[0-9]+ "(?P<router>[^"]*)" "(?P<server>[^"]*)" (?P<ms>[0-9]+)ms')
INGRESS = re.compile(
    r'"\s+(?P<length>[0-9]+) (?P<time>[0-9.]+) \[(?P<name>[^\]]{0,200})\] \[[^\]]{0,200}\] '
    r"(?P<addresses>[^\s,]++(?:, [^\s,]++)*+) (?P<sizes>[^\s,]++(?:, [^\s,]++)*+) (?P<times>[^\s,]++(?:, [^\s,]++)*+) (?P<statuses>[^\s,]++(?:, [^\s,]++)*+)"
)
NAMED_TIME = re.compile(r"\b(?:rt|request_time|urt|duration|time)[=:]\s?\"?(?P<time>[0-9]+\.[0-9]+)")
LAST_TIME = re.compile(r"\s\"?(?P<time>[0-9]+\.[0-9]{3})\"?(?: \S{1,40}){0,3}\s*\Z")
NGINX_ONLY = {444, 494, 495, 496, 497, 498, 499}


def recognise(line: str) -> Reading | None:
    if found := COMMON.search(line):
        return _common(found)
    if '"' in line and (found := REQUEST.search(line)):
        rest = found["rest"]
        kind = "line of an app server" if re.match(r"\s[A-Z][a-z]+", rest) else "end of an access line"
        number = status(found["status"])
        vendor = "nginx" if number in NGINX_ONLY else ""
        return Reading(kind, found[0].strip(), number, vendor=vendor, parts=_parts(found), confidence=LIKELY)
    return None


def _common(found: re.Match) -> Reading:
    number, rest = status(found["status"]), found["rest"]
    parts = [Part(found["time"], "time"), *_parts(found)]
    if client := CLIENT.search(found.string[: found.start()]):
        parts.insert(0, Part(client[1], "client", "who asked"))
    if more := TRAEFIK.search(rest):
        parts += [Part(more["router"], "router"), Part(more["server"], "server", "who was asked")]
        parts.append(Part(f"{more['ms']}ms", "duration"))
        speaker = "Traefik itself: no server was asked" if more["server"] in ("", "-") else ""
        return Reading(
            "Traefik access line", found.string.strip(), number, vendor="traefik", speaker=speaker, parts=tuple(parts)
        )
    if more := INGRESS.search(rest):
        return _ingress(found, more, number, parts)
    kind, vendor = "access line (nginx or Apache)", ""
    time = NAMED_TIME.search(rest) or LAST_TIME.search(rest)
    if number in NGINX_ONLY or (time and "." in time["time"]):
        kind, vendor = "nginx access line", "nginx"
    if time:
        parts.append(Part(time["time"], "duration", "seconds"))
    speaker = ""
    if number == 499:
        speaker = f"the client went away {after(time['time'])}".strip() if time else "the client went away"
    return Reading(
        kind, found.string.strip(), number, vendor=vendor, speaker=speaker, parts=tuple(parts), confidence=CERTAIN
    )


def _ingress(found: re.Match, more: re.Match, number: int | None, parts: list[Part]) -> Reading:
    """The fields that the Kubernetes ingress (nginx) writes after the combined ones; retries have a value each."""
    statuses = [each.strip() for each in more["statuses"].split(",")]
    parts.append(Part(more["time"], "duration", "seconds"))
    parts.append(Part(more["name"], "upstream", "namespace, service and port"))
    parts.append(Part(more["statuses"], "upstream status", "what the pod answered, once for each try"))
    if number == 499:
        speaker = f"the client went away {after(more['time'])}".strip()
    elif statuses[-1] == f"{number}":
        speaker = "the pod answered so, and the ingress passed it on"
    else:
        speaker = "the ingress answered so itself"
    return Reading(
        "Kubernetes ingress (nginx) line",
        found.string.strip(),
        number,
        vendor="nginx",
        speaker=speaker,
        parts=tuple(parts),
    )


def _parts(found: re.Match) -> tuple[Part, ...]:
    parts = [Part(found["request"], "request"), Part(found["status"], "status")]
    if size := re.match(r"\s?([0-9]+|-)(?=\s|\Z)", found["rest"]):
        parts.append(Part(size[1], "size", "bytes of the answer"))
    return tuple(parts)
