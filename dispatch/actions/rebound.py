"""The caller is back with what was closed as solved (反弹): the old order is taken up again (DOMAIN §2.2).

The new request follows the old one; the ruler takes 已解决 back by itself, from the `Rebound`.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.models import Assignment, Rebound
from dispatch.queries import terms_for
from dispatch.queries.merging import first_request
from dispatch.queries.reckoning import extended
from dispatch.rules import came_back, second_limit
from tickets.book import book
from tickets.models import LadderStep, Limit, Ticket
from tickets.notices import tell_line
from tickets.states import Kind, State


def former(ticket: Ticket, at: datetime) -> Ticket | None:
    """The ticket of the same caller, leaf and place that a pending request brings back; None: there is none.

    It was closed as solved within `duplicate_days` before, and never came back yet. Of several requests in
    one group it is the caller's first, the one that counts.
    """
    if ticket.repeat_of_id is None or ticket.kind == Kind.TIP_OFF:
        return None
    old = first_request(Ticket.objects.select_related("master", "case").get(pk=ticket.repeat_of_id))
    if old.state != State.CLOSED or old.kind == Kind.TIP_OFF or old.lead_id is None:
        return None
    within = timedelta(days=book().number("duplicate_days", at))
    if not came_back(old.closed_at, ticket.received_at, within) or not _closed_as_solved(old):
        return None
    return None if Rebound.objects.filter(ticket=old).exists() else old


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
    followed = master.master_id is not None
    master.move("rebound", by=None, at=at, facts=facts, closed_at=None, **second_round(master, at))
    if followed:
        stand_alone(master, _("并单诉求人再次反映同一问题"), at)
    master.record("adopt", by=None, at=at, facts={"child": returned.number})
    returned.move("merge", by=None, at=at, facts={"master": master.number}, master=master)
    tell_line(master, "rebound", LadderStep.Who.CLERK, LadderStep.Who.LEADER, at=at)
    return True


def stand_alone(ticket: Ticket, reason: str, at: datetime) -> Assignment:
    """A duplicate that is reopened is an order of its own, with the unit that led the master."""
    return Assignment.objects.create(
        ticket=ticket, unit_id=ticket.lead_id, how=Assignment.How.FOLLOWED, reason=reason, at=at
    )


def second_round(ticket: Ticket, at: datetime) -> dict[str, object]:
    """The clocks of a reopened ticket: half of the limit that it had, at least a day (settings rows)."""
    limit, minutes = _limit_before(ticket, at)
    if ticket.round == 1:
        divisor, least = (book().number(key, at) for key in ("reopen_divisor", "reopen_min_minutes"))
        minutes = second_limit(minutes, divisor, least)
    moments = book().deadlines(limit, at, minutes)
    return {
        "round": ticket.round + 1,
        "master": None,
        "limit": limit,
        "urgent": limit.urgent,
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


def _limit_before(ticket: Ticket, at: datetime) -> tuple[Limit, int]:
    """The class and the handling minutes of the round that ended, days by law too (DOMAIN §3.2), without what
    extensions added. A duplicate worked by its master's, and gets those of its own matter.
    """
    if ticket.master_id is not None:
        found = terms_for(ticket, at)
        return found.limit, found.handle_minutes
    longer = extended([ticket.pk], since=ticket.clock_from)[ticket.pk]
    return book().limit_of(ticket.limit_id), ticket.handle_minutes - longer
