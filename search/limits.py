"""How much may be asked: how long a query may be, and how many a visitor may send."""

from django.http import HttpRequest

from codes.limits import Limit

MOST_BYTES = 8_192
# So many at once, and 40 a second for ever: more than anybody types, less than hurts.
SEARCHES = Limit("search", most=2_000, seconds=50)


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
