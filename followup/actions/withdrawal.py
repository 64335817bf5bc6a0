"""The caller took the request back: was it their own will (撤回核实, DOMAIN §4.6)?"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions import objections, route
from dispatch.actions.merging import set_free
from followup.actions.asking import Then, last_try, note_pressure, refuse_partial
from followup.models import Answer, Reach
from followup.queries import handled_before, idle_since
from handling.actions.on_plan import lapse
from handling.models import Report
from intake.rules import scrub
from tickets.book import book
from tickets.errors import Refused
from tickets.models import LadderStep, Ticket
from tickets.notices import tell_line
from tickets.pauses import stood_still
from tickets.rules import HANDLING
from units.models import User

#: The moments of a running limit, which move when it stood still.
MOMENTS = ("contact_due", *HANDLING)


@transaction.atomic
def confirm_withdrawal(
    ticket: Ticket,
    *,
    voluntary: bool,
    pressed: bool = False,
    remark: str = "",
    channel: str,
    by: User,
    at: datetime,
    then: Then | None = None,
) -> Answer | None:
    """The caller says whether they want to end it. Yes: closed, and the ruler counts nothing.

    No: it goes on where it was, and the check took no time of it. `pressed`: a supervisor is told either
    way. None where no unit had it, or it goes on. Raises Refused for a ticket that was not withdrawn, and for
    the unit's own people.
    """
    _refuse_unless_withdrawn(ticket)
    refuse_partial(ticket, by)
    if pressed:
        note_pressure(ticket, by, at)
    if not voluntary:
        _go_on(ticket, by, at)
        return None
    answer = Answer(reach=Reach.WITHDRAWN, pressed=pressed, remark=scrub(remark.strip()), channel=channel)
    return _close(ticket, answer, by, at, then)


@transaction.atomic
def end_unreached(ticket: Ticket, *, by: User, at: datetime, then: Then | None = None) -> Answer | None:
    """The attempts are enough and nobody could be asked: what the caller said when they withdrew stands.

    Raises Refused before they are enough.
    """
    _refuse_unless_withdrawn(ticket)
    last = last_try(ticket, by, at)
    return _close(ticket, Answer(reach=Reach.WITHDRAWN, channel=last.channel), by, at, then)


def _refuse_unless_withdrawn(ticket: Ticket) -> None:
    if ticket.withdrawn_at is None:
        raise Refused(_("诉求人没有撤回这件诉求。请刷新后再试。"))


def _close(ticket: Ticket, answer: Answer, by: User, at: datetime, then: Then | None) -> Answer | None:
    """Archived; who came with it goes on without it. An answer is kept where a unit had begun."""
    had_unit = handled_before(ticket)
    facts = {"round": ticket.round, "reach": answer.reach, "pressed": answer.pressed}
    lapse(ticket, at)
    ticket.move("close", by=by, at=at, facts=facts, closed_at=at)
    ticket.pauses.filter(end=None).update(end=at)
    set_free(ticket, at)
    if not had_unit:
        return None
    answer.ticket, answer.round, answer.unit_id = ticket, ticket.round, ticket.lead_id
    answer.by, answer.at = by, at
    answer.save(force_insert=True)
    if then is not None:
        then(answer, at)
    return answer


def _go_on(ticket: Ticket, by: User, at: datetime) -> None:
    """As if nothing had been withdrawn: each clock has the time left that it had then."""
    changes: dict[str, object] = {"withdrawn_at": None, "followup_at": None, "followup_due": None}
    since = idle_since(ticket)
    if not handled_before(ticket):
        limit = book().limit_of(ticket.limit_id)
        changes["dispatch_due"] = book().resumed(limit, ticket.dispatch_due, since, at)
        ticket.move("back_to_desk", by=by, at=at, **changes)
        route(ticket, at)
        return
    changes |= stood_still(ticket, MOMENTS, since, at)
    # Unsigned: it counts as signed now. A result that waited for its approval is to be reported anew.
    changes |= {"signed_at": ticket.signed_at or at, "reported_at": None, "outcome": ""}
    lapse(ticket, at)
    # Nobody ruled on it: the unit may raise it anew.
    objections.lapse(ticket, at)
    ticket.move("keep_on", by=by, at=at, facts={"since": since.isoformat()}, **changes)
    ticket.pauses.filter(end=None).update(end=at)
    ticket.reports.filter(verdict=Report.Verdict.WAITING).update(
        verdict=Report.Verdict.SENT_BACK,
        verdict_at=at,
        verdict_note=_("诉求人要求继续办理，请核实后重新反馈。"),
    )
    tell_line(ticket, "keep_on", LadderStep.Who.CLERK, at=at)
