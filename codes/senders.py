"""Who sent a request, as far as it may be known, and never stored in the clear."""

from ipaddress import ip_address, ip_network

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
    """A hash of the client's network with a salt that changes every day: it tells senders apart, and no more."""
    network = _network_of(address_of(request))
    return salted_hmac(f"sender {timezone.now():%Y-%m-%d}", network, algorithm="sha256").hexdigest()[:32]


def _network_of(address: str) -> str:
    """One sender's: with IPv6 each has at least 2^64 addresses (RFC 6177), and would be as many senders."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False))
