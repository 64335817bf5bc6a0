"""The event stream: who hears what, asked over ASGI with the real Redis."""

import asyncio
import json
from collections.abc import Callable

import pytest
import redis.asyncio
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client

from hotline import asgi
from hotline.events import QUEUE_LENGTH, Hub, as_event, channel, session_key
from tests.city import City

Signed = Callable[[str], Client]


def ask(path: str = "/events/", method: str = "GET", cookie: str = "") -> ApplicationCommunicator:
    """One request to the stream."""
    headers = [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())] if cookie else []
    scope = {"type": "http", "path": path, "method": method, "headers": headers}
    return ApplicationCommunicator(asgi.application, scope)


async def status(asked: ApplicationCommunicator) -> int:
    """The response's status."""
    await asked.send_input({"type": "http.request", "body": b""})
    return (await asked.receive_output(5))["status"]


async def heard(client: Client, channel_name: str, message: dict[str, object]) -> bytes:
    """What a signed-in person's stream says after `message` went out on a channel; b"" for nothing."""
    asgi.hub = Hub()
    asked = ask(cookie=client.cookies[settings.SESSION_COOKIE_NAME].value)
    assert await status(asked) == 200
    assert (await asked.receive_output(5))["body"] == b"retry: 3000\n\n"
    async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as line:
        while not await line.pubsub_numpat():
            await asyncio.sleep(0.02)
        await line.publish(channel_name, json.dumps(message))
    try:
        return (await asked.receive_output(1))["body"]
    except TimeoutError:
        return b""
    finally:
        await asked.send_input({"type": "http.disconnect"})
        await asked.wait(5)
        assert asgi.hub.queues == {}
        asgi.hub.reader.cancel()


def test_a_person_hears_their_own_unit(client_of: Signed, city: City) -> None:
    mine = channel("unit", city.people["clerk"].unit_id)
    said = async_to_sync(heard)(client_of("clerk"), mine, {"kind": "badge", "inbox": 3})
    assert said == b'event: badge\ndata: {"kind":"badge","inbox":3}\n\n'


def test_a_person_does_not_hear_another_unit(client_of: Signed, city: City) -> None:
    other = channel("unit", city.centre.pk)
    assert city.people["clerk"].unit_id != city.centre.pk
    with pytest.raises((TimeoutError, asyncio.CancelledError)):
        raise_when_silent(async_to_sync(heard)(client_of("clerk"), other, {"kind": "badge", "inbox": 3}))


def raise_when_silent(said: bytes) -> None:
    """ApplicationCommunicator cancels the app when nothing comes: silence arrives as either error."""
    if not said:
        raise TimeoutError


def test_a_stranger_gets_no_stream_and_is_told_not_to_come_again(db: None) -> None:
    assert async_to_sync(status)(ask()) == 204
    assert async_to_sync(status)(ask(cookie="nosuchsession")) == 204


def test_somebody_who_may_no_longer_sign_in_gets_no_stream(client_of: Signed, city: City) -> None:
    client = client_of("clerk")
    city.people["clerk"].is_active = False
    city.people["clerk"].save()
    assert async_to_sync(status)(ask(cookie=client.cookies[settings.SESSION_COOKIE_NAME].value)) == 204


@pytest.mark.parametrize(("path", "method", "code"), [("/", "GET", 404), ("/events/", "POST", 405)])
def test_nothing_else_is_served(path: str, method: str, code: int) -> None:
    assert async_to_sync(status)(ask(path, method)) == code


@pytest.mark.parametrize(
    "raw", [b"", b"no json", b"[]", b"3", b'{"inbox": 3}', b'{"kind": 3}', b'{"kind": "a\\nevent: b"}']
)
def test_what_is_no_message_is_not_passed_on(raw: bytes) -> None:
    assert as_event(raw) is None


@pytest.mark.parametrize("raw", [b"", b"other=1", b"=;;,", b"\xff\xfe"])
def test_a_broken_cookie_header_names_no_session(raw: bytes) -> None:
    assert session_key([(b"cookie", raw)]) is None


def test_a_listener_who_cannot_keep_up_loses_the_oldest() -> None:
    hub = Hub()
    queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_LENGTH)
    hub.queues["a"].add(queue)
    for number in range(QUEUE_LENGTH + 2):
        hub.spread("a", b"%d" % number)
    assert queue.qsize() == QUEUE_LENGTH
    assert queue.get_nowait() == b"2"
