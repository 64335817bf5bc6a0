"""The numbers in the navigation, through the real Redis."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from followup.models import Answer
from handling.models import Coordination, Extension
from handling.queries import decisions
from hotline import badges, pulse
from hotline.events import channel, greeting
from scoring.actions import exclusions
from tests.city import NOON, City
from tests.handling.conftest import photo
from tests.scoring import asking
from tickets.models import Ticket

Ask = Callable[..., Answer]


@pytest.fixture
def asked(city: City, settings: object, tmp_path: object) -> Ask:
    settings.MEDIA_ROOT = tmp_path
    return partial(asking.asked, city)


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
        "handling-decisions": 0,
        "intake-guides": 0,
        "ruler-exclusions": 0,
    }


def test_only_changes_are_told_and_a_signed_order_counts_down_to_zero(city: City, dispatched: Ticket) -> None:
    badges.tell()
    assert badges.tell() == 0
    dispatched.move("sign", by=city.clerk, at=NOON)
    assert badges.tell() == 1
    assert last_told(city.heating.pk) == {"handling-inbox": 0}


def extension_of(city: City, ticket: Ticket) -> Extension:
    return Extension.objects.create(
        ticket=ticket,
        number=1,
        unit=ticket.lead,
        by=city.leader,
        at=NOON,
        minutes=60,
        reason="管道备件在途",
        basis="供热条例",
        due=NOON + timedelta(days=1),
        was_due=NOON,
    )


def test_whoever_decides_is_told_how_many_wait_and_the_last_one_counts_down(
    city: City, dispatched: Ticket
) -> None:
    """An extension of an enterprise is the city's; one of a street its district's too."""
    extension_of(city, dispatched)
    badges.tell()
    assert last_told(city.centre.pk)["handling-decisions"] == 1
    assert badges.counts().get(city.district.pk) is None
    Ticket.objects.filter(pk=dispatched.pk).update(lead=city.street, state="handling")
    badges.tell()
    assert last_told(city.district.pk) == {"handling-decisions": 1}
    assert last_told(city.heating.pk) == {"handling-inbox": 0}
    Extension.objects.update(state="granted")
    badges.tell()
    assert last_told(city.district.pk) == {"handling-decisions": 0}


def test_the_numbers_of_decisions_are_the_lengths_of_the_desks(city: City, dispatched: Ticket) -> None:
    Ticket.objects.filter(pk=dispatched.pk).update(lead=city.street, state="handling")
    extension_of(city, dispatched)
    level = Coordination.Level
    people = (city.supervisor, city.district_officer, city.housing_leader)
    for to, asked_of, waits in (
        (city.housing, level.DEPARTMENT, [1, 1, 1]),
        (city.district, level.DISTRICT, [1, 2, 0]),
        (None, level.CITY, [2, 1, 0]),
    ):
        Coordination.objects.update(state="answered")
        asks = {"unit": city.street, "by": city.street_leader, "at": NOON, "due": NOON}
        Coordination.objects.create(ticket=dispatched, level=asked_of, to=to, question="管线权属", **asks)
        told = badges.counts()
        assert [len(decisions.waiting(person)) for person in people] == waits
        shown = [told.get(person.unit.pk, {}).get("handling-decisions", 0) for person in people]
        assert shown == waits, asked_of


def test_an_asked_exclusion_is_told_to_those_who_decide(city: City, asked: Ask) -> None:
    bad = asked(city.street, "yes unsolved dissatisfied")
    papers = [photo()]
    row = exclusions.ask(bad, ground="X2", text="已进入诉讼程序", by=city.street_clerk, at=NOON, files=papers)
    badges.tell()
    assert last_told(city.centre.pk)["ruler-exclusions"] == 1
    exclusions.agree(row, opinion="案号属实", by=city.supervisor, at=NOON)
    badges.tell()
    assert last_told(city.centre.pk)["ruler-exclusions"] == 0


def test_the_numbers_cost_as_many_statements_however_many_wait(
    city: City, dispatched: Ticket, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(10):
        badges.counts()
    extension_of(city, dispatched)
    with django_assert_num_queries(10):
        badges.counts()


def test_a_page_that_opens_is_told_at_once(city: City, dispatched: Ticket) -> None:
    badges.tell()
    said = async_to_sync(greeting)([channel("user", city.clerk.pk), channel("unit", city.heating.pk)])
    assert said == b'event: badge\ndata: {"kind":"badge","handling-inbox":1}\n\n'


def test_a_unit_that_was_never_told_hears_nothing(city: City) -> None:
    assert async_to_sync(greeting)([channel("unit", city.heating.pk)]) == b""
    assert settings.REDIS_PREFIX in badges.key()
