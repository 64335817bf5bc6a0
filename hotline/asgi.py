"""GET /events/: the event stream, for uvicorn. Nothing else is served here; pages run under WSGI.

A plain ASGI app rather than a Django view, because Django keeps a thread and a database
connection for as long as a streaming request lasts.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
django.setup()

from hotline.events import Hub, channels_of, greeting, session_key  # noqa: E402  (needs the apps)

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]

# Proxies cut a silent connection after 30–60 seconds.
HEARTBEAT = 15.0
# Seconds until the session is looked at again: who logged out stops hearing.
CHECK_EVERY = 60.0

hub = Hub()


async def answer(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    """A response without a body."""
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), *headers]}
    )
    await send({"type": "http.response.body", "body": b""})


async def pour(send: Send, key: str | None, channels: list[str]) -> None:
    """Sends events as they come, and a comment line when none came for HEARTBEAT seconds."""
    queue, clock = hub.join(channels), asyncio.get_running_loop().time
    check_at = clock() + CHECK_EVERY
    try:
        hello = b"retry: 3000\n\n" + await greeting(channels)
        await send({"type": "http.response.body", "body": hello, "more_body": True})
        while True:
            try:
                body = await asyncio.wait_for(queue.get(), HEARTBEAT)
            except TimeoutError:
                body = b": beat\n\n"
            if clock() >= check_at:
                check_at += CHECK_EVERY
                if await channels_of(key) != channels:
                    break  # logged out or moved to another unit; the browser comes again and is asked
            await send({"type": "http.response.body", "body": body, "more_body": True})
    finally:
        hub.leave(queue, channels)
    await send({"type": "http.response.body", "body": b""})


async def stream(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """One request from its first to its last byte."""
    if scope["path"] != "/events/":
        return await answer(send, 404)
    if scope["method"] != "GET":
        return await answer(send, 405, (b"allow", b"GET"))
    key = session_key(scope["headers"])
    channels = await channels_of(key)
    if not channels:
        # 204 tells an EventSource not to come again.
        return await answer(send, 204)
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    pouring = asyncio.create_task(pour(send, key, channels))
    leaving = asyncio.create_task(_left(receive))
    _, unfinished = await asyncio.wait({pouring, leaving}, return_when=asyncio.FIRST_COMPLETED)
    for task in unfinished:
        task.cancel()
    await asyncio.gather(pouring, leaving, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI entry. uvicorn runs with --lifespan off."""
    if scope["type"] == "http":
        await stream(scope, receive, send)
