"""Counting short searches that found nothing, so that curators see what is missing, and nobody sees who asked."""

import re

from django.db import DatabaseError, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from codes.senders import sender_of
from search.models import Asked, Unfound

LONGEST = 60
MOST_A_DAY = 5_000
# Something that belongs to one person: an address, a token, a long number. It is never counted.
PRIVATE = re.compile(r"@|://|[0-9]{5}|[0-9A-Za-z_-]{25}|[0-9]{1,3}(?:\.[0-9]{1,3}){3}|(?:[0-9a-f]{1,4}:){3}", re.I)


def count(request: HttpRequest, query: str) -> None:
    """Count a search that found nothing. Its text is kept once two different visitors asked it on one day."""
    if len(query) > LONGEST or "\n" in query or PRIVATE.search(query):
        return
    text = re.sub(r"\s+", " ", query).strip().lower()
    if len(text) < 3:
        return
    today = timezone.now().date()
    hidden = salted_hmac(f"asked {today}", text, algorithm="sha256").hexdigest()[:32]
    try:
        with transaction.atomic():
            _count(text, hidden, sender_of(request), today)
    except DatabaseError:
        pass  # An answer never waits for a count.


def _count(text: str, hidden: str, visitor: str, today) -> None:
    Asked.objects.exclude(day=today).delete()
    known = Unfound.objects.filter(text=text)
    if not known.exists() and Asked.objects.count() >= MOST_A_DAY:
        return
    _, is_new = Asked.objects.get_or_create(day=today, query=hidden, visitor=visitor)
    if not is_new:
        return
    if known.exists():
        known.update(count=F("count") + 1, last_asked=today)
    elif Asked.objects.filter(query=hidden).count() > 1:
        Unfound.objects.create(text=text)
