"""Many callers, one event: each caller counts once, or the event once, as the scheme has it (DOMAIN §2.2)."""

from datetime import timedelta

import pytest
from django.db import connection

from dispatch.actions import dispatch_by_hand, route
from dispatch.actions.merging import merge, unmerge
from dispatch.queries.merging import first_request
from followup.actions import Said, take_answers
from followup.models import Answer
from handling import actions as handling
from handling.actions import Result
from intake import actions as intake
from scoring.actions import declaring, ensure_period, exclusions, fold, score, score_waiting
from scoring.actions.declaring import Event, leave_out_declared
from scoring.audit import differences
from scoring.models import Scheme, ScoreLine
from scoring.queries import amounts
from scoring.queries.mine import answer_to_ask
from tests.city import NOON, City
from tests.handling.conftest import photo
from tests.scoring.asking import filed
from tests.scoring.test_audit import tamper
from tickets.models import Ticket
from units.models import Unit, User

HOUR = timedelta(hours=1)
YES = Said(contacted="yes", solved="solved", satisfied="satisfied")
NO = Said(contacted="no", solved="unsolved", satisfied="dissatisfied", reason="attitude")
RESULT = Result("explained", "已上门测温并说明排气安排。", "今晚排气，明早回升，请您留意。")
FIRST, SECOND, THIRD = "13800002046", "13900000001", "13900000002"


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def group(city: City, *phones: str) -> list[Ticket]:
    """A master and its duplicates, one by each of these callers."""
    tickets = [
        intake.file(city.request(phone=phone), by=city.agent, at=NOON + n * timedelta(minutes=1))
        for n, phone in enumerate(phones)
    ]
    assert route(tickets[0], NOON + HOUR)
    for child in tickets[1:]:
        merge(child, into=fresh(tickets[0]), by=city.dispatcher, at=NOON + HOUR)
    return tickets


def work(city: City, master: Ticket) -> None:
    """The heating company finishes the master."""
    at = NOON + 2 * HOUR
    handling.sign(fresh(master), by=city.clerk, at=at)
    handling.report(fresh(master), RESULT, by=city.clerk, at=at)
    handling.approve(fresh(master), by=city.leader, at=at)


def ask(city: City, ticket: Ticket, said: Said = YES, hours: int = 3) -> Answer:
    how = {"channel": "phone", "by": city.caller_back, "at": NOON + hours * HOUR}
    return take_answers(fresh(ticket), said, then=score, **how)


def counted(unit: Unit) -> dict[str, int]:
    """受理、办结、有效回访、解决、剔除 of the unit's month."""
    score_waiting(NOON + 9 * HOUR)
    (row,) = amounts([ensure_period(NOON)], credited=unit)
    return {name: row.amounts[name] for name in ("accepted", "closed", "valid", "solved", "excluded")}


def agreed() -> bool:
    return [str(one) for one in differences(ensure_period(NOON))] == []


@pytest.mark.parametrize(
    ("cluster", "phones", "callers"),
    [
        ("each", [FIRST, SECOND, THIRD], 3),
        ("each", [FIRST, SECOND, SECOND], 2),
        ("each", [FIRST, FIRST, SECOND], 2),
        ("each", [FIRST, FIRST, FIRST], 1),
        # Without a number nobody is anybody's second.
        ("each", ["", "", FIRST], 3),
        ("once", [FIRST, SECOND, THIRD], 1),
        ("once", [FIRST, SECOND, SECOND], 1),
    ],
)
def test_each_caller_counts_once_or_the_event_does(
    city: City, cluster: str, phones: list[str], callers: int
) -> None:
    Scheme.objects.update(cluster=cluster)
    tickets = group(city, *phones)
    work(city, tickets[0])
    # The last one is asked first: who counts is no matter of who is asked when.
    for ticket in reversed(tickets):
        assert ask(city, ticket).counted
    assert counted(city.heating) == {
        "accepted": callers, "closed": callers, "valid": callers, "solved": callers, "excluded": 0,
    }  # fmt: skip
    assert ScoreLine.objects.filter(source="answer").count() == callers
    assert agreed()


def test_of_one_caller_the_first_request_in_the_group_counts(city: City) -> None:
    _master, first, second = tickets = group(city, FIRST, SECOND, SECOND)
    assert [first_request(fresh(ticket)) for ticket in tickets] == [tickets[0], first, first]
    unmerge(fresh(first), by=city.dispatcher, at=NOON + HOUR)
    assert first_request(fresh(second)) == second


@pytest.mark.parametrize(("cluster", "valid"), [("each", 2), ("once", 1)])
def test_a_duplicate_that_is_reopened_is_an_order_by_its_own_assignment(
    city: City, cluster: str, valid: int
) -> None:
    Scheme.objects.update(cluster=cluster)
    master, child, again = group(city, FIRST, SECOND, SECOND)
    work(city, master)
    ask(city, master)
    ask(city, child, NO)
    assert (fresh(child).state, fresh(child).master) == ("handling", None)
    # It went its own way, and its caller does not count a second time for that.
    assert (ask(city, again).repeat, fresh(again).state) == (True, "closed")
    assert counted(city.heating) == {
        "accepted": 2, "closed": 1, "valid": valid, "solved": 1, "excluded": 0,
    }  # fmt: skip
    assert agreed()


def test_what_the_unit_had_as_an_order_before_is_not_accepted_twice(city: City) -> None:
    """It objected that it has this already, rightly, and the dispatcher merged it."""
    master = group(city, FIRST)[0]
    child = intake.file(city.request(phone=SECOND), by=city.agent, at=NOON)
    dispatch_by_hand(child, lead=city.heating, reason="属地", by=city.dispatcher, at=NOON)
    Ticket.objects.filter(pk=child.pk).update(state="pending", lead=None)
    merge(fresh(child), into=fresh(master), by=city.dispatcher, at=NOON + HOUR)
    work(city, master)
    ask(city, master)
    ask(city, child)
    assert counted(city.heating) == {"accepted": 2, "closed": 2, "valid": 2, "solved": 2, "excluded": 0}
    assert agreed()


def test_a_duplicate_that_counts_may_be_left_out_and_stays_an_order(
    city: City, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = tmp_path
    master, child = group(city, FIRST, SECOND)
    work(city, master)
    ask(city, master)
    answer = ask(city, child)
    at = NOON + 4 * HOUR
    assert answer_to_ask(city.clerk, child, at) == answer
    row = exclusions.ask(answer, ground="X2", text="已进入诉讼程序", by=city.clerk, at=at, files=[photo()])
    exclusions.agree(row, opinion="属实", by=city.supervisor, at=at)
    assert counted(city.heating) == {"accepted": 2, "closed": 2, "valid": 1, "solved": 1, "excluded": 1}
    assert agreed()


@pytest.mark.parametrize(("cluster", "out"), [("each", 2), ("once", 1)])
def test_a_declaration_leaves_out_the_callers_who_count(city: City, cluster: str, out: int) -> None:
    Scheme.objects.update(cluster=cluster)
    tickets = group(city, FIRST, SECOND)
    work(city, tickets[0])
    for ticket in tickets:
        ask(city, ticket)
    event = Event("暴雨", NOON - HOUR, NOON + HOUR, "京汛〔2026〕1号")
    row = declaring.declare(event, by=city.supervisor, at=NOON + 4 * HOUR)
    second = User.objects.create(username="second", roles=["supervisor"], unit=city.centre)
    declaring.confirm(row, by=second, at=NOON + 4 * HOUR)
    assert leave_out_declared(NOON + 5 * HOUR) == out
    assert counted(city.heating) == {"accepted": out, "closed": out, "valid": 0, "solved": 0, "excluded": out}
    assert agreed()


@pytest.mark.parametrize(("cluster", "phone"), [("each", FIRST), ("once", SECOND)])
def test_what_does_not_count_is_not_to_be_left_out(city: City, cluster: str, phone: str) -> None:
    Scheme.objects.update(cluster=cluster)
    master, child = group(city, FIRST, phone)
    work(city, master)
    ask(city, child)
    assert answer_to_ask(city.clerk, child, NOON + 4 * HOUR) is None


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("scoring_scoreline", "UPDATE scoring_scoreline SET accepted = 0 WHERE source = 'answer'"),
        ("scoring_scoreline", "DELETE FROM scoring_scoreline WHERE source = 'answer' AND accepted = 1"),
        ("followup_answer", "UPDATE followup_answer SET repeat = TRUE WHERE merged"),
        ("followup_answer", "UPDATE followup_answer SET repeat = FALSE"),
        ("followup_answer", "UPDATE followup_answer SET merged = FALSE"),
        ("scoring_scheme", "UPDATE scoring_scheme SET cluster = 'once'"),
    ],
)
def test_the_audit_finds_a_caller_who_was_counted_otherwise(city: City, table: str, statement: str) -> None:
    tickets = group(city, FIRST, SECOND, SECOND)
    work(city, tickets[0])
    for ticket in tickets:
        ask(city, ticket)
    score_waiting(NOON + 9 * HOUR)
    assert agreed()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    tamper(table, statement)
    assert not agreed()


def test_the_next_months_choice_changes_no_month_before(city: City) -> None:
    def of_duplicates(at: object) -> int:
        """How many answers of a month count, of one duplicate and one order."""
        for merged in (False, True):
            Answer.objects.create(
                ticket=filed(city, city.street), round=1, unit=city.street, reach="reached", channel="phone",
                contacted="yes", solved="solved", satisfied="satisfied", merged=merged, at=at,
            )  # fmt: skip
        score_waiting(at)
        (row,) = amounts([ensure_period(at)], credited=city.street)
        return row.amounts["valid"]

    assert of_duplicates(NOON) == 2
    now = Scheme.objects.get()
    # The month of April begins with the 19th of March.
    now.pk, now.cluster, now.effective_from = None, "once", NOON.date() + timedelta(days=17)
    now.save()
    assert of_duplicates(NOON + timedelta(days=30)) == 1
    (march,) = amounts([ensure_period(NOON)], credited=city.street)
    assert march.amounts["valid"] == 2
    fold(NOON + timedelta(days=31))
    for at in (NOON, NOON + timedelta(days=30)):
        assert list(differences(ensure_period(at))) == []
