"""Redis or Valkey, where CACHE_URL names one: shared limits, and copies of sessions. Nothing waits for it."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Lost
from redis.retry import Retry

from codes.away import Away, Guard

# Seconds. A connection that was closed while nobody used it is made anew, once.
OPTIONS = {
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "retry": Retry(NoBackoff(), 1, supported_errors=(Lost,)),
}
# Seconds for which a session that ended while Redis was away is believed in, at most.
LONGEST = 60

Answer = TypeVar("Answer")
guard = Guard(
    "Redis",
    (RedisError, OSError),
    "Meanwhile sessions come from the database, and each machine counts limits for itself.",
)


class SessionCache(RedisCache):
    """Django's, for what the database holds too: while Redis is away it is empty and keeps nothing."""

    def __init__(self, server: str, params: dict):
        # Django's own serializer would run whatever code somebody writes into Redis.
        options = {**OPTIONS, "serializer": "django.core.signing.JSONSerializer"}
        super().__init__(server, {**params, "OPTIONS": options})

    def get(self, key, default=None, version=None):
        return _ask(lambda: RedisCache.get(self, key, default, version), default)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        shortest = min(self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout, LONGEST)
        _ask(lambda: RedisCache.set(self, key, value, shortest, version), None)

    def delete(self, key, version=None):
        return _ask(lambda: RedisCache.delete(self, key, version), False)

    def has_key(self, key, version=None):
        return _ask(lambda: RedisCache.has_key(self, key, version), False)


def _ask(question: Callable[[], Answer], otherwise: Answer) -> Answer:
    try:
        return guard.ask(question)
    except Away:
        return otherwise
