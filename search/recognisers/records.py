"""Records of named values: JSON lines (Caddy, Traefik, Envoy, gateways, apps), logfmt, Python's and JavaScript's own forms.

They are read by pattern and not by a parser: what people paste is often cut off, or has text around it.
"""

import re

from .proxies import FLAGS
from .reading import CERTAIN, LIKELY, Part, Reading, after, status

# A name, then : or =, then a value. Quotes may be escaped, as in JSON inside JSON.
PAIR = re.compile(
    r"(?<![A-Za-z0-9_.])\\?[\"']?(?P<name>[A-Za-z_][A-Za-z0-9_.-]{1,50})\\?[\"']?\s{0,3}(?:=>|[:=])\s{0,3}"
    r"(?P<value>\\?\"(?:[^\"\\\n]|\\[^\"])*+|'[^'\n]*+|-?[0-9][0-9.a-zA-Z]*+|[A-Z][A-Za-z,]*+)"
)
# The first name of this list that stands there with a status is the one that the client saw.
STATUS_NAMES = (
    "downstreamstatus elbstatuscode elb_status_code edgeresponsestatus response_code responsecode responsestatuscode "
    "response_status_code http_status_code httpstatuscode http.response.status_code http.status_code http.status "
    "statuscode status_code http_status httpstatus http_code httpcode responsestatus response_status status sc-status sc_status "
    "resp_status rescode errorcode error_code code cs_status upstream_status originstatus origin_status originresponsestatus "
    "target_status_code backend_status upstream_response_code backendstatuscode"
).split()
ORDER = {name: place for place, name in enumerate(STATUS_NAMES)}
BEHIND = ORDER["upstream_status"]
DURATIONS = {
    "duration": 1,
    "request_time": 1,
    "response_time": 1,
    "elapsed": 1,
    "latency": 1,
    "upstream_response_time": 1,
}
SAID = (
    "error",
    "err",
    "msg",
    "message",
    "detail",
    "title",
    "reason",
    "description",
    "error_description",
    "error_message",
    "response_code_details",
    "statusdetails",
    "statustext",
    "errormessage",
    "exception",
    "cause",
)


def recognise(text: str) -> Reading | None:
    best: tuple[int, str, str] | None = None
    values: dict[str, str] = {}
    for found in PAIR.finditer(text):
        name, value = found["name"], found["value"].strip("\\\"' ")
        key = name.lower()
        values.setdefault(key, value)
        short = key if key in ORDER else key.rsplit(".", 1)[-1]
        place = ORDER.get(short)
        if place is None:
            continue
        number = _status_in(value)
        if number is not None and (best is None or place < best[0]):
            best = place, name, number
    if best is None:
        return None
    place, name, number = best
    if place >= ORDER["errorcode"] and not _speaks_of_http(text):
        return None
    return _reading(text, values, place, name, number)


def _status_in(value: str) -> str | None:
    """ "404", "404 Not Found" and "404.0" are a status; "4040", "404ms" and "1.404" are none."""
    found = re.match(r"([1-9][0-9]{2}|0|000)(?:\.0+)?(?=\s|\Z|,|;)", value)
    return found[1] if found and not re.match(r"[0-9.]+\s?(?:ms|s|kb|b|bytes)\b", value, re.I) else None


def _speaks_of_http(text: str) -> bool:
    return bool(
        re.search(r"http|request|response|error|unauthor|forbidden|denied|not found|invalid", text[:2000], re.I)
    )


def _reading(text: str, values: dict[str, str], place: int, name: str, number: str) -> Reading:
    kind, vendor, speaker = "record with a status", "", ""
    parts = [Part(f"{name}: {number}", "status")]
    logger = values.get("logger", "")
    message = " ".join(values[key] for key in SAID if values.get(key))[:400]
    if "downstreamstatus" in values or "originstatus" in values:
        kind, vendor = "Traefik access record", "traefik"
        origin = values.get("originstatus", "")
        parts.append(Part(origin or "none", "status of the server behind"))
        speaker = "the server behind answered so" if origin == number else "Traefik itself"
    elif "response_flags" in values or "response_code_details" in values:
        kind, vendor = "Envoy access record", "envoy"
        flags = values.get("response_flags", "")
        why = "; ".join(FLAGS[flag] for flag in flags.split(",") if flag in FLAGS)
        speaker = f"Envoy: {why}" if why else ""
        message = f"{flags} {message}".strip()
        parts.append(Part(flags or "-", "response flags", why))
    elif logger.startswith(("http.log", "http.handlers")):
        kind, vendor = "Caddy record", "caddy"
        speaker = "Caddy" if logger.startswith("http.log.error") else ""
    elif "httprequest" in values or "statusdetails" in values:
        kind, vendor = "Google Cloud load balancer record", "google-cloud-lb"
    elif "edgeresponsestatus" in values or "originresponsestatus" in values:
        kind, vendor = "Cloudflare record", "cloudflare"
    elif "problem+json" in text or ("title" in values and "type" in values and "detail" in values):
        kind = "problem details (RFC 9457)"
    for key, value in values.items():
        if key in DURATIONS and re.fullmatch(r"[0-9.]+", value):
            parts.append(Part(f"{key}: {value}", "duration"))
            if number == "499":
                speaker = f"the client went away {after(value)}".strip()
        elif ORDER.get(key, -1) >= BEHIND and key != name.lower():
            parts.append(Part(f"{key}: {value}", "status of the server behind"))
    if message:
        parts.append(Part(message, "message"))
    return Reading(
        kind,
        text.strip()[:2000],
        status(number) if number != "0" else 0,
        vendor=vendor,
        speaker=speaker,
        message=message,
        parts=tuple(parts),
        confidence=CERTAIN if vendor or place <= ORDER["http_status"] else LIKELY,
    )
