from datetime import datetime, timedelta

import pytest

from dispatch.actions import route
from followup import actions
from followup.actions import Said
from followup.models import Answer, Attempt
from handling import actions as handling
from handling.actions import Result
from hotline.watch import sweep
from intake import actions as intake
from intake.models import Caller
from tests.city import NOON, City
from tests.followup.conftest import ASKED_FROM
from tickets.errors import Refused, Stale
from tickets.models import Ticket

AT = ASKED_FROM + timedelta(hours=2)
YES = Said(contacted="yes", solved="solved", satisfied="satisfied")
NO = Said(contacted="yes", solved="unsolved", satisfied="dissatisfied", reason="not_accepted")


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def unchanged(ticket: Ticket) -> bool:
    now = fresh(ticket)
    nothing = Answer.objects.filter(ticket=ticket).count() == 0
    return nothing and now.version == now.events.count() == ticket.version and now.state == ticket.state


def again_to_followup(city: City, ticket: Ticket, at: datetime) -> None:
    """The second round, handled."""
    handling.report(ticket, Result("explained", "再次上门说明。", "已再次向您说明。"), by=city.clerk, at=at)
    handling.approve(ticket, by=city.leader, at=at)


def test_satisfied_answers_close_the_ticket(city: City, waiting: Ticket) -> None:
    answer = actions.take_answers(waiting, YES, channel="phone", by=city.caller_back, at=AT)
    ticket = fresh(waiting)
    assert (ticket.state, ticket.closed_at) == ("closed", AT)
    # Only a co-unit may still owe its part.
    assert ticket.wake_for in ("", "aside")
    assert (answer.round, answer.unit, answer.reach, answer.valid) == (1, city.heating, "reached", True)


def test_a_reason_without_a_no_is_dropped(city: City, waiting: Ticket) -> None:
    said = Said(contacted="yes", solved="solved", satisfied="basic", reason="attitude")
    assert actions.take_answers(waiting, said, channel="phone", by=city.caller_back, at=AT).reason == ""


@pytest.mark.parametrize(
    "said",
    [
        Said(solved="unsolved", satisfied="satisfied"),
        Said(solved="solved", satisfied="dissatisfied"),
        NO,
    ],
)
def test_a_first_no_reopens_with_half_the_limit_and_a_day_at_least(
    city: City, waiting: Ticket, said: Said
) -> None:
    actions.take_answers(waiting, said, channel="phone", by=city.caller_back, at=AT)
    ticket = fresh(waiting)
    assert (ticket.state, ticket.round, ticket.outcome) == ("handling", 2, "")
    # Class U has 24 h; half of it is less than a day.
    assert (ticket.handle_minutes, ticket.handle_due) == (1440, AT + timedelta(hours=24))
    assert ticket.contact_due == AT + timedelta(hours=2)
    assert ticket.remind_at == AT + timedelta(hours=12)
    assert ticket.warn_at == AT + timedelta(hours=19, minutes=12)
    assert (ticket.contacted_at, ticket.reported_at, ticket.followup_due) == (None, None, None)


def test_a_week_is_halved_to_three_days_and_a_half(city: City) -> None:
    request = city.request(category=city.leaves["property"])
    ticket = intake.file(request, by=city.agent, at=NOON)
    assert route(ticket, NOON)
    due = ticket.handle_due
    assert due == NOON + timedelta(days=7)
    sweep(due)
    ticket = fresh(ticket)
    actions.take_answers(ticket, NO, channel="phone", by=city.caller_back, at=due)
    assert fresh(ticket).handle_due == due + timedelta(days=3, hours=12)


def test_a_second_no_closes(city: City, waiting: Ticket) -> None:
    actions.take_answers(waiting, NO, channel="phone", by=city.caller_back, at=AT)
    again_to_followup(city, waiting, AT + timedelta(hours=5))
    actions.take_answers(waiting, NO, channel="phone", by=city.caller_back, at=AT + timedelta(hours=20))
    assert fresh(waiting).state == "closed"
    rounds = Answer.objects.order_by("round").values_list("round", "solved")
    assert list(rounds) == [(1, "unsolved"), (2, "unsolved")]


@pytest.mark.parametrize(
    "said", [Said(), Said(contacted="yes", solved="solved"), Said(satisfied="satisfied")]
)
def test_without_the_second_and_third_answer_nothing_is_kept(city: City, waiting: Ticket, said: Said) -> None:
    with pytest.raises(Refused):
        actions.take_answers(waiting, said, channel="phone", by=city.caller_back, at=AT)
    assert unchanged(waiting)


def test_the_handling_unit_never_asks_about_its_own_work(city: City, waiting: Ticket) -> None:
    city.clerk.roles = ["clerk", "caller_back"]
    for verb in (
        lambda t: actions.take_answers(t, YES, channel="phone", by=city.clerk, at=AT),
        lambda t: actions.attempt(t, channel="phone", reach="no_answer", by=city.clerk, at=AT),
        lambda t: actions.end_unasked(t, by=city.clerk, at=AT),
    ):
        with pytest.raises(Refused, match="承办单位"):
            verb(fresh(waiting))
    assert unchanged(waiting) and Attempt.objects.count() == 0


@pytest.mark.parametrize("name", ["agent", "supervisor", "stranger", "street_clerk", "dispatcher"])
def test_nobody_but_a_caller_back_asks(city: City, waiting: Ticket, name: str) -> None:
    with pytest.raises(Refused):
        actions.take_answers(fresh(waiting), YES, channel="phone", by=city.people[name], at=AT)
    assert unchanged(waiting)


def test_a_ticket_still_handled_cannot_be_answered_for(city: City, dispatched: Ticket) -> None:
    with pytest.raises(Refused):
        actions.take_answers(fresh(dispatched), YES, channel="phone", by=city.caller_back, at=AT)
    assert unchanged(dispatched)


def test_of_two_answers_the_second_is_stale(city: City, waiting: Ticket) -> None:
    old = fresh(waiting)
    actions.take_answers(waiting, YES, channel="phone", by=city.caller_back, at=AT)
    with pytest.raises(Stale):
        actions.take_answers(old, NO, channel="phone", by=city.caller_back, at=AT)
    assert (fresh(waiting).state, Answer.objects.get().solved) == ("closed", "solved")


def test_the_caller_may_answer_online(waiting: Ticket) -> None:
    answer = actions.take_answers(waiting, YES, channel="online", by=None, at=AT)
    assert (answer.by, answer.channel, fresh(waiting).state) == (None, "online", "closed")


def test_what_the_caller_said_keeps_no_number_and_the_event_no_words(city: City, waiting: Ticket) -> None:
    said = Said(
        contacted="no",
        solved="solved",
        satisfied="basic",
        remark="打13800002046找我，身份证11010519491231002X",
    )
    answer = actions.take_answers(waiting, said, channel="phone", by=city.caller_back, at=AT)
    assert answer.remark == "打138****2046找我，身份证［证件号已隐去］"
    assert waiting.events.get(kind="close").facts == {
        "round": 1,
        "reach": "reached",
        "contacted": "no",
        "solved": "solved",
        "satisfied": "basic",
    }


def test_what_follows_an_answer_happens_in_the_same_transaction(city: City, waiting: Ticket) -> None:
    def burst(answer: Answer, at: datetime) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        actions.take_answers(fresh(waiting), YES, channel="phone", by=city.caller_back, at=AT, then=burst)
    assert unchanged(waiting)
    told = []
    actions.take_answers(
        waiting,
        YES,
        channel="phone",
        by=city.caller_back,
        at=AT,
        then=lambda answer, at: told.append((answer.pk, at)),
    )
    assert told == [(Answer.objects.get().pk, AT)]


def test_an_attempt_is_noted_without_words(city: City, waiting: Ticket) -> None:
    row = actions.attempt(waiting, channel="phone", reach="no_answer", by=city.caller_back, at=AT)
    assert fresh(waiting).state == "followup"
    assert waiting.events.get(kind="attempt").facts == {
        "attempt": row.pk,
        "reach": "no_answer",
        "channel": "phone",
    }


@pytest.mark.parametrize("hour", [21, 23, 0, 7])
def test_nobody_is_tried_at_night(city: City, waiting: Ticket, hour: int) -> None:
    night = NOON.replace(hour=hour) + timedelta(days=1)
    with pytest.raises(Refused, match="免打扰"):
        actions.attempt(waiting, channel="phone", reach="no_answer", by=city.caller_back, at=night)
    assert unchanged(waiting) and Attempt.objects.count() == 0


def test_the_follow_up_ends_unasked_after_three_attempts_by_two_ways_over_a_day(
    city: City, waiting: Ticket
) -> None:
    for hours, channel in ((0, "phone"), (4, "message"), (24, "phone")):
        with pytest.raises(Refused):
            actions.end_unasked(fresh(waiting), by=city.caller_back, at=AT + timedelta(hours=hours))
        actions.attempt(
            waiting, channel=channel, reach="no_answer", by=city.caller_back, at=AT + timedelta(hours=hours)
        )
    answer = actions.end_unasked(waiting, by=city.caller_back, at=AT + timedelta(hours=25))
    assert (fresh(waiting).state, answer.reach, answer.valid) == ("closed", "no_answer", False)
    assert (answer.contacted, answer.solved, answer.satisfied) == ("", "", "")


def test_a_caller_who_refuses_is_let_alone_and_never_counted_as_satisfied(
    city: City, waiting: Ticket
) -> None:
    actions.attempt(waiting, channel="phone", reach="refused", by=city.caller_back, at=AT)
    answer = actions.end_unasked(waiting, by=city.caller_back, at=AT)
    assert (answer.reach, answer.satisfied, fresh(waiting).state) == ("refused", "", "closed")


def test_a_refusal_stays_one_though_somebody_rang_again(city: City, waiting: Ticket) -> None:
    """Else 拒访率 would hide it."""
    for reach in ("refused", "no_answer"):
        actions.attempt(waiting, channel="phone", reach=reach, by=city.caller_back, at=AT)
    assert actions.end_unasked(waiting, by=city.caller_back, at=AT).reach == "refused"


def test_nobody_who_left_a_number_is_called_anonymous(city: City, waiting: Ticket) -> None:
    """One such mark ends a follow-up: it must not spare a unit its answers."""
    by = {"channel": "phone", "reach": "anonymous", "by": city.caller_back, "at": AT}
    with pytest.raises(Refused, match="留有电话"):
        actions.attempt(waiting, **by)
    assert unchanged(waiting) and Attempt.objects.count() == 0
    Caller.objects.update(phone="", phone_index=None)
    actions.attempt(waiting, **by)
    assert actions.end_unasked(waiting, by=city.caller_back, at=AT).reach == "anonymous"


def test_attempts_of_the_first_round_do_not_count_in_the_second(city: City, waiting: Ticket) -> None:
    actions.attempt(waiting, channel="phone", reach="no_answer", by=city.caller_back, at=AT)
    actions.take_answers(waiting, NO, channel="phone", by=city.caller_back, at=AT)
    again_to_followup(city, waiting, AT + timedelta(hours=1))
    for hours, channel in ((2, "message"), (3, "phone")):
        actions.attempt(
            waiting, channel=channel, reach="no_answer", by=city.caller_back, at=AT + timedelta(hours=hours)
        )
    with pytest.raises(Refused):
        actions.end_unasked(waiting, by=city.caller_back, at=AT + timedelta(days=2))
    assert fresh(waiting).state == "followup"
