"""The same caller is back with what was closed as solved (反弹)."""

from datetime import datetime, timedelta

import pytest

from dispatch.actions import rebound, route
from dispatch.actions.merging import merge
from dispatch.models import Rebound
from dispatch.rules import came_back
from dispatch.tasks import route_waiting
from followup.actions import Said, take_answers
from handling import actions as handling
from handling.actions import Result
from intake import actions as intake
from scoring import audit
from scoring.actions import ensure_period, exclusions, score_waiting
from scoring.actions.rebounds import revoke_returned
from scoring.models import Exclusion, Ground, ScoreLine
from tests.city import NOON, City
from tickets.models import Ticket
from units.models import User

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SOLVED = Said(contacted="yes", solved="solved", satisfied="satisfied")
CLOSED = NOON + 2 * HOUR


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def end(city: City, ticket: Ticket, said: Said = SOLVED, at: datetime = CLOSED) -> Ticket:
    """Handled, and its caller asked."""
    if ticket.state == "dispatched":
        handling.sign(ticket, by=city.clerk, at=at - HOUR)
    result = Result("explained", "已上门检修。", "已恢复供暖，请您留意。")
    handling.report(ticket, result, by=city.clerk, at=at - HOUR)
    handling.approve(ticket, by=city.leader, at=at - HOUR)
    take_answers(ticket, said, channel="phone", by=city.caller_back, at=at)
    return fresh(ticket)


def again(city: City, at: datetime, **changes: object) -> Ticket:
    """The same caller reports the same thing, and the catalogue looks at it."""
    ticket = intake.file(city.request(**changes), by=city.agent, at=at)
    route(ticket, at)
    return fresh(ticket)


@pytest.fixture
def solved(city: City, dispatched: Ticket) -> Ticket:
    return end(city, dispatched)


def test_the_old_order_is_taken_up_with_half_its_limit_and_the_new_request_follows_it(
    city: City, solved: Ticket
) -> None:
    at = CLOSED + 5 * DAY
    returned, old = again(city, at), fresh(solved)
    assert (old.state, old.round, old.lead, old.closed_at) == ("handling", 2, city.heating, None)
    assert (old.handle_minutes, old.handle_due) == (1440, at + DAY)
    assert (returned.state, returned.master, returned.lead) == ("merged", old, None)
    row = Rebound.objects.get()
    assert (row.ticket, row.returned, row.round, row.at) == (old, returned, 1, at)
    told = [(e.kind, e.actor, e.facts) for e in old.events.order_by("seq")][-2:]
    assert told == [
        ("rebound", None, {"child": returned.number, "rebound": row.pk, "round": 1}),
        ("adopt", None, {"child": returned.number}),
    ]
    assert set(old.notices.filter(kind="rebound").values_list("unit__code", "role")) == {
        ("E-heating", "clerk"),
        ("E-heating", "leader"),
    }


def test_thirty_days_after_it_was_closed_it_is_still_back(city: City, solved: Ticket) -> None:
    # Received longer ago than that: the closing counts.
    assert again(city, CLOSED + 30 * DAY).master == fresh(solved)


def test_a_minute_after_the_thirty_days_it_is_new(city: City, solved: Ticket) -> None:
    late = again(city, CLOSED + 30 * DAY + timedelta(minutes=1))
    assert (late.state, fresh(solved).state) == ("dispatched", "closed")


@pytest.mark.parametrize(
    ("closed", "received", "expected"),
    [(0, 1, True), (0, 30, True), (0, 31, False), (1, 1, False), (2, 1, False), (None, 1, False)],
)
def test_came_back_counts_from_the_closing(closed: int | None, received: int, expected: bool) -> None:
    moment = None if closed is None else NOON + closed * DAY
    assert came_back(moment, NOON + received * DAY, 30 * DAY) is expected


def test_what_was_not_closed_as_solved_does_not_come_back(city: City, dispatched: Ticket) -> None:
    no = Said(contacted="yes", solved="unsolved", satisfied="dissatisfied", reason="attitude")
    reopened = end(city, dispatched, no)
    assert end(city, reopened, no, at=CLOSED + 2 * HOUR).state == "closed"
    assert again(city, CLOSED + DAY).state == "dispatched"
    assert not Rebound.objects.exists()


@pytest.mark.parametrize("change", [{"phone": "13900000001"}, {"kind": "tip_off"}])
def test_another_caller_or_a_tip_off_goes_its_own_way(
    city: City, solved: Ticket, change: dict[str, str]
) -> None:
    version = solved.version
    assert again(city, CLOSED + DAY, **change).state == "dispatched"
    assert (fresh(solved).state, fresh(solved).version) == ("closed", version)


def test_an_order_comes_back_once(city: City, solved: Ticket) -> None:
    again(city, CLOSED + DAY)
    old = fresh(solved)
    assert end(city, old, at=CLOSED + 2 * DAY).state == "closed"
    Ticket.objects.filter(master=old).update(repeat_of=old)
    third = intake.file(city.request(), by=city.agent, at=CLOSED + 3 * DAY)
    Ticket.objects.filter(pk=third.pk).update(repeat_of=old)
    third.refresh_from_db()
    assert route(third, CLOSED + 3 * DAY)
    assert (third.state, fresh(solved).state) == ("dispatched", "closed")


def test_the_beat_finds_what_nobody_looked_at_and_twice_is_once(city: City, solved: Ticket) -> None:
    intake.file(city.request(), by=city.agent, at=CLOSED + DAY)
    assert (route_waiting(), route_waiting(), Rebound.objects.count()) == (1, 0, 1)


def test_the_ruler_revokes_solved_once_and_the_audit_agrees(city: City, solved: Ticket) -> None:
    at = CLOSED + DAY
    again(city, at)
    assert revoke_returned(at - HOUR) == 0
    score_waiting(at)
    assert (revoke_returned(at), revoke_returned(at)) == (1, 0)
    line = ScoreLine.objects.get(source="rebound")
    assert (line.unit, line.solved, line.solved_num, line.valid, line.at) == (city.heating, -1, -1000, 0, at)
    # The order has not ended after all.
    assert (line.closed, line.accepted) == (-1, 0)
    assert list(audit.differences(ensure_period(at))) == []


def test_a_rebound_without_its_line_is_found(city: City, solved: Ticket) -> None:
    again(city, CLOSED + DAY)
    score_waiting(CLOSED + DAY)
    Rebound.objects.update(counted=True)
    found = [str(one) for one in audit.differences(ensure_period(NOON))]
    answer = solved.answers.get()
    assert found == [f"answer {answer.pk}: should be a line that revokes the solved, is none"]


def left_out(solved: Ticket) -> Exclusion:
    """By a decision of yesterday's, before the rulers look."""
    answer = solved.answers.select_related("ticket", "unit").get()
    score_waiting(CLOSED)
    row = Exclusion.objects.create(
        ticket=answer.ticket, unit=answer.unit, answer=answer, ground=Ground.objects.get(code="X3"),
        text="政策条款已解释。", at=CLOSED, due=CLOSED + 3 * DAY,
    )  # fmt: skip
    exclusions.agree(row, opinion="属实", by=User.objects.get(username="supervisor"), at=CLOSED)
    return row


def amounts(city: City) -> dict[str, int]:
    """What the heating company's lines of the answer add up to, without its 受理."""
    sums = {name: 0 for name in ("closed", "valid", "solved", "solved_num", "solved_base", "excluded")}
    for line in ScoreLine.objects.filter(unit=city.heating):
        sums = {name: n + getattr(line, name) for name, n in sums.items()}
    return {name: n for name, n in sums.items() if n}


def test_of_what_is_left_out_the_end_alone_is_revoked_and_solved_never_comes_back(
    city: City, solved: Ticket
) -> None:
    row = left_out(solved)
    assert amounts(city) == {"closed": 1, "excluded": 1}
    again(city, CLOSED + DAY)
    assert revoke_returned(CLOSED + DAY) == 1
    assert amounts(city) == {"excluded": 1}
    second = User.objects.create(username="second", roles=["supervisor"], unit=city.centre)
    row = Exclusion.objects.select_related("ticket").get(pk=row.pk)
    exclusions.revoke(row, opinion="抽查不实", by=second, at=CLOSED + 2 * DAY)
    assert amounts(city) == {"valid": 1, "solved_base": 1}
    assert list(audit.differences(ensure_period(NOON))) == []


def test_a_duplicate_of_another_caller_comes_back_as_an_order_of_its_own(
    city: City, dispatched: Ticket
) -> None:
    neighbour = intake.file(city.request(phone="13900000009"), by=city.agent, at=NOON)
    merge(neighbour, into=dispatched, by=city.dispatcher, at=NOON)
    end(city, fresh(dispatched))
    take_answers(fresh(neighbour), SOLVED, channel="phone", by=city.caller_back, at=CLOSED)
    score_waiting(CLOSED)
    assert amounts(city) == {"closed": 2, "valid": 2, "solved": 2, "solved_num": 2000, "solved_base": 2}
    returned, old = again(city, CLOSED + DAY, phone="13900000009"), fresh(neighbour)
    assert (old.state, old.master, old.round, old.lead) == ("handling", None, 2, city.heating)
    assert (returned.master, old.assignments.get().how) == (old, "followed")
    score_waiting(CLOSED + DAY)
    assert revoke_returned(CLOSED + DAY) == 1
    assert amounts(city) == {"closed": 1, "valid": 2, "solved": 1, "solved_num": 1000, "solved_base": 2}
    assert sum(ScoreLine.objects.filter(unit=city.heating).values_list("accepted", flat=True)) == 2
    assert list(audit.differences(ensure_period(NOON))) == []


def test_the_second_request_of_one_caller_brings_back_the_first_which_counts(
    city: City, dispatched: Ticket
) -> None:
    twice = intake.file(city.request(), by=city.agent, at=NOON)
    merge(twice, into=dispatched, by=city.dispatcher, at=NOON)
    end(city, fresh(dispatched))
    take_answers(fresh(twice), SOLVED, channel="phone", by=city.caller_back, at=CLOSED)
    returned = again(city, CLOSED + DAY)
    assert returned.repeat_of == twice
    assert (returned.master, fresh(dispatched).state, fresh(twice).state) == (
        dispatched, "handling", "closed",
    )  # fmt: skip


def test_a_request_without_a_former_costs_the_route_nothing(
    city: City, pending: Ticket, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):
        assert rebound.former(pending, NOON) is None
