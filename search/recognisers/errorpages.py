"""Pages that a CDN, a proxy or a browser shows in place of the site, copied as text or as HTML."""

import re

from .reading import CERTAIN, LIKELY, Part, Reading, status

RAY = re.compile(r"\b(?:Cloudflare )?Ray ID:? ?(?P<ray>[0-9a-f•-]{6,20})", re.I)
CLOUDFLARE_CODE = re.compile(r"\bError(?: code)?:?\s{1,3}(?P<code>[0-9]{3,4})\b", re.I)
CLOUDFLARE_PLAIN = re.compile(r"\A\s*error code: (?P<code>[0-9]{3,4})\s*\Z", re.I)
TITLE = re.compile(
    r"<(?:title|h1|h2)[^>]{0,200}>\s{0,5}(?:Error )?(?P<status>[1-5][0-9]{2})\b(?P<reason>[^<]{0,80})", re.I
)
NGINX = re.compile(
    r"<center>\s{0,3}(?P<name>nginx|openresty|tengine|cloudflare|awselb/2\.0|Microsoft-Azure-Application-Gateway/v2)\b[^<]{0,30}</center>",
    re.I,
)
VENDORS = {
    "nginx": "nginx",
    "openresty": "nginx",
    "tengine": "nginx",
    "cloudflare": "cloudflare",
    "awselb/2.0": "aws-alb",
}
APACHE = re.compile(
    r"<address>Apache|Apache/[0-9.]+ \([A-Za-z]+\) Server at|The requested URL .{0,300}? was not found on this server\."
)
CLOUDFRONT = re.compile(r"(?P<status>[1-5][0-9]{2}) ERROR\s{1,10}The request could not be satisfied", re.I)
BROWSER = re.compile(r"\bHTTP ERROR (?P<status>[1-9][0-9]{2})\b")
FIRST = re.compile(
    r"\A\W{0,5}(?:Error:? |HTTP )?(?P<status>[1-5][0-9]{2})\b[ :.!|–—-]{1,5}(?P<reason>[A-Z][A-Za-z' -]{2,60})"
)


def recognise(text: str) -> Reading | None:
    ray = RAY.search(text)
    if found := CLOUDFLARE_PLAIN.match(text):
        return _cloudflare(found, None)
    if (ray or "cloudflare" in text[:4000].lower()) and (found := CLOUDFLARE_CODE.search(text)):
        return _cloudflare(found, ray)
    if found := CLOUDFRONT.search(text):
        parts = (Part(found["status"], "status"), Part("The request could not be satisfied", "message"))
        return Reading(
            "error page of CloudFront",
            found[0],
            status(found["status"]),
            vendor="cloudfront",
            speaker="CloudFront",
            parts=parts,
        )
    if found := BROWSER.search(text):
        parts = (Part(found["status"], "status"),)
        message = text[:300]
        return Reading("page that Chrome shows", found[0], status(found["status"]), message=message, parts=parts)
    if found := TITLE.search(text):
        return _html(text, found)
    if APACHE.search(text) and (found := FIRST.search(text)):
        parts = (Part(found["status"], "status"),)
        return Reading(
            "error page", found[0].strip(), status(found["status"]), vendor="apache", parts=parts, confidence=LIKELY
        )
    return None


def _cloudflare(found: re.Match, ray: re.Match | None) -> Reading:
    code = found["code"]
    parts = [Part(found[0].strip(), "error code")]
    if ray:
        parts.append(Part(ray[0], "Ray ID", "names the request in Cloudflare's logs"))
    return Reading(
        "error page of Cloudflare",
        found[0].strip(),
        status(code),
        code if len(code) == 4 else "",
        vendor="cloudflare",
        speaker="Cloudflare's edge",
        parts=tuple(parts),
        confidence=CERTAIN,
    )


def _html(text: str, found: re.Match) -> Reading:
    parts = [Part(re.sub(r"<[^>]*>", "", found[0]).strip() or found["status"], "title")]
    kind, vendor, speaker = "HTML of an error page", "", ""
    if who := NGINX.search(text):
        vendor = VENDORS.get(who["name"].lower(), "azure-application-gateway")
        speaker = who["name"]
        parts.append(Part(who["name"], "signature", "who wrote the page"))
    elif APACHE.search(text):
        vendor, speaker = "apache", "Apache httpd"
    return Reading(
        kind,
        found[0].strip(),
        status(found["status"]),
        vendor=vendor,
        speaker=speaker,
        message=re.sub(r"<[^>]{0,500}>", " ", text[:3000]),
        parts=tuple(parts),
        confidence=CERTAIN,
    )
