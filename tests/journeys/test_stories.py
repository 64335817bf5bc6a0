"""Whole stories through the verbs, with the ruler's lines at the end."""

from datetime import timedelta

import pytest

from dispatch import actions as dispatch
from followup import actions as followup
from followup.actions import Said
from handling import actions as handling
from handling.actions import Result
from hotline.watch import sweep
from intake import actions as intake
from scoring.actions import fold, score, score_waiting
from scoring.models import ScoreLine
from tests.city import NOON, City
from tickets.chain import faults
from tickets.errors import Refused
from tickets.models import Ticket

NO = Said(contacted="no", solved="unsolved", satisfied="dissatisfied", reason="not_contacted")


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_a_unit_that_does_nothing_is_asked_about_all_the_same_and_pays_twice(city: City) -> None:
    ticket = intake.file(city.request(), by=city.agent, at=NOON, then=dispatch.route)
    due = NOON + timedelta(days=1)
    sweep(due)
    first = fresh(ticket)
    assert (first.state, first.overdue_at) == ("followup", due)

    asked = due + timedelta(hours=1)
    followup.take_answers(first, NO, channel="phone", by=city.caller_back, at=asked, then=score)
    second = fresh(ticket)
    # Half of the class limit would be twelve hours; never under a day (DOMAIN §4.6).
    assert (second.state, second.round, second.handle_due) == ("handling", 2, asked + timedelta(days=1))
    assert (second.overdue_at, second.contacted_at, second.steps) == (None, None, [])

    sweep(asked + timedelta(days=1))
    again = asked + timedelta(days=1, hours=1)
    followup.take_answers(fresh(ticket), NO, channel="phone", by=city.caller_back, at=again, then=score)
    assert fresh(ticket).state == "closed"
    score_waiting(again)
    fold(again)
    lines = ScoreLine.objects.filter(ticket=ticket, source="answer")
    assert [(line.unit, line.valid, line.responded_num, line.solved_num) for line in lines] == [
        (city.heating, 1, 0, 0),
        (city.heating, 1, 0, 0),
    ]
    assert list(faults()) == []


def test_what_no_rule_names_goes_to_the_district_which_passes_it_on(city: City) -> None:
    ticket = intake.file(
        city.request(category=city.leaves["orphan"]), by=city.agent, at=NOON, then=dispatch.route
    )
    assert (ticket.lead, ticket.assignments.get().how) == (city.district, "fallback")
    with pytest.raises(Refused):
        dispatch.redispatch(
            ticket, lead=city.other_street, reason="不在本区", by=city.district_officer, at=NOON
        )
    # The district lets its window pass: the order counts as signed, and may still be passed on.
    sweep(NOON + timedelta(hours=4))
    later = NOON + timedelta(hours=5)
    dispatch.redispatch(
        fresh(ticket), lead=city.street, reason="属地办理", by=city.district_officer, at=later
    )
    moved = fresh(ticket)
    assert (moved.state, moved.lead, moved.handle_due) == ("dispatched", city.street, ticket.handle_due)
    assert moved.sign_due == later + timedelta(hours=4)
    handling.sign(moved, by=city.street_clerk, at=later)
    with pytest.raises(Refused):
        dispatch.redispatch(
            fresh(ticket), lead=city.sibling, reason="换一家", by=city.district_officer, at=later
        )
    score_waiting(later)
    accepted = {
        unit.pk: sum(ScoreLine.objects.filter(ticket=ticket, unit=unit).values_list("accepted", flat=True))
        for unit in (city.district, city.street)
    }
    assert accepted == {city.district.pk: 0, city.street.pk: 1}


def test_an_informer_stays_unknown_and_the_accused_unit_neither_leads_nor_sees(city: City) -> None:
    tip = city.request(kind="tip_off", category=city.leaves["property"], accused=city.street)
    ticket = intake.file(tip, by=city.agent, at=NOON, then=dispatch.route)
    assert ticket.lead == city.district
    assert not Ticket.objects.visible_to(city.street_clerk).filter(pk=ticket.pk).exists()
    with pytest.raises(Refused):
        intake.look(ticket, reason="想知道是谁", by=city.district_officer, at=NOON)
    assert ticket.looks.count() == 0


def test_a_result_sent_back_is_reported_again_and_one_yes_closes_it(city: City, dispatched: Ticket) -> None:
    handling.sign(dispatched, by=city.clerk, at=NOON)
    handling.contact(dispatched, channel="phone", reached=True, note="", by=city.clerk, at=NOON)
    told = Result("explained", "已上门测温并说明排气安排。", "我们今晚排气，明早回升，请您留意。")
    handling.report(dispatched, told, by=city.clerk, at=NOON)
    handling.send_back(dispatched, note="缺少测温记录", by=city.leader, at=NOON)
    assert fresh(dispatched).reported_at is None
    handling.report(dispatched, told, by=city.clerk, at=NOON)
    handling.approve(dispatched, by=city.leader, at=NOON)
    yes = Said(contacted="yes", solved="solved", satisfied="basic")
    followup.take_answers(dispatched, yes, channel="phone", by=city.caller_back, at=NOON, then=score)
    line = ScoreLine.objects.get(ticket=dispatched, source="answer")
    assert (line.responded_num, line.solved_num, line.satisfied_num, line.basic) == (1000, 1000, 900, 1)
    assert fresh(dispatched).state == "closed"
