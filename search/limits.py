"""How much may be asked: how long a query may be, and how many a visitor may send."""

import threading
import time
from collections import OrderedDict

from django.http import HttpRequest

from codes.senders import sender_of

MOST_BYTES = 8_192
# A visitor may send BURST searches at once and RATE a second for ever: more than anybody types, less than hurts.
BURST, RATE = 2_000, 40.0
MOST_VISITORS = 10_000

_left: OrderedDict[str, tuple[float, float]] = OrderedDict()
_lock = threading.Lock()


class Refused(Exception):
    """A query that cannot be read; the message says what would be right."""


def query_of(request: HttpRequest) -> str:
    """The query of a GET or POST, as it was sent. Raises Refused where it is too long or no text."""
    too_long = Refused(f"A search may have {MOST_BYTES:,} bytes (8 kB). Send the lines around the error alone.")
    if request.method == "POST":
        # A form may need three bytes for each.
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > 4 * MOST_BYTES:
            raise too_long
        is_form = request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data")
        query = request.POST.get("q", "") if is_form else request.body.decode(errors="replace")
    else:
        query = request.GET.get("q", "")
    if len(query.encode(errors="replace")) > MOST_BYTES:
        raise too_long
    if "\0" in query:
        raise Refused("A search is text: take the NUL characters out.")
    return query


def is_too_often(request: HttpRequest) -> bool:
    """Count a search of this visitor; True where there were too many in this process. Nothing of it is stored."""
    now, sender = time.monotonic(), sender_of(request)
    with _lock:
        left, then = _left.pop(sender, (float(BURST), now))
        left = min(BURST, left + (now - then) * RATE)
        _left[sender] = max(left - 1, 0.0), now
        while len(_left) > MOST_VISITORS:
            _left.popitem(last=False)
    return left < 1
