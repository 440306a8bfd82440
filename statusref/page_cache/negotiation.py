"""What a client accepts, and what it already has (RFC 9110 §12.5.3, §13.1.2)."""

import re
from functools import lru_cache

# Best first: what is smallest.
ENCODINGS = ("br", "gzip", "identity")
LONGEST = 200  # characters of a field value
_CODING = re.compile(r"\s*([A-Za-z0-9*_.+-]+)\s*(?:;\s*[Qq]=([01](?:\.[0-9]{0,3})?)\s*)?\Z")
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def best_encoding(accepted: str | None) -> str:
    """The encoding to send for the value of an Accept-Encoding field; None is a request without the field.

    A client that refuses every one of ours, identity too, gets identity: that serves it better than a 406. Of a value
    longer than any client sends only the beginning is read.
    """
    return "identity" if accepted is None else _best(accepted[:LONGEST])


# The limit keeps strangers from filling the memory with values of their own.
@lru_cache(maxsize=512)
def _best(accepted: str) -> str:
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        if found := _CODING.match(part):
            weights[found[1].lower()] = float(found[2] or 1)
    if "x-gzip" in weights:
        weights.setdefault("gzip", weights["x-gzip"])
    rest = weights.get("*", 0)
    offered = [(weights.get(name, rest if name != "identity" else 0), name) for name in ENCODINGS]
    best = max(weight for weight, _ in offered)
    return next(name for weight, name in offered if weight == best) if best > 0 else "identity"


def has(if_none_match: str, tag: str) -> bool:
    """Whether the value of If-None-Match lists `tag` (weak comparison) or is `*`."""
    if if_none_match == tag:
        return True
    return if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match[:4000])
