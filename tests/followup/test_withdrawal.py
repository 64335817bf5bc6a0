"""A request taken back: was it their own will? Nobody is talked out of a request unseen."""

from datetime import timedelta

import pytest

from dispatch.actions import route
from dispatch.actions.merging import merge
from followup import actions as followup
from followup.actions import Said
from followup.models import Answer
from followup.queries import queued
from handling import actions as handling
from handling.actions import Result
from hotline.watch import sweep
from intake import actions as intake
from scoring.actions import score, score_waiting
from scoring.audit import differences
from scoring.models import Period, ScoreLine
from tests.city import NOON, City
from tickets.errors import Refused
from tickets.models import Notice, Ticket

HOUR = timedelta(hours=1)
WITHDRAWN, ASKED = NOON + 6 * HOUR, NOON + 26 * HOUR


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def withdrawn(city: City, dispatched: Ticket) -> Ticket:
    """Signed at one; taken back at six, a quarter of its day gone."""
    handling.sign(dispatched, by=city.clerk, at=NOON + HOUR)
    intake.withdraw(dispatched, reason="说是算了", by=city.agent, at=WITHDRAWN)
    return dispatched


def confirm(city: City, ticket: Ticket, **said: object) -> Answer | None:
    told = {"voluntary": True, "channel": "phone", "by": city.caller_back, "at": ASKED, "then": score}
    return followup.confirm_withdrawal(ticket, **{**told, **said})


def test_what_is_taken_back_waits_for_the_callers_back_not_for_the_unit(
    city: City, withdrawn: Ticket
) -> None:
    ticket = fresh(withdrawn)
    assert (ticket.state, ticket.withdrawn_at, ticket.followup_at) == ("followup", WITHDRAWN, WITHDRAWN)
    assert ticket.followup_due == WITHDRAWN + 48 * HOUR
    assert [(p.why, p.begin, p.end) for p in ticket.pauses.all()] == [("withdrawn", WITHDRAWN, None)]
    assert list(queued(city.caller_back, "withdrawn", ASKED)) == [ticket]
    sweep(NOON + 30 * HOUR)
    assert fresh(ticket).overdue_at is None


def test_a_willing_caller_ends_it_and_the_ruler_counts_nothing(city: City, withdrawn: Ticket) -> None:
    answer = confirm(city, withdrawn)
    ticket = fresh(withdrawn)
    assert (ticket.state, ticket.closed_at, answer.reach, answer.valid) == (
        "closed", ASKED, "withdrawn", False,
    )  # fmt: skip
    assert (answer.counted, ScoreLine.objects.filter(source="answer").count()) == (True, 0)
    assert ticket.pauses.get().end == ASKED
    assert not Notice.objects.filter(role="supervisor").exists()
    score_waiting(ASKED)
    assert list(differences(Period.objects.get())) == []


def test_an_unwilling_caller_gets_it_back_with_the_time_that_was_left(city: City, withdrawn: Ticket) -> None:
    before = fresh(withdrawn)
    assert confirm(city, withdrawn, voluntary=False, pressed=True) is None
    ticket = fresh(withdrawn)
    assert (ticket.state, ticket.withdrawn_at, ticket.followup_due) == ("handling", None, None)
    # The check took twenty hours.
    assert ticket.handle_due == before.handle_due + 20 * HOUR
    assert ticket.warn_at == before.warn_at + 20 * HOUR
    # What was missed before stays missed.
    assert ticket.contact_due == before.contact_due == NOON + 2 * HOUR
    assert ticket.signed_at == NOON + HOUR
    assert ticket.pauses.get().end == ASKED
    assert [(e.kind, e.facts.get("pressed")) for e in ticket.events.order_by("-seq")[:2]] == [
        ("keep_on", None), ("pressed", True),
    ]  # fmt: skip
    assert Notice.objects.get(kind="pressed").role == "supervisor"
    assert Notice.objects.get(kind="keep_on").unit == city.heating
    assert Answer.objects.count() == 0


def test_what_was_reported_is_reported_anew(city: City, dispatched: Ticket) -> None:
    handling.sign(dispatched, by=city.clerk, at=NOON)
    result = Result("explained", "已上门说明供暖安排。", "明早回升，请您留意。")
    handling.report(dispatched, result, by=city.clerk, at=NOON + HOUR)
    intake.withdraw(dispatched, reason="不用办了", by=None, at=WITHDRAWN)
    confirm(city, dispatched, voluntary=False)
    ticket = fresh(dispatched)
    assert (ticket.state, ticket.reported_at, ticket.outcome) == ("handling", None, "")
    handling.report(ticket, result, by=city.clerk, at=ASKED + HOUR)
    handling.approve(ticket, by=city.leader, at=ASKED + HOUR)
    assert fresh(ticket).state == "followup"


def test_what_no_unit_had_goes_back_to_the_desk(city: City) -> None:
    ticket = intake.file(city.request(category=None, place=None), by=city.agent, at=NOON, then=route)
    intake.withdraw(ticket, reason="打错了", by=city.agent, at=WITHDRAWN)
    assert ticket.pauses.count() == 0
    confirm(city, ticket, voluntary=False)
    back = fresh(ticket)
    assert (back.state, back.dispatch_due, back.withdrawn_at) == ("pending", NOON + 44 * HOUR, None)


def test_what_no_unit_had_ends_without_an_answer_row(city: City, pending: Ticket) -> None:
    intake.withdraw(pending, reason="打错了", by=city.agent, at=WITHDRAWN)
    assert confirm(city, pending, pressed=True) is None
    assert (fresh(pending).state, Answer.objects.count()) == ("closed", 0)
    assert Notice.objects.filter(kind="pressed").count() == 1


def test_the_duplicates_of_what_is_ended_go_on_alone(city: City, withdrawn: Ticket) -> None:
    child = intake.file(city.request(phone="13900000001"), by=city.agent, at=NOON)
    ticket = intake.file(city.request(phone="13900000002"), by=city.agent, at=NOON, then=route)
    merge(child, into=ticket, by=city.dispatcher, at=NOON)
    ticket = fresh(ticket)
    intake.withdraw(ticket, reason="不用办了", by=city.agent, at=WITHDRAWN)
    assert fresh(child).state == "merged"
    confirm(city, ticket)
    assert (fresh(ticket).state, fresh(child).state, fresh(child).lead) == (
        "closed", "dispatched", city.heating,
    )  # fmt: skip
    assert fresh(child).master is None


def test_a_duplicate_that_is_taken_back_leaves_its_master_and_returns_to_the_desk(
    city: City, dispatched: Ticket
) -> None:
    child = intake.file(city.request(phone="", category=None, place=None), by=city.agent, at=NOON)
    merge(child, into=dispatched, by=city.dispatcher, at=NOON + 4 * HOUR)
    intake.withdraw(child, reason="不用办了", by=None, at=WITHDRAWN)
    assert fresh(child).master is None
    assert fresh(dispatched).events.last().facts == {"child": child.number, "why": "withdraw"}
    confirm(city, child, voluntary=False)
    # Twenty of its twenty-four hours were left when it was merged.
    assert (fresh(child).state, fresh(child).dispatch_due) == ("pending", ASKED + 20 * HOUR)


@pytest.mark.parametrize("name", ["clerk", "agent"])
def test_nobody_but_an_impartial_caller_back_confirms(city: City, withdrawn: Ticket, name: str) -> None:
    before = fresh(withdrawn).version
    with pytest.raises(Refused):
        confirm(city, withdrawn, by=city.people[name])
    assert (fresh(withdrawn).state, fresh(withdrawn).version) == ("followup", before)


def test_the_three_questions_are_not_asked_of_what_was_taken_back(city: City, withdrawn: Ticket) -> None:
    yes = Said(contacted="yes", solved="solved", satisfied="satisfied")
    before = fresh(withdrawn).version
    with pytest.raises(Refused, match="撤回"):
        followup.take_answers(withdrawn, yes, channel="phone", by=city.caller_back, at=ASKED)
    assert (fresh(withdrawn).state, fresh(withdrawn).version) == ("followup", before)


def test_what_was_not_taken_back_cannot_be_confirmed(city: City, dispatched: Ticket) -> None:
    with pytest.raises(Refused):
        confirm(city, dispatched)
    assert fresh(dispatched).state == "dispatched"


def test_who_cannot_be_reached_keeps_to_what_they_said(city: City, withdrawn: Ticket) -> None:
    with pytest.raises(Refused, match="还不能结束"):
        followup.end_unreached(withdrawn, by=city.caller_back, at=ASKED, then=score)
    assert fresh(withdrawn).state == "followup"
    wrong = {"channel": "phone", "reach": "wrong_number", "by": city.caller_back}
    followup.attempt(withdrawn, at=NOON + 7 * HOUR, **wrong)
    with pytest.raises(Refused, match="核实"):
        followup.end_unasked(withdrawn, by=city.caller_back, at=ASKED)
    answer = followup.end_unreached(withdrawn, by=city.caller_back, at=ASKED, then=score)
    assert (answer.reach, fresh(withdrawn).state, ScoreLine.objects.filter(source="answer").count()) == (
        "withdrawn", "closed", 0,
    )  # fmt: skip


def test_one_who_was_leaned_on_for_a_good_word_is_heard(city: City, dispatched: Ticket) -> None:
    sweep(NOON + 24 * HOUR)
    said = Said(contacted="yes", solved="solved", satisfied="satisfied", pressed=True)
    answer = followup.take_answers(fresh(dispatched), said, channel="phone", by=city.caller_back, at=ASKED)
    assert (answer.pressed, fresh(dispatched).state) == (True, "closed")
    assert Notice.objects.get(kind="pressed").role == "supervisor"
    assert dispatched.events.get(kind="pressed").facts == {"pressed": True, "round": 1}
