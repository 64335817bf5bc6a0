"""The event stream's inside: who may listen, and what Redis says spread to all who do.

One Redis connection per process, whatever the number of streams. A message is a JSON object
with a `kind` and only ids and counters beside it; the page fetches what it shows through the
normal, permission-checked views. Channels are `<REDIS_PREFIX>:unit:<id>` for everybody in a unit
and `<REDIS_PREFIX>:user:<id>` for one person.
"""

import asyncio
import json
import logging
from collections import defaultdict
from http.cookies import CookieError, SimpleCookie

import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import close_old_connections
from django.http import HttpRequest
from redis.exceptions import RedisError

from hotline import badges

log = logging.getLogger(__name__)

# A listener who cannot keep up loses the oldest: every message only says "look again".
QUEUE_LENGTH = 50


def session_key(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The session cookie of an ASGI request."""
    try:
        cookies = SimpleCookie(b"; ".join(value for name, value in headers if name == b"cookie").decode())
    except (CookieError, UnicodeDecodeError):
        return None
    found = cookies.get(settings.SESSION_COOKIE_NAME)
    return found.value if found else None


def channel(whose: str, key: object) -> str:
    """Name of the Redis channel of a "unit" or a "user"."""
    return f"{settings.REDIS_PREFIX}:{whose}:{key}"


def _channels(key: str) -> list[str]:
    request = HttpRequest()
    request.session = SessionStore(key)
    try:
        user = get_user(request)
        if not user.is_authenticated or not user.is_active:
            return []
        unit = getattr(user, "unit_id", None)
        return [channel("user", user.pk)] + ([channel("unit", unit)] if unit else [])
    finally:
        close_old_connections()


async def channels_of(key: str | None) -> list[str]:
    """The Redis channels that the session's user may hear; none for a stranger."""
    if not key:
        return []
    # One thread for all: a stream holds no thread and no database connection.
    return await sync_to_async(_channels, thread_sensitive=True)(key)


def as_event(raw: bytes) -> bytes | None:
    """A Redis message as a server-sent event; None for what is no message of ours.

    >>> as_event(b'{"kind": "badge", "inbox": 3}')
    b'event: badge\\ndata: {"kind":"badge","inbox":3}\\n\\n'
    """
    try:
        message = json.loads(raw)
        kind = message["kind"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(kind, str) or not kind.replace("-", "").isalnum():
        return None
    return f"event: {kind}\ndata: {json.dumps(message, separators=(',', ':'))}\n\n".encode()


async def greeting(channels: list[str]) -> bytes:
    """The badge counts last told to the channels' unit, so that a page need not wait for a change."""
    units = [name.rsplit(":", 1)[-1] for name in channels if name.startswith(channel("unit", ""))]
    try:
        async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as client:
            told = [await client.hget(badges.key(), unit) for unit in units]
    except (RedisError, OSError):
        return b""
    messages = [{"kind": "badge", **json.loads(text)} for text in told if text]
    return b"".join(filter(None, (as_event(json.dumps(message).encode()) for message in messages)))


class Hub:
    """Spreads what arrives on Redis channels to the queues of this process's listeners."""

    def __init__(self) -> None:
        self.queues: dict[str, set[asyncio.Queue[bytes]]] = defaultdict(set)
        self.reader: asyncio.Task[None] | None = None

    def join(self, channels: list[str]) -> asyncio.Queue[bytes]:
        """A queue that fills with the events of `channels`. Needs a running event loop."""
        if self.reader is None or self.reader.done():
            self.reader = asyncio.get_running_loop().create_task(self._read())
        queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_LENGTH)
        for channel in channels:
            self.queues[channel].add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[bytes], channels: list[str]) -> None:
        """Forgets a queue."""
        for channel in channels:
            self.queues[channel].discard(queue)
            if not self.queues[channel]:
                del self.queues[channel]

    def spread(self, channel: str, event: bytes) -> None:
        """Puts an event into the queue of everybody who listens to `channel`."""
        for queue in self.queues.get(channel, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    async def _read(self) -> None:
        while True:
            try:
                async with (
                    redis.asyncio.Redis.from_url(settings.REDIS_URL) as client,
                    client.pubsub() as line,
                ):
                    await line.psubscribe(channel("unit", "*"), channel("user", "*"))
                    async for message in line.listen():
                        event = as_event(message["data"]) if message["type"] == "pmessage" else None
                        if event:
                            self.spread(message["channel"].decode(), event)
            except (RedisError, OSError):
                log.warning("no Redis: streams only beat; trying again")
            await asyncio.sleep(2)
