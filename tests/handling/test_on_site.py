"""Orders to be on site at a time: who may be ordered, what was found, and what silence does."""

from datetime import timedelta

import pytest

from handling.actions import on_site
from handling.models import OnSiteOrder
from hotline.watch import sweep
from tests.city import NOON, City
from tests.handling.conftest import days, facts_of, fresh, photo
from tickets.errors import Refused
from tickets.models import Notice, Ticket


@pytest.fixture
def order(street_order: Ticket) -> Ticket:
    return street_order


@pytest.fixture
def ordered(city: City, order: Ticket) -> OnSiteOrder:
    """The district sends the street and the housing department there tomorrow."""
    return on_site.order(
        order,
        meet_at=days(1),
        where="示例小区北门",
        units=[city.street, city.housing],
        demand="核实权属",
        by=city.district_officer,
        at=NOON,
    )


def test_units_are_ordered_on_site_and_see_the_order(city: City, order: Ticket, ordered: OnSiteOrder) -> None:
    assert facts_of(order, "on_site") == [{"on_site": ordered.pk, "units": [city.street.pk, city.housing.pk]}]
    assert order.aside_at == days(1) + timedelta(hours=2)
    assert Notice.objects.filter(kind="on_site", unit=city.housing).count() == 2
    row = on_site.order(
        order, meet_at=days(1), where="北门", units=[city.department], by=city.supervisor, at=NOON
    )
    assert Ticket.objects.visible_to(city.planning_leader).filter(pk=order.pk).exists()
    assert row.units.get() == city.department


def test_an_order_on_site_needs_a_coming_moment_and_units_of_ones_own(city: City, order: Ticket) -> None:
    version = order.version
    said = {"where": "北门", "by": city.district_officer, "at": NOON}
    for more in (
        {"meet_at": NOON, "units": [city.street]},
        {"meet_at": days(1), "units": []},
        {"meet_at": days(1), "units": [city.other_street]},
        {"meet_at": days(1), "units": [city.department]},
        {"meet_at": days(1), "units": [city.centre], "by": city.supervisor},
        {"meet_at": days(1), "units": [city.street], "where": " "},
        {"meet_at": days(1), "units": [city.street], "by": city.street_leader},
    ):
        with pytest.raises(Refused):
            on_site.order(order, **{**said, **more})
    assert (fresh(order).version, OnSiteOrder.objects.count()) == (version, 0)


def test_what_was_found_is_written_once_with_a_photo(city: City, order: Ticket, ordered: OnSiteOrder) -> None:
    with pytest.raises(Refused, match="只有到场单位"):
        on_site.settle(
            order, ordered, outcome="我们不在场。", photo=photo(), by=city.sibling_clerk, at=days(1)
        )
    assert order.attachments.count() == 0
    on_site.settle(
        order, ordered, outcome="围墙属产权单位。", photo=photo(), by=city.housing_clerk, at=days(1)
    )
    ordered.refresh_from_db()
    assert (ordered.outcome, ordered.done_by, ordered.late) == (
        "围墙属产权单位。",
        city.housing_clerk,
        False,
    )
    with pytest.raises(Refused, match="已经填写"):
        on_site.settle(
            order, ordered, outcome="另一个结论。", photo=photo(), by=city.street_clerk, at=days(1)
        )
    assert order.attachments.count() == 1
    assert Notice.objects.filter(kind="on_site_done", person=city.district_officer).count() == 1
    sweep(days(2))
    assert facts_of(order, "on_site_late") == []


def test_an_order_on_site_without_an_outcome_is_late_once(
    city: City, order: Ticket, ordered: OnSiteOrder
) -> None:
    sweep(days(1) + timedelta(minutes=119))
    assert facts_of(order, "on_site_late") == []
    sweep(days(1) + timedelta(minutes=120))
    sweep(days(2))
    (late,) = facts_of(order, "on_site_late")
    assert (late["on_site"], set(late["units"])) == (ordered.pk, {city.street.pk, city.housing.pk})
    ordered.refresh_from_db()
    assert ordered.late
    assert Notice.objects.filter(kind="on_site_late", role="leader").count() == 2
    assert Notice.objects.filter(kind="on_site_late", person=city.district_officer).count() == 1
