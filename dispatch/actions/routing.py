"""The verbs of dispatch: route by the catalogue, decide by hand, pass on within a district."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.models import Assignment, CoTask
from dispatch.queries import decision_for, table
from tickets import access
from tickets.book import book, local_day
from tickets.errors import Refused
from tickets.models import Ticket
from tickets.states import State
from units.models import Unit, User


# Always one step of a larger transaction's work or the whole of it: a savepoint would cost two statements.
@transaction.atomic(savepoint=False)
def route(ticket: Ticket, at: datetime) -> bool:
    """Dispatch a pending ticket by the catalogue in force; False when a person must decide.

    A ticket that is no longer pending is left alone, so late or twice gives the same result.
    """
    if ticket.state != State.PENDING:
        return False
    decision = decision_for(ticket, at)
    if decision is None:
        if "route_failed" not in ticket.steps:
            ticket.record("route_failed", by=None, at=at, steps=[*ticket.steps, "route_failed"])
        return False
    how = Assignment.How.RULE if decision.rule else Assignment.How.FALLBACK
    current = table(local_day(at))
    made = Assignment(
        how=how,
        rule_id=decision.rule.id if decision.rule else None,
        catalogue_id=current.catalogue_id if current else None,
        reason=decision.rule.basis if decision.rule else "",
    )
    _hand_over(ticket, "dispatch", decision.lead, decision.co, made, by=None, at=at)
    return True


@transaction.atomic
def dispatch_by_hand(
    ticket: Ticket, *, lead: Unit, co: Iterable[Unit] = (), reason: str, by: User, at: datetime
) -> None:
    """A dispatcher decides. Raises Refused without a reason, or for a unit that may not handle it."""
    made = Assignment(how=Assignment.How.BY_HAND, reason=_reason(reason))
    _refuse_unfit(ticket, lead)
    _hand_over(ticket, "dispatch", lead.pk, [unit.pk for unit in co if unit != lead], made, by=by, at=at)


@transaction.atomic
def redispatch(ticket: Ticket, *, lead: Unit, reason: str, by: User, at: datetime) -> None:
    """A district passes an order on to one of its own units; only the sign window begins anew (DOMAIN §4.6).

    What a unit has signed stays with it; what lies signed with the district government itself may go on.
    Raises Refused otherwise, and without a reason.
    """
    made = Assignment(how=Assignment.How.WITHIN_DISTRICT, reason=_reason(reason))
    if by.unit is None or not by.unit.covers(lead) or lead == ticket.lead:
        raise Refused(_("请选择本区的另一个单位。"))
    if ticket.state == State.HANDLING and ticket.lead != by.unit:
        raise Refused(_("承办单位已签收，不能再转派。"))
    _refuse_unfit(ticket, lead)
    made.ticket, made.unit, made.by, made.at = ticket, lead, by, at
    made.save(force_insert=True)
    access.hand(ticket, lead.pk)
    limit = book().limit_of(ticket.limit_id)
    ticket.move(
        "redispatch",
        by=by,
        at=at,
        facts={"assignment": made.pk, "how": made.how, "unit": lead.pk},
        lead=lead,
        assignee=None,
        inner=None,
        signed_at=None,
        sign_due=book().due(limit, at, limit.sign_minutes),
    )


def _reason(text: str) -> str:
    if len(text.strip()) < 2:
        raise Refused(_("请写明派单理由。"))
    return text.strip()


def _refuse_unfit(ticket: Ticket, lead: Unit) -> None:
    if lead.pk == ticket.accused_id:
        raise Refused(_("被举报单位不能承办对自己的举报。请另选单位。"))
    if not lead.active or lead.type in (Unit.Type.CITY_CENTRE, Unit.Type.EMERGENCY):
        raise Refused(_("该单位不能承办工单。请另选单位。"))


def _hand_over(
    ticket: Ticket,
    move: str,
    lead: int,
    co: Iterable[int],
    made: Assignment,
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Write the decision, its limits and the co-units' parts on the ticket."""
    made.ticket, made.unit_id, made.by, made.at = ticket, lead, by, at
    made.save(force_insert=True)
    co = [unit for unit in co if unit != ticket.accused_id]
    limit = book().limit_of(ticket.limit_id)
    moments = book().deadlines(limit, at, limit.handle_minutes)
    CoTask.objects.bulk_create(
        [CoTask(ticket=ticket, unit_id=unit, at=at) for unit in co], ignore_conflicts=True
    )
    access.hand(ticket, lead, co)
    ticket.move(
        move,
        by=by,
        at=at,
        facts={"assignment": made.pk, "how": made.how, "unit": lead},
        lead_id=lead,
        dispatched_at=at,
        clock_from=at,
        handle_minutes=limit.handle_minutes,
        sign_due=book().due(limit, at, limit.sign_minutes),
        contact_due=book().due(limit, at, limit.contact_minutes),
        **moments.as_changes(),
    )


@transaction.atomic
def route_locked(key: int, at: datetime) -> bool:
    """Route the ticket unless somebody else holds or has placed it."""
    waiting = Ticket.objects.waiting_dispatch().select_for_update(skip_locked=True, of=("self",))
    ticket = waiting.select_related("category", "place__street", "place__district").filter(pk=key).first()
    return ticket is not None and route(ticket, at)
