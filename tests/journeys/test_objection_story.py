"""The objection that goes to a binding ruling, with every clock on the way."""

from datetime import datetime, timedelta

import pytest

from dispatch import actions as dispatch
from dispatch.actions.objections import raise_objection
from dispatch.models import Backlog
from followup import actions as followup
from followup.actions import Said
from handling import actions as handling
from handling.actions import Result
from hotline.watch import sweep
from intake import actions as intake
from scoring.actions import fold, score, score_waiting
from scoring.models import ScoreLine
from tests.city import NOON, ZONE, City
from tests.dispatch.objecting import MINUTE, fresh, grounds, objected, ruled, traces
from tests.handling.conftest import photo
from tickets.book import book
from tickets.chain import faults
from tickets.errors import Refused
from tickets.models import Pause, Ticket

MOMENTS = ("clock_from", "remind_at", "warn_at", "handle_due", "red_at", "special_at")
YES = Said(contacted="yes", solved="solved", satisfied="satisfied")


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


def moments(ticket: Ticket) -> list[datetime | None]:
    now = fresh(ticket)
    return [getattr(now, name) for name in MOMENTS]


def march(day: int, hour: int, minute: int = 0) -> datetime:
    """The 2nd of March 2026 is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


def test_an_urgent_order_is_argued_about_while_its_limit_runs_and_ends_where_it_is_ruled(city: City) -> None:
    """U: A objects, B gets it and objects, A has it back for good. The 24 hours never stop."""
    ticket = intake.file(city.request(), by=city.agent, at=NOON, then=dispatch.route)
    as_dispatched = moments(ticket)
    objected(ticket, city, to=city.street, at=NOON + 10 * MINUTE)
    ruled(fresh(ticket), city, "upheld", to=city.street, at=NOON + 20 * MINUTE)
    at_b = fresh(ticket)
    assert (at_b.state, at_b.lead, moments(ticket)) == ("dispatched", city.street, as_dispatched)
    assert (at_b.sign_due, at_b.contact_due) == (NOON + 50 * MINUTE, NOON + 140 * MINUTE)

    # B objects in the last minute of its own window.
    objected(fresh(ticket), city, by=city.street_clerk, to=city.heating, at=NOON + 50 * MINUTE)
    ruled(fresh(ticket), city, "ruled", to=city.heating, at=NOON + 75 * MINUTE)
    back = fresh(ticket)
    assert (back.state, back.lead, back.bound, moments(ticket)) == (
        "handling", city.heating, True, as_dispatched
    )  # fmt: skip
    assert (back.signed_at, back.contact_due) == (NOON + 75 * MINUTE, NOON + 195 * MINUTE)

    before = traces(ticket)
    for clerk, proposed in ((city.clerk, city.street), (city.street_clerk, city.sibling)):
        with pytest.raises(Refused):
            raise_objection(fresh(ticket), grounds(proposed), by=clerk, at=NOON + 76 * MINUTE)
    with pytest.raises(Refused):
        dispatch.dispatch_by_hand(
            fresh(ticket), lead=city.street, reason="改派", by=city.dispatcher, at=NOON + 76 * MINUTE
        )
    assert traces(ticket) == before

    handling.contact(
        fresh(ticket), channel="phone", reached=True, note="", by=city.clerk, at=NOON + 80 * MINUTE
    )
    result = Result(outcome="solved", text="已更换循环泵。", reply="循环泵已更换，室温达标。")
    handling.report(fresh(ticket), result, by=city.clerk, at=NOON + 90 * MINUTE, files=[photo()])
    handling.approve(fresh(ticket), by=city.leader, at=NOON + 95 * MINUTE)
    asked = NOON + 3 * 60 * MINUTE
    followup.take_answers(fresh(ticket), YES, channel="phone", by=city.caller_back, at=asked, then=score)
    assert fresh(ticket).state == "closed"

    kinds = list(ticket.events.order_by("seq").values_list("kind", flat=True))
    assert kinds[:7] == ["receive", "dispatch", "object", "uphold", "dispatch", "object", "rule"]
    assert [row.how for row in ticket.assignments.order_by("pk")] == ["rule", "upheld", "ruled"]
    assert [row.verdict for row in ticket.objections.order_by("pk")] == ["upheld", "ruled"]
    assert Backlog.objects.count() == 2
    assert Pause.objects.count() == 0
    # The account at the end: one order, at the unit that did it (X6 of DOMAIN §2.4).
    score_waiting(asked)
    fold(asked)
    accepted = {
        unit.code: sum(ScoreLine.objects.filter(ticket=ticket, unit=unit).values_list("accepted", flat=True))
        for unit in (city.heating, city.street)
    }
    assert accepted == {"E-heating": 1, "110108009": 0}
    assert list(faults()) == []


def test_a_general_order_does_not_pay_for_the_weekend_its_objection_waited(city: City) -> None:
    """G, dispatched on Friday at 15:00. Four working hours to object: till Monday 11:00. Ruled in two."""
    said = city.request(category=city.leaves["property"])
    ticket = intake.file(said, by=city.agent, at=march(6, 15), then=dispatch.route)
    assert fresh(ticket).handle_due == march(13, 15)

    row = objected(ticket, city, by=city.street_clerk, to=city.housing, at=march(6, 16, 30))
    # Half an hour on Friday, an hour and a half on Monday.
    assert row.due == march(9, 10, 30)
    ruled(fresh(ticket), city, "upheld", to=city.housing, at=march(9, 10), by=city.district_officer)
    at_b = fresh(ticket)
    # Friday 16:30 to Monday 10:00 did not count: 65 hours and a half.
    still = timedelta(hours=65, minutes=30)
    assert (at_b.lead, at_b.handle_due) == (city.housing, march(13, 15) + still)
    assert at_b.handle_due == march(16, 8, 30)
    assert at_b.remind_at == march(6, 15) + timedelta(hours=84) + still
    assert (at_b.sign_due, at_b.contact_due) == (march(9, 14), march(10, 10))
    pause = Pause.objects.get()
    stretches = book().explain(
        at_b.limit.calendar_id, at_b.clock_from, at_b.handle_minutes, [(pause.begin, pause.end)]
    )
    assert stretches[-1].end == at_b.handle_due
    assert sum((one.length for one in stretches if one.counts), timedelta()) == timedelta(days=7)

    # B objects in its turn; the ruling gives it to a third, and B is right as well.
    objected(fresh(ticket), city, by=city.housing_clerk, to=city.street, at=march(9, 13))
    ruled(fresh(ticket), city, "ruled", to=city.sibling, at=march(9, 14, 30))
    at_c = fresh(ticket)
    assert (at_c.state, at_c.lead, at_c.bound) == ("handling", city.sibling, True)
    assert at_c.handle_due == march(16, 10)
    pauses = [(one.begin, one.end) for one in Pause.objects.order_by("begin")]
    assert pauses == [(march(6, 16, 30), march(9, 10)), (march(9, 13), march(9, 14, 30))]
    stretches = book().explain(at_c.limit.calendar_id, at_c.clock_from, at_c.handle_minutes, pauses)
    assert stretches[-1].end == at_c.handle_due
    assert list(faults()) == []


def test_a_general_order_whose_objection_nobody_ruled_has_lost_the_weekend(city: City) -> None:
    said = city.request(category=city.leaves["property"])
    ticket = intake.file(said, by=city.agent, at=march(6, 15), then=dispatch.route)
    objected(ticket, city, by=city.street_clerk, to=city.housing, at=march(6, 16, 30))
    sweep(march(9, 10, 29))
    assert fresh(ticket).state == "objected"
    sweep(march(9, 10, 30))
    now = fresh(ticket)
    assert (now.state, now.lead, now.handle_due, now.signed_at) == (
        "handling", city.street, march(13, 15), march(9, 10, 30)
    )  # fmt: skip
    assert [row.verdict for row in ticket.objections.all()] == ["silent"]
    assert Pause.objects.count() == 0
