"""Raw HTTP messages: `curl -i`, `curl -v`, `wget -S`, HTTPie, and responses copied from anywhere."""

import re

from .reading import CERTAIN, LIKELY, Part, Reading, status

# The start of a response, after curl's "< " or a log's indentation.
STATUS_LINE = re.compile(
    r"^(?:[<*|>]\s{0,3})?\s{0,12}(?P<line>HTTP/(?P<version>[0-9](?:\.[0-9])?) (?P<status>[0-9]{3})(?P<reason>(?: [^\r\n\"]{0,100})?))$",
    re.M,
)
INLINE = re.compile(
    r"\bHTTP/(?P<version>[0-9](?:\.[0-9])?)[\"']?[,:]? {1,2}(?P<status>[1-9][0-9]{2})\b(?P<reason>(?: [A-Z][A-Za-z' -]{0,60})?)"
)
FIELD = re.compile(r"^(?:<\s?)?\s{0,12}(?P<name>[A-Za-z][A-Za-z0-9-]{1,60}): ?(?P<value>[^\r\n]{0,2000})$", re.M)
CURL_ERROR = re.compile(r"curl: \((?P<code>[0-9]{1,3})\) (?P<message>[^\n]*+)")
RETURNED = re.compile(r"The requested URL returned error: (?P<status>[1-9][0-9]{2})")
SPEAKERS = (
    (re.compile(r"^cloudflare\b", re.I), "cloudflare", "Cloudflare's edge"),
    (re.compile(r"^awselb", re.I), "aws-alb", "the AWS load balancer itself"),
    (re.compile(r"^cloudfront", re.I), "cloudfront", "CloudFront"),
    (re.compile(r"^akamaighost|^akamai", re.I), "akamai", "Akamai's edge"),
    (re.compile(r"^envoy|^istio-envoy", re.I), "envoy", "Envoy"),
    (re.compile(r"^microsoft-iis", re.I), "iis", "IIS"),
    (re.compile(r"^microsoft-httpapi", re.I), "iis", "HTTP.sys, before IIS"),
    (
        re.compile(r"^microsoft-azure-application-gateway", re.I),
        "azure-application-gateway",
        "Azure Application Gateway",
    ),
    (re.compile(r"^squid", re.I), "squid", "Squid"),
    (re.compile(r"^varnish", re.I), "varnish", "Varnish"),
    (re.compile(r"^nginx|^openresty", re.I), "nginx", "nginx"),
    (re.compile(r"^apache", re.I), "apache", "Apache httpd"),
    (re.compile(r"^caddy", re.I), "caddy", "Caddy"),
    (re.compile(r"^vercel", re.I), "vercel", "Vercel's edge"),
    (re.compile(r"^heroku|^cowboy", re.I), "heroku", "Heroku's router"),
    (re.compile(r"^google frontend|^gws|^gfe", re.I), "google-cloud-lb", "Google's front end"),
)
TELLING = {
    "server",
    "via",
    "cf-ray",
    "x-cache",
    "x-served-by",
    "retry-after",
    "location",
    "www-authenticate",
    "allow",
    "content-type",
    "x-amz-cf-id",
    "x-powered-by",
    "cf-mitigated",
    "proxy-status",
    "x-envoy-response-flags",
    "x-vercel-error",
    "proxy-authenticate",
    "x-amzn-errortype",
    "age",
    "cf-cache-status",
    "content-range",
    "upgrade",
    "x-ratelimit-remaining",
    "x-azure-ref",
}


def recognise(text: str) -> Reading | None:
    lines = list(STATUS_LINE.finditer(text))
    error = CURL_ERROR.search(text)
    if lines:
        return _response(text, lines, error)
    if error:
        said = RETURNED.search(text)
        parts = (Part(f"curl: ({error['code']})", "curl's exit status"), Part(error["message"], "message"))
        return Reading(
            "error of curl",
            error[0],
            status(said["status"]) if said else None,
            vendor="curl",
            speaker="" if said else "curl: there was no response",
            message=f"curl ({error['code']}) {error['message']}",
            parts=parts,
        )
    if (found := INLINE.search(text)) and 100 <= int(found["status"]) <= 999:
        parts = (Part(found["status"], "status"),)
        return Reading("status line in a text", found[0], status(found["status"]), parts=parts, confidence=LIKELY)
    return None


def _response(text: str, lines: list[re.Match], error: re.Match | None) -> Reading:
    # The last final response is the answer; before it stand 100 Continue, a proxy's 200 to CONNECT, and redirects.
    final = [line for line in lines if not line["status"].startswith("1")] or lines
    found = final[-1]
    if found["status"] == "200" and "onnection established" in found["reason"] and len(final) > 1:
        found = final[0]
    head = text[found.end() :]
    head = re.split(r"\n[<>]?\s*\n", head, maxsplit=1)[0]
    parts, vendor, speaker = [Part(found["line"].strip(), "status line")], "", ""
    for field in FIELD.finditer(head[:6000]):
        name, value = field["name"].lower(), field["value"].strip()
        if name in TELLING:
            parts.append(Part(f"{field['name']}: {value}", "header field"))
        if name == "server" and not speaker:
            for pattern, slug, who in SPEAKERS:
                if pattern.search(value):
                    vendor, speaker = slug, who
    for line in lines:
        if line is not found:
            parts.append(Part(line["line"].strip(), "earlier status line"))
    body = text[found.end() + len(head) :].strip()
    message = f"{found['reason']} {body[:600]}".strip()
    if error:
        parts.append(Part(error[0], "error of curl"))
    kind = "output of curl" if re.search(r"^[<*] ", text, re.M) else "raw response"
    return Reading(
        kind,
        found["line"].strip(),
        status(found["status"]),
        vendor=vendor,
        speaker=speaker,
        message=message,
        parts=tuple(parts),
        confidence=CERTAIN,
    )
