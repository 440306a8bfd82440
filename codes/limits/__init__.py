"""How often somebody may do what costs. Every limit of the site is a `Limit`, counted for all processes together.

Without CACHE_URL they are counted in a small file, which the processes of one machine share; with it in Redis, which
all hosts share. Where Redis is away each machine counts for itself, and where nothing can be counted nobody is
refused: a limit protects the site, and must not be what stops it.
"""

import functools
import math
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from codes.away import Away
from codes.limits.file import FileStore

PREFIX = "statusref:limit:"


class Taken(NamedTuple):
    """Whether it may be done; how many of the limit are used, this one included; and how many seconds to wait."""

    is_allowed: bool
    used: int
    wait: int


@dataclass(frozen=True)
class Limit:
    """`most` at once, and from then on one for each `seconds / most` that pass: after `seconds` of rest all are back.

    The generic cell rate algorithm (ITU-T I.371): for each sender one number is kept, the moment at which all that
    was used is back, and it is kept until then.
    """

    name: str
    most: int
    seconds: float

    def take(self, who: str) -> Taken:
        """Count one more of `who`, a hash, and say whether it may be done. What is refused is not counted."""
        each = self.seconds / self.most
        for store in stores():
            try:
                used = store.take(f"{PREFIX}{self.name}:{who}", each, self.most)
            except Away:
                continue
            return Taken(used <= self.most, math.ceil(used), max(0, math.ceil((used - self.most) * each)))
        return Taken(True, 1, 0)


@functools.cache
def stores() -> list:
    """Where to count, the best first."""
    found = [file_store()]
    if settings.CACHE_URL:
        from codes.limits.redis import RedisStore

        found.insert(0, RedisStore(settings.CACHE_URL))
    return found


@functools.cache
def file_store() -> FileStore:
    return FileStore(settings.VAR_DIR / "limits.sqlite3")


def take_all(*wanted: tuple[Limit, str]) -> Taken:
    """Take from one limit after the other until one refuses; its refusal, or the last permission."""
    for limit, who in wanted:
        taken = limit.take(who)
        if not taken.is_allowed:
            break
    return taken


def too_often(request: HttpRequest, taken: Taken) -> HttpResponse:
    """The page for whoever is over a limit; it says when to try again (RFC 6585 §4)."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(taken.wait)
    return response
