"""How the unit's own record of a contact stands when its caller is asked (DOMAIN §2.2, 响应率)."""

from datetime import datetime, timedelta

from followup import actions
from followup.actions import Said
from followup.models import Answer
from handling import actions as handling
from handling.actions import Result
from tests.city import NOON, City
from tickets.models import Ticket

YES = Said(contacted="yes", solved="solved", satisfied="satisfied")
NO = Said(solved="unsolved", satisfied="dissatisfied", reason="not_accepted")
SECOND = timedelta(seconds=1)


def answered(city: City, ticket: Ticket, said: Said, contact: datetime | None, at: datetime) -> Answer:
    """The unit contacts at a moment, or never, and reports; the caller answers at another."""
    if contact is not None:
        handling.contact(ticket, channel="phone", reached=True, note="已联系", by=city.clerk, at=contact)
    done = Result(outcome="explained", text="已上门说明。", reply="已向您说明情况。")
    handling.report(ticket, done, by=city.clerk, at=at)
    handling.approve(ticket, by=city.leader, at=at)
    return actions.take_answers(ticket, said, channel="phone", by=city.caller_back, at=at)


def record(answer: Answer) -> tuple[bool, bool, bool]:
    return answer.recorded, answer.late_contact, answer.contact_in_time


def test_a_late_contact_of_the_first_round_is_not_held_against_the_second(
    city: City, dispatched: Ticket
) -> None:
    handling.sign(dispatched, by=city.clerk, at=NOON)
    due = dispatched.contact_due
    first = answered(city, dispatched, NO, due + SECOND, NOON + timedelta(hours=4))
    assert record(first) == (True, True, False)
    again = dispatched.contact_due
    assert again > due
    second = answered(city, dispatched, YES, again, NOON + timedelta(hours=22))
    assert record(second) == (True, False, True)


def test_without_a_record_no_contact_was_late(city: City, dispatched: Ticket) -> None:
    handling.sign(dispatched, by=city.clerk, at=NOON)
    answer = answered(city, dispatched, YES, None, NOON + timedelta(hours=4))
    assert record(answer) == (False, False, False)
