"""Who sent a request, as far as it may be known, and never stored in the clear."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac


def address_of(request: HttpRequest) -> str:
    """The client's address. X-Forwarded-For counts only as far as TRUSTED_PROXIES reaches (RFC 7239 §8.1)."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
        return hops[-settings.TRUSTED_PROXIES]
    return request.META.get("REMOTE_ADDR", "")


def sender_of(request: HttpRequest) -> str:
    """A hash of the client's address with a salt that changes every day: it tells senders apart, and no more."""
    return salted_hmac(f"sender {timezone.now():%Y-%m-%d}", address_of(request), algorithm="sha256").hexdigest()[:32]
