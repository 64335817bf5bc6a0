"""The caller is back with what was closed as solved (反弹): the old order is taken up again (DOMAIN §2.2).

The new request follows the old one; the ruler takes 已解决 back by itself, from the `Rebound`.
"""

from datetime import datetime, timedelta

from django.db import transaction

from dispatch.models import Rebound
from dispatch.rules import came_back, second_limit
from tickets.book import book
from tickets.models import LadderStep, Ticket
from tickets.notices import tell_line
from tickets.states import Kind, State


def former(ticket: Ticket, at: datetime) -> Ticket | None:
    """The ticket of the same caller, leaf and place that a pending request brings back; None: there is none.

    It was closed as solved within `duplicate_days` before, and never came back yet.
    """
    if ticket.repeat_of_id is None or ticket.kind == Kind.TIP_OFF:
        return None
    found = Ticket.objects.filter(pk=ticket.repeat_of_id, state=State.CLOSED, master=None)
    found = found.exclude(kind=Kind.TIP_OFF).exclude(lead=None).filter(rebound=None)
    old = found.first()
    within = timedelta(days=book().number("duplicate_days", at))
    if old is None or not came_back(old.closed_at, ticket.received_at, within):
        return None
    return old if _closed_as_solved(old) else None


def _closed_as_solved(ticket: Ticket) -> bool:
    """What the caller said when it was closed stands in the story."""
    last = ticket.events.filter(kind="close").last()
    return last is not None and last.facts.get("solved") == "solved"


@transaction.atomic
def take_up_again(old: Ticket, returned: Ticket, at: datetime) -> bool:
    """Reopen the old ticket with half its limit, and let the new request follow it.

    False when somebody else holds or has just changed the old one: the next beat looks again.
    """
    held = Ticket.objects.select_for_update(skip_locked=True, of=("self",))
    master = held.filter(pk=old.pk, version=old.version).first()
    if master is None:
        return False
    row = Rebound.objects.create(ticket=master, returned=returned, round=master.round, at=at)
    facts = {"child": returned.number, "rebound": row.pk, "round": master.round}
    master.move("rebound", by=None, at=at, facts=facts, closed_at=None, **second_round(master, at))
    master.record("adopt", by=None, at=at, facts={"child": returned.number})
    returned.move("merge", by=None, at=at, facts={"master": master.number}, master=master)
    tell_line(master, "rebound", LadderStep.Who.CLERK, LadderStep.Who.LEADER, at=at)
    return True


def second_round(ticket: Ticket, at: datetime) -> dict[str, object]:
    """The clocks of a reopened ticket: half the class limit, at least a day (settings rows)."""
    limit = book().limit_of(ticket.limit_id)
    minutes = second_limit(
        limit.handle_minutes, book().number("reopen_divisor", at), book().number("reopen_min_minutes", at)
    )
    moments = book().deadlines(limit, at, minutes)
    return {
        "round": ticket.round + 1,
        "master": None,
        "clock_from": at,
        "handle_minutes": minutes,
        "contact_due": book().due(limit, at, limit.contact_minutes),
        **moments.as_changes(),
        "contacted_at": None,
        "reported_at": None,
        "followup_at": None,
        "followup_due": None,
        "overdue_at": None,
        "outcome": "",
        "steps": [],
    }
