"""One request with several matters becomes several tickets."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings

from dispatch.actions.splitting import split
from intake import actions as intake
from intake.requests import Part
from tests.city import NOON, City
from tickets.errors import Refused, Stale
from tickets.models import Attachment, Ticket

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def several(city: City) -> Ticket:
    """Cold radiators and bad service in one call, of a caller who wants to stay unknown to the unit."""
    said = city.request(
        category=None,
        content="暖气不热，另外物业一直不来修单元门，电话13912345678。",
        address="2单元301",
        hide_identity=True,
    )
    return intake.file(said, by=city.agent, at=NOON)


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.MEDIA_ROOT = str(tmp_path)
    yield tmp_path


def parts(city: City) -> list[Part]:
    return [
        Part("家中暖气不热。", city.leaves["heating"], city.community, "示例小区3号楼"),
        Part("物业不来修单元门，打13912345678没人接。", city.leaves["property"], city.community, "示例小区"),
    ]


def test_each_matter_goes_its_own_way_and_the_caller_is_the_same(city: City, several: Ticket) -> None:
    (made,) = split(several, parts(city), by=city.dispatcher, at=LATER)
    first, second = Ticket.objects.get(pk=several.pk), Ticket.objects.get(pk=made.pk)
    assert (first.state, first.lead, first.content) == ("dispatched", city.heating, "家中暖气不热。")
    assert (second.state, second.lead) == ("dispatched", city.street)
    assert second.content == "物业不来修单元门，打139****5678没人接。"
    assert (second.split_from, second.received_at, second.taken_by) == (first, NOON, city.agent)
    assert (second.channel, second.kind, second.query_code != first.query_code) == (
        "phone",
        "complaint",
        True,
    )
    assert (second.case.caller, second.case.address, second.case.hide_identity) == (
        first.case.caller,
        "2单元301",
        True,
    )
    assert second.events.first().facts == {"split_from": first.number}
    assert first.events.get(kind="split").facts == {"parts": [second.number]}


def test_no_time_is_gained_and_what_was_taken_down_stays(city: City, several: Ticket) -> None:
    # A leaf that no rule places waits on the desk; its day to be dispatched began when the caller spoke.
    two = [parts(city)[0], Part("无人管的事。", city.leaves["orphan"], None)]
    (made,) = split(several, two, by=city.dispatcher, at=LATER)
    assert (made.state, made.dispatch_due) == ("pending", NOON + timedelta(days=1))
    assert "单元门" in several.history.earliest().content


def test_the_callers_photo_belongs_to_every_part(city: City, several: Ticket, media: Path) -> None:
    held = Attachment.objects.create(
        ticket=several,
        purpose="request",
        file=ContentFile(b"x", name="a.jpg"),
        name="门.jpg",
        content_type="image/jpeg",
        size=1,
        sha256="0" * 64,
        at=NOON,
    )
    (made,) = split(several, parts(city), by=city.dispatcher, at=LATER)
    assert [(row.name, row.file.name) for row in made.attachments.all()] == [("门.jpg", held.file.name)]


@pytest.mark.parametrize("count", [1, 7])
def test_too_few_or_too_many_parts_are_refused(city: City, several: Ticket, count: int) -> None:
    with pytest.raises(Refused, match="2 到 6"):
        split(several, [parts(city)[0]] * count, by=city.dispatcher, at=LATER)
    assert (Ticket.objects.count(), Ticket.objects.get().version) == (1, 1)


def test_an_empty_part_is_refused(city: City, several: Ticket) -> None:
    with pytest.raises(Refused, match="每一件"):
        split(several, [parts(city)[0], Part("  ")], by=city.dispatcher, at=LATER)
    assert (Ticket.objects.count(), Ticket.objects.get().version) == (1, 1)


def test_what_is_dispatched_or_not_a_dispatchers_is_not_split(
    city: City, dispatched: Ticket, several: Ticket
) -> None:
    for ticket, by in ((dispatched, city.dispatcher), (several, city.agent)):
        before = ticket.version
        with pytest.raises(Refused):
            split(ticket, parts(city), by=by, at=LATER)
        assert Ticket.objects.get(pk=ticket.pk).version == before
    assert Ticket.objects.count() == 2


def test_of_two_who_split_the_same_one_is_too_late_and_leaves_no_parts(city: City, several: Ticket) -> None:
    slow = Ticket.objects.get(pk=several.pk)
    split(several, parts(city), by=city.dispatcher, at=LATER)
    with pytest.raises(Stale):
        split(slow, parts(city), by=city.dispatcher, at=LATER)
    assert Ticket.objects.count() == 2
