"""HAProxy, the Heroku router, and Envoy: formats of their own, with a flag or code that says who ended the request."""

import re

from .reading import CERTAIN, LIKELY, Part, Reading, status

HAPROXY = re.compile(
    r"(?:(?P<frontend>\S{1,80}) (?P<server>\S{1,80}/\S{1,80}) )?"
    r"(?P<timers>[-+0-9]{1,9}/[-+0-9]{1,9}/[-+0-9]{1,9}(?:/[-+0-9]{1,9}){1,2}) (?P<status>-1|[0-9]{3}) (?P<bytes>\+?[0-9]{1,15}) "
    r"(?P<cookies>\S{1,60} \S{1,60}) (?P<flags>[A-Za-z-]{4}) (?P<counts>[0-9]+/[0-9]+/[0-9]+/[0-9]+/\+?[0-9]+)"
)
ENDED = {
    "C": "the client closed or reset the connection",
    "S": "the server closed, reset or refused the connection",
    "P": "HAProxy ended it: a limit, a rule, or an answer that is not valid",
    "L": "HAProxy answered itself",
    "R": "HAProxy ran out of a resource",
    "I": "an internal error of HAProxy",
    "D": "the server was marked down meanwhile",
    "U": "the server came back meanwhile",
    "K": "an administrator ended it",
    "c": "the client was waited for too long",
    "s": "the server was waited for too long",
    "-": "it ended as it should",
}
STATE = {
    "R": "while the request was read",
    "Q": "while it waited in the queue",
    "C": "while the connection to the server was made",
    "H": "while the headers of the answer were awaited",
    "D": "while the content was sent",
    "L": "while the last bytes went to the client",
    "T": "in the tarpit",
    "-": "",
}
HEROKU_CODE = re.compile(r"\bcode=(?P<code>[A-Z][0-9]{2})\b")
HEROKU = re.compile(r"\bat=(?:error|info|warning|warn)\b")
HEROKU_FIELD = re.compile(
    r"\b(at|code|desc|method|path|status|service|connect|dyno|protocol|sock)=(\"[^\"]{0,300}\"|\S{0,300})"
)
ENVOY = re.compile(
    r"(?P<request>\"[A-Z-]{1,18} \S{1,2000} (?:HTTP/[0-9.]{1,3}|-)\"|\"- - -\") (?P<status>[0-9]{1,3}) (?P<flags>[A-Z]{2,6}(?:,[A-Z]{2,6}){0,5}|-) (?P<rest>[^\n]*+)"
)
FLAGS = {
    "UH": "no healthy host in the upstream cluster",
    "UF": "the connection to the upstream failed",
    "UO": "the circuit breaker overflowed",
    "NR": "no route matched",
    "URX": "the retries or connection attempts were used up",
    "NC": "the upstream cluster was not found",
    "DT": "the request took longer than the maximum duration",
    "DC": "the client closed the connection",
    "LH": "the local service failed its health check",
    "UT": "the upstream did not answer in time",
    "LR": "Envoy reset the connection",
    "UR": "the upstream reset the stream",
    "UC": "the upstream closed the connection",
    "DI": "a fault filter delayed the request",
    "FI": "a fault filter ended the request",
    "RL": "a rate limit was reached",
    "UAEX": "external authorization said no",
    "RLSE": "the rate limit service failed",
    "IH": "a strictly checked header is not valid",
    "SI": "the stream was idle too long",
    "DPE": "the request breaks HTTP",
    "UPE": "the upstream's answer breaks HTTP",
    "UMSDR": "the upstream's maximum stream duration was reached",
    "OM": "the overload manager ended it",
    "DF": "the upstream's name could not be resolved",
    "DO": "the request was dropped for overload",
    "NFCF": "no filter configuration was found",
}


def haproxy(line: str) -> Reading | None:
    found = HAPROXY.search(line)
    if not found:
        return None
    flags = found["flags"]
    why = " ".join(filter(None, [ENDED.get(flags[0], ""), STATE.get(flags[1], "")]))
    if found["server"] and found["server"].endswith("<NOSRV>"):
        why = f"{why}; no server was asked"
    parts = [
        Part(found["timers"], "timers", "milliseconds: request, queue, connect, response, all; -1 means never reached"),
        Part(found["status"], "status"),
        Part(found["bytes"], "size", "bytes"),
        Part(flags, "termination flags", why),
    ]
    if found["server"]:
        parts.insert(0, Part(found["server"], "backend and server"))
    number = status(found["status"])
    return Reading(
        "HAProxy log line",
        found[0].strip(),
        0 if found["status"] == "-1" else number,
        "-1" if found["status"] == "-1" else "",
        vendor="haproxy",
        speaker=why,
        message=flags,
        parts=tuple(parts),
    )


def heroku(line: str) -> Reading | None:
    code = HEROKU_CODE.search(line)
    if not HEROKU.search(line) and not (code and "desc=" in line):
        return None
    fields = dict(HEROKU_FIELD.findall(line))
    number = status(fields.get("status", ""))
    if not code and number is None:
        return None
    names = {"code": "error code", "desc": "description", "service": "duration"}
    parts = tuple(
        Part(value.strip('"'), names.get(name, name)) for name, value in fields.items() if value not in ("", '""')
    )
    label = code["code"] if code else ""
    speaker = "Heroku's router" if label else "the dyno answered so"
    return Reading(
        "line of the Heroku router",
        line.strip(),
        number,
        label,
        vendor="heroku",
        speaker=speaker,
        message=fields.get("desc", "").strip('"') if label else "",
        parts=parts,
        confidence=CERTAIN if code or "dyno" in fields else LIKELY,
    )


def envoy(line: str) -> Reading | None:
    found = ENVOY.search(line)
    if not found:
        return None
    flags = found["flags"]
    why = "; ".join(FLAGS[flag] for flag in flags.split(",") if flag in FLAGS)
    if flags == "-" and not re.match(r"(?:[a-z_]+\S* )?\S+ \"", found["rest"]):
        return None  # "GET / HTTP/1.1" 200 - is the common log format without a size
    details = re.match(r"([a-z_]{6,80})", found["rest"])
    parts = [Part(found["request"], "request"), Part(found["status"], "status")]
    if flags != "-":
        parts.append(Part(flags, "response flags", why))
    if details:
        parts.append(Part(details[1], "details"))
    number = status(found["status"])
    if found["status"] == "0":
        number = 0
    speaker = f"Envoy: {why}" if why else "the upstream answered so" if details and "via_upstream" in details[1] else ""
    message = f"{flags if flags != '-' else ''} {details[1] if details else ''}".strip()
    return Reading(
        "Envoy access line", found[0], number, vendor="envoy", speaker=speaker, message=message, parts=tuple(parts)
    )
