"""An objection that nobody ruled on: its order left `objected` by another way (DOMAIN §3.4)."""

from datetime import datetime, timedelta

import pytest

from dispatch.actions import route
from dispatch.queries.objections import standing
from followup.actions import Said, confirm_withdrawal, take_answers
from handling import actions as handling
from hotline.watch import sweep
from intake import actions as intake
from tests.city import NOON, City
from tests.dispatch.objecting import HOUR, MINUTE, fresh, kinds, objected, ruled, ruling_clocks, traces
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Limit, Ticket, Timer


def kept_on(city: City, ticket: Ticket, at: datetime) -> None:
    """The caller wants it done after all."""
    by = city.caller_back
    confirm_withdrawal(fresh(ticket), voluntary=False, channel="phone", by=by, at=at)


def test_a_limit_that_ends_takes_the_order_to_follow_up_and_the_objection_lapses(city: City) -> None:
    said = city.request(category=city.leaves["leak"])
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    Limit.objects.filter(code="E").update(object_minutes=119, rule_minutes=60)
    book.cache_clear()
    row = objected(ticket, city, at=NOON + 9 * MINUTE)
    Timer.objects.update(due=NOON + 3 * HOUR)
    Ticket.objects.update(aside_at=NOON + 3 * HOUR)
    sweep(NOON + 2 * HOUR)
    row.refresh_from_db()
    now = fresh(ticket)
    assert (now.state, row.verdict) == ("followup", "lapsed")
    assert (now.aside_at, Timer.objects.get(kind="objection").stopped_at) == (None, NOON + 2 * HOUR)


def test_a_withdrawn_order_lets_its_objection_lapse_by_its_own_bell(city: City, dispatched: Ticket) -> None:
    row = objected(dispatched, city)
    dispatched.move("withdraw", by=None, at=NOON + MINUTE, withdrawn_at=NOON + MINUTE)
    sweep(NOON + 30 * MINUTE)
    row.refresh_from_db()
    assert (row.verdict, fresh(dispatched).state) == ("lapsed", "followup")
    assert kinds(dispatched)[-1] == "objection_lapsed"


@pytest.mark.parametrize("after", [10 * MINUTE, 5 * HOUR])
def test_who_was_not_ruled_on_because_the_caller_hesitated_may_object_anew(
    city: City, dispatched: Ticket, after: timedelta
) -> None:
    """Before the ruling was due and after its bell: in a window of its own; the first does not count."""
    first = objected(dispatched, city)
    intake.withdraw(dispatched, reason="说是算了", by=city.agent, at=NOON + 5 * MINUTE)
    back = NOON + 5 * MINUTE + after
    sweep(back)
    kept_on(city, dispatched, back)
    first.refresh_from_db()
    assert (fresh(dispatched).state, first.verdict, ruling_clocks(dispatched)) == ("handling", "lapsed", 0)
    stands = standing(fresh(dispatched), back)
    assert (stands.obstacle, stands.number, stands.until) == ("", 1, back + 30 * MINUTE)
    assert "现已超过" in standing(fresh(dispatched), back + 31 * MINUTE).obstacle
    row = objected(fresh(dispatched), city, at=back + MINUTE)
    ruled(fresh(dispatched), city, "refused", at=back + 2 * MINUTE)
    now = fresh(dispatched)
    assert (row.number, now.state, now.bound) == (1, "handling", False)
    assert "已经审核" in standing(now, back + 3 * MINUTE).obstacle


def test_an_order_that_is_kept_on_and_taken_up_is_the_units_own(city: City, dispatched: Ticket) -> None:
    objected(dispatched, city)
    intake.withdraw(dispatched, reason="说是算了", by=city.agent, at=NOON + MINUTE)
    kept_on(city, dispatched, NOON + HOUR)
    by = city.clerk
    handling.contact(fresh(dispatched), channel="phone", reached=True, note="已约", by=by, at=NOON + HOUR)
    before = traces(dispatched)
    with pytest.raises(Refused, match="已开始办理"):
        objected(fresh(dispatched), city, at=NOON + HOUR)
    assert traces(dispatched) == before


def test_an_objection_that_the_limit_ended_is_not_said_to_be_ruled_on(city: City) -> None:
    said = city.request(category=city.leaves["leak"])
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    objected(ticket, city)
    Timer.objects.update(due=NOON + 3 * HOUR)
    Ticket.objects.update(aside_at=NOON + 3 * HOUR)
    sweep(NOON + 2 * HOUR)
    no = Said(contacted="no", solved="unsolved", satisfied="dissatisfied", reason="not_accepted")
    take_answers(fresh(ticket), no, channel="phone", by=city.caller_back, at=NOON + 3 * HOUR)
    now = fresh(ticket)
    assert (now.state, now.round) == ("handling", 2)
    assert "未审核即自动终止" in standing(now, NOON + 3 * HOUR).obstacle
