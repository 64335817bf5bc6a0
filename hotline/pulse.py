"""Signs of life that worker and beat leave in Redis, and that /healthz reads.

A key that expires says more than a process list: it is gone when its process hangs, too.
"""

import functools

import redis
from django.conf import settings

# Worker and beat beat every 2–5 seconds; three missed beats count as dead.
LIFETIME = 15


@functools.cache
def client() -> redis.Redis:
    """Redis for health questions: gives up quickly, as an answer that hangs is no answer."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)


def key(who: str) -> str:
    """Redis key of a process's sign of life."""
    return f"{settings.REDIS_PREFIX}:pulse:{who}"


def beat(who: str) -> None:
    """Leaves the sign of life of `who` for LIFETIME seconds. Raises redis.RedisError."""
    client().set(key(who), 1, ex=LIFETIME)


def alive(*who: str) -> list[bool]:
    """Which of `who` showed life within LIFETIME seconds. Raises redis.RedisError."""
    return [value is not None for value in client().mget([key(name) for name in who])]
