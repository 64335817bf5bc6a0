"""The numbers in the navigation, through the real Redis."""

import json
from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings

from hotline import badges, pulse
from hotline.events import channel, greeting
from tests.city import NOON, City
from tickets.models import Ticket


@pytest.fixture(autouse=True)
def untold() -> Iterator[None]:
    pulse.client().delete(badges.key())
    yield
    pulse.client().delete(badges.key())


def last_told(unit: int) -> dict[str, int]:
    return json.loads(pulse.client().hget(badges.key(), str(unit)))


def test_a_unit_is_told_what_it_has_to_sign(city: City, dispatched: Ticket) -> None:
    assert badges.tell() == 2
    assert last_told(city.heating.pk) == {"handling-inbox": 1}
    assert last_told(city.centre.pk) == {
        "dispatch-desk": 0,
        "dispatch-objections": 0,
        "followup-desk": 0,
    }


def test_only_changes_are_told_and_a_signed_order_counts_down_to_zero(city: City, dispatched: Ticket) -> None:
    badges.tell()
    assert badges.tell() == 0
    dispatched.move("sign", by=city.clerk, at=NOON)
    assert badges.tell() == 1
    assert last_told(city.heating.pk) == {"handling-inbox": 0}


def test_a_page_that_opens_is_told_at_once(city: City, dispatched: Ticket) -> None:
    badges.tell()
    said = async_to_sync(greeting)([channel("user", city.clerk.pk), channel("unit", city.heating.pk)])
    assert said == b'event: badge\ndata: {"kind":"badge","handling-inbox":1}\n\n'


def test_a_unit_that_was_never_told_hears_nothing(city: City) -> None:
    assert async_to_sync(greeting)([channel("unit", city.heating.pk)]) == b""
    assert settings.REDIS_PREFIX in badges.key()
