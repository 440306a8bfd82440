"""What MDN's HTTP Observatory asks of an answer over HTTPS, and its points (scoring of 2024, algorithm 4 and 5).

Its own scanner is a program of 190 npm packages, so its rules are said again here, for what this site sends.
"""

import re
from collections.abc import Mapping
from http.cookies import SimpleCookie

A_PLUS = 100


def points(headers: Mapping[str, str], cookies: list[str] | None = None) -> dict[str, int]:
    """The points for each rule; 100 and their sum make the grade, which is A+ from 100 on."""
    fields = {name.lower(): value for name, value in headers.items()}
    return {
        "content-security-policy": policy(fields.get("content-security-policy", "")),
        "cookies": sum(cookie(field) for field in cookies or []),
        "cors": -50 if fields.get("access-control-allow-credentials") == "true" else 0,
        "referrer-policy": 5 if fields.get("referrer-policy") in PRIVATE_REFERRERS else -5,
        "strict-transport-security": transport(fields.get("strict-transport-security", "")),
        "x-content-type-options": 0 if fields.get("x-content-type-options") == "nosniff" else -5,
        "x-frame-options": frames(fields),
        "cross-origin-resource-policy": {"same-origin": 10, "same-site": 10}.get(
            fields.get("cross-origin-resource-policy", ""), 0
        ),
    }


PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


def policy(text: str) -> int:
    if not text:
        return -25
    parts = [part.split() for part in text.split(";") if part.strip()]
    directives = {name: sources for name, *sources in parts}
    assert len(parts) == len(directives), "a directive stands twice"
    fallback = directives.get("default-src", ["*"])
    for name in ("script-src", "object-src", "style-src"):
        for source in directives.get(name, fallback):
            if source.startswith("'unsafe") or source in ("*", "data:", "https:", "http:"):
                return -20 if name != "style-src" else 0
    if any(source.startswith("http:") for sources in directives.values() for source in sources):
        return -20
    is_closed = fallback == ["'none'"] and directives.get("form-action") in (["'self'"], ["'none'"])
    return 10 if is_closed and directives.get("base-uri") else 5


def cookie(field: str) -> int:
    morsels = list(SimpleCookie(field).values())
    assert len(morsels) == 1
    found = morsels[0]
    if not found["secure"]:
        return -20
    if not found["httponly"]:
        return -30
    return 5 if found["samesite"] in ("Lax", "Strict") else -20


def transport(text: str) -> int:
    age = re.search(r"max-age=([0-9]+)", text)
    return 0 if age and int(age[1]) >= 15_768_000 else -20


def frames(fields: dict[str, str]) -> int:
    if "frame-ancestors 'none'" in fields.get("content-security-policy", ""):
        return 5
    return 5 if fields.get("x-frame-options") in ("DENY", "SAMEORIGIN") else -20
