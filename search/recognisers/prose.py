"""A status inside words: "my api returns 502", "HTTP 404", "error 403 forbidden". Of several numbers the likeliest."""

import re
from itertools import islice

from .reading import LIKELY, POSSIBLE, Part, Reading

MOST = 60
PLURAL = re.compile(
    r" (?!errors|responses|redirects|codes|status|pages|across|always|is|was|has|does|vs|https)[a-z]{2,12}s\b"
)
NUMBER = re.compile(r"(?<![\w.#/\\$€£-])(?P<number>0{3}|[1-9][0-9]{2})(?P<sub>\.[0-9]{1,3})?(?![\w%/\\-]|[.,:][0-9])")
# The word before a number, and what it says about the number being a status.
BEFORE = re.compile(
    r"(?P<word>status(?:[ _-]?codes?)?|http|https|codes?|errors?|err|response|returns?|returned|returning|responds?|responded|got|get|"
    r"gets|getting|gives?|giving|throws?|throwing|sends?|sending|sent|receives?|receiving|received|answers?|answered|an?|the|with|of|"
    r"cache|retry|see|seeing|shows?|is|fails?|failed|exception|random|intermittent|occasional|many|constant|http/[0-9.]{1,3})"
    r"[ :=#('\"`\[]{1,4}\Z",
    re.I,
)
STRONG = {"status", "http", "https", "code", "codes", "error", "errors", "err", "response"}
NOT_STATUS = re.compile(
    r"(?:\bport|\bpid|\bline|\blines|\bcolumn|\brow|\bversion|\bv|\berrno|\bexit(?:ed)?(?: with)?(?: status| code)?|\bsignal|\bwindows|\bcore|\bissue|\bpage|\bsize|"
    r"\bafter|\bevery|\bover|\bthan|\babout|\bup to|\bat least|\bwithin|\bof size|\btop|\blast|\bfirst|\bid|\bamount|\bcount|\btook|\brfc)[ :=#(]{1,3}\Z",
    re.I,
)
UNIT = re.compile(
    r"\s?(?:ms|msec|millis\w*|s|sec|secs|seconds?|m|min|mins|minutes?|h|hours?|days?|kb|mb|gb|kib|mib|gib|b|bytes?|k|px|items?|rows?|users?|"
    r"requests?|req|rps|qps|times|records?|files?|connections?|workers?|threads?|chars|characters|percent|usd|dollars|lines|people|clients|pods|nodes|urls|pages|links|redirects?)\b"
    r"(?! (?:error|response|status))",
    re.I,
)


def numbers(text: str) -> list[tuple[float, re.Match]]:
    """Every three-digit number that can be a status, with how likely it is one, in the order of the text."""
    found = []
    for match in islice(NUMBER.finditer(text), MOST):
        before, after = text[max(0, match.start() - 30) : match.start()], text[match.end() : match.end() + 40]
        weight = 0.4
        if word := BEFORE.search(before):
            weight = (
                0.9 if word["word"].lower().split("/")[0].split(" ")[0].split("_")[0].split("-")[0] in STRONG else 0.7
            )
        if re.match(r"['\"`)\]]?\s?[:(–-]?\s?(?:errors?|responses?|status(?:es)?|codes?|http)\b", after, re.I):
            weight = max(weight, 0.85)
        elif int(match["number"]) % 50 == 0 and PLURAL.match(after):
            weight = 0.15  # 300 rows, 500 links
        elif re.match(r":\s?[A-Z]", after) and before.endswith("("):
            weight = 0.0  # (104: Connection reset by peer) is an errno
        elif UNIT.match(after) or NOT_STATUS.search(before):
            weight = min(weight, 0.15)
        found.append((weight, match))
    return found


def recognise(text: str) -> Reading | None:
    candidates = numbers(text[:2000])
    likely = [(weight, match) for weight, match in candidates if weight >= 0.3]
    if not likely:
        return None
    weight, match = max(likely, key=lambda each: each[0])
    if weight == 0.4 and len(text) > 120:
        return None
    return Reading(
        "status in a text",
        match[0],
        int(match["number"]),
        f"{match['number']}{match['sub']}" if match["sub"] else "",
        parts=(Part(match[0], "status"),),
        confidence=LIKELY if weight >= 0.7 else POSSIBLE,
    )
