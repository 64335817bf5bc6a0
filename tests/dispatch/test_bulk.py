"""Many at once: one that cannot go does not hold up the others."""

from datetime import timedelta

import pytest

from dispatch.actions.bulk import dispatch_many
from intake import actions as intake
from tests.city import NOON, City
from tickets.models import Ticket

LATER = NOON + timedelta(minutes=30)


@pytest.fixture
def three(city: City) -> list[Ticket]:
    """Two that the catalogue can place, and one without a leaf."""
    nowhere = city.request(category=None, place=None)
    said = [city.request(), city.request(category=city.leaves["property"]), nowhere]
    return [intake.file(one, by=city.agent, at=NOON) for one in said]


def versions(tickets: list[Ticket]) -> dict[str, int]:
    return {ticket.number: ticket.version for ticket in tickets}


def leads(tickets: list[Ticket]) -> list[object]:
    return [Ticket.objects.get(pk=ticket.pk).lead for ticket in tickets]


def test_each_goes_where_the_catalogue_suggests_in_the_dispatchers_name(
    city: City, three: list[Ticket]
) -> None:
    left = dispatch_many(three, versions=versions(three), by=city.dispatcher, at=LATER)
    assert leads(three) == [city.heating, city.street, None]
    assert [(ticket.pk, why) for ticket, why in left] == [
        (three[2].pk, "没有派单建议（未填分类），请人工派单。")
    ]
    made = three[0].assignments.get()
    assert (made.how, made.rule.basis, made.by) == ("rule", "目录 heating", city.dispatcher)
    assert Ticket.objects.get(pk=three[2].pk).version == 1


def test_all_go_to_one_unit_with_one_reason(city: City, three: list[Ticket]) -> None:
    left = dispatch_many(
        three, versions=versions(three), lead=city.street, reason="属地集中处理", by=city.dispatcher, at=LATER
    )
    assert (left, leads(three)) == ([], [city.street] * 3)
    assert {(t.assignments.get().how, t.assignments.get().reason) for t in three} == {
        ("by_hand", "属地集中处理")
    }


def test_without_a_reason_none_goes(city: City, three: list[Ticket]) -> None:
    left = dispatch_many(three, versions=versions(three), lead=city.street, by=city.dispatcher, at=LATER)
    assert [why for _ticket, why in left] == ["请写明派单理由。"] * 3
    assert leads(three) == [None] * 3


def test_one_that_somebody_else_touched_since_is_left(city: City, three: list[Ticket]) -> None:
    picked = versions(three[:2])
    three[0].record("note", by=city.dispatcher, at=LATER)
    fresh = list(Ticket.objects.filter(pk__in=[ticket.pk for ticket in three[:2]]))
    left = dispatch_many(fresh, versions=picked, by=city.dispatcher, at=LATER)
    assert [ticket.pk for ticket, _why in left] == [three[0].pk]
    assert leads(three[:2]) == [None, city.street]


def test_the_accused_unit_never_gets_one_in_bulk(city: City) -> None:
    tip = city.request(kind="tip_off", accused=city.street, category=None)
    ticket = intake.file(tip, by=city.agent, at=NOON)
    left = dispatch_many(
        [ticket], versions=versions([ticket]), lead=city.street, reason="属地", by=city.dispatcher, at=LATER
    )
    assert "被举报单位" in left[0][1]
    assert leads([ticket]) == [None]
