"""Merge and un-merge with three callers; and a withdrawal under pressure."""

from datetime import timedelta

from dispatch import actions as dispatch
from dispatch.actions.merging import merge, unmerge
from followup import actions as followup
from followup.actions import Said
from followup.models import Answer
from handling import actions as handling
from handling.actions import Result
from hotline.watch import sweep
from intake import actions as intake
from portal.queries import case_of
from portal.story import now
from scoring.actions import fold, score, score_waiting
from scoring.audit import differences
from scoring.models import Period, ScoreLine
from tests.city import NOON, City
from tickets.chain import faults
from tickets.models import Notice, Ticket

HOUR = timedelta(hours=1)
YES = Said(contacted="yes", solved="solved", satisfied="satisfied")
NO = Said(contacted="no", solved="unsolved", satisfied="dissatisfied", reason="not_accepted")
RESULT = Result("explained", "已上门测温并说明排气安排。", "今晚排气，明早回升，请您留意。")


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("seq").values_list("kind", flat=True))


def work(city: City, ticket: Ticket, at: object) -> None:
    """The heating company finishes a signed order."""
    handling.contact(ticket, channel="phone", reached=True, note="", by=city.clerk, at=at)
    handling.report(ticket, RESULT, by=city.clerk, at=at)
    handling.approve(ticket, by=city.leader, at=at)


def test_three_callers_ask_the_same_one_goes_apart_and_each_is_told_and_called_back(city: City) -> None:
    # Three neighbours; the third means another house, which comes out only later.
    first, second, third = [
        intake.file(city.request(phone=f"1380000000{n}", name="居民"), by=city.agent, at=NOON + n * HOUR)
        for n in range(3)
    ]
    assert dispatch.route(first, NOON)
    for child in (second, third):
        merge(child, into=fresh(first), by=city.dispatcher, at=NOON + 3 * HOUR)
        told = now(case_of(child.number), NOON + 3 * HOUR)
        assert "合并" in told.headline + told.text
        assert case_of(child.number).lead == city.heating
    unmerge(fresh(third), by=city.dispatcher, at=NOON + 4 * HOUR)
    assert (fresh(third).state, fresh(third).lead, fresh(third).master) == ("dispatched", city.heating, None)
    assert [e.facts["child"] for e in first.events.filter(kind__in=["adopt", "let_go"])] == [
        second.number, third.number, third.number,
    ]  # fmt: skip

    handling.sign(fresh(first), by=city.clerk, at=NOON + 5 * HOUR)
    work(city, fresh(first), NOON + 6 * HOUR)
    assert [fresh(one).state for one in (first, second, third)] == ["followup", "followup", "dispatched"]
    assert [row.reply for row in case_of(second.number).all_replies] == [RESULT.reply]
    assert case_of(third.number).all_replies == []

    # The first is content; the second is not, and gets an order of its own with half the limit.
    asked = NOON + 8 * HOUR - timedelta(minutes=1)
    by = {"channel": "phone", "by": city.caller_back, "at": asked, "then": score}
    followup.take_answers(fresh(first), YES, **by)
    answer = followup.take_answers(fresh(second), NO, **by)
    assert (answer.merged, answer.repeat, answer.counted) == (True, False, True)
    alone = fresh(second)
    assert (alone.state, alone.master, alone.round, alone.lead) == ("handling", None, 2, city.heating)
    assert (alone.handle_due, alone.assignments.get().how) == (asked + 24 * HOUR, "followed")
    work(city, alone, asked + HOUR)
    again = followup.take_answers(
        fresh(second), YES, channel="phone", by=city.caller_back, at=NOON + 22 * HOUR, then=score
    )
    assert (again.merged, again.round) == (False, 2)

    # The third's own order runs out unreported, and its caller is asked like anybody.
    sweep(NOON + 40 * HOUR)
    assert fresh(third).state == "followup"
    followup.take_answers(
        fresh(third), NO, channel="phone", by=city.caller_back, at=NOON + 45 * HOUR, then=score
    )
    score_waiting(NOON + 46 * HOUR)
    fold(NOON + 46 * HOUR)
    lines = ScoreLine.objects.filter(source="answer").order_by("pk")
    # Each caller counts, the second's first answer as a duplicate too; it did not end anything.
    assert [(line.ticket, line.valid, line.closed, line.accepted) for line in lines] == [
        (first, 1, 1, 0), (second, 1, 0, 0), (second, 1, 1, 0), (third, 1, 0, 0),
    ]  # fmt: skip
    assert Answer.objects.count() == 4
    assert sum(ScoreLine.objects.filter(unit=city.heating).values_list("accepted", flat=True)) == 3
    assert [str(one) for period in Period.objects.all() for one in differences(period)] == []
    assert list(faults()) == []


def test_a_caller_is_leaned_on_to_take_it_back_and_says_so(city: City, dispatched: Ticket) -> None:
    neighbour = intake.file(city.request(phone="13900000001"), by=city.agent, at=NOON)
    merge(neighbour, into=dispatched, by=city.dispatcher, at=NOON)
    ticket = fresh(dispatched)
    handling.sign(ticket, by=city.clerk, at=NOON + HOUR)
    due = ticket.handle_due
    # "We cannot help you, but do take it back": the caller does, on the page of the case.
    intake.withdraw(fresh(ticket), reason="单位让我撤的", by=None, at=NOON + 2 * HOUR)
    assert Notice.objects.get(kind="withdraw").unit == city.heating
    sweep(NOON + 30 * HOUR)
    held = fresh(ticket)
    assert (held.state, held.overdue_at, fresh(neighbour).state) == ("followup", None, "merged")

    followup.confirm_withdrawal(
        held, voluntary=False, pressed=True, channel="phone", by=city.caller_back, at=NOON + 26 * HOUR
    )
    back = fresh(ticket)
    assert (back.state, back.handle_due) == ("handling", due + 24 * HOUR)
    assert Notice.objects.get(kind="pressed").role == "supervisor"
    assert kinds(back)[-2:] == ["pressed", "keep_on"]

    # Now it is done, and both callers are asked.
    work(city, back, NOON + 30 * HOUR)
    assert (fresh(ticket).state, fresh(neighbour).state) == ("followup", "followup")
    followup.take_answers(fresh(ticket), YES, channel="phone", by=city.caller_back, at=NOON + 45 * HOUR)
    assert fresh(ticket).state == "closed"
    assert list(faults()) == []
