"""Limits in Redis or Valkey, for all hosts."""

from redis import Redis

from codes.redis import OPTIONS, guard

# What FileStore.take does, at one moment of Redis's own clock.
TAKE = """
local time = redis.call('TIME')
local now, each, most = time[1] + time[2] / 1e6, tonumber(ARGV[1]), tonumber(ARGV[2])
local left = (tonumber(redis.call('GET', KEYS[1]) or 0) - now) / each
if left < 0 or left > most + 0.001 then left = 0 end
local used = string.format('%.6f', 1 + left)
if tonumber(used) <= most then
    local seconds = used * each
    redis.call('SET', KEYS[1], string.format('%.6f', now + seconds), 'PX', math.ceil(seconds * 1000))
end
return used
"""


class RedisStore:
    def __init__(self, url: str):
        self._take = Redis.from_url(url, **OPTIONS).register_script(TAKE)

    def take(self, key: str, each: float, most: int) -> float:
        """As FileStore.take."""
        return float(guard.ask(lambda: self._take([key], [each, most])))
