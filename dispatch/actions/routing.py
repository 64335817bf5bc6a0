"""The verbs of dispatch: route by the catalogue, decide by hand, pass on within a district."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions import helping, rebound
from dispatch.models import Assignment
from dispatch.queries import Terms, decision_for, is_a_departments, table, terms_for
from dispatch.queries.objections import freed
from intake.rules import scrub
from tickets import access
from tickets.book import book, local_day
from tickets.errors import Refused
from tickets.models import Ticket
from tickets.pauses import put_off
from tickets.queries import hold
from tickets.states import State
from units.models import Unit, User

#: They run the line or are called by telephone.
NEVER = (Unit.Type.CITY_CENTRE, Unit.Type.EMERGENCY)
GRASSROOTS = (Unit.Type.STREET, Unit.Type.TOWN, Unit.Type.COMMUNITY)


# Always one step of a larger transaction's work or the whole of it: a savepoint would cost two statements.
@transaction.atomic(savepoint=False)
def route(ticket: Ticket, at: datetime, by: User | None = None) -> bool:
    """Dispatch a pending ticket by the catalogue in force; False when a person must decide.

    A ticket that is no longer pending is left alone, so late or twice gives the same result. `by`: the
    dispatcher who takes the catalogue's word for it. What came back goes to whom it was with (反弹).
    """
    if ticket.state != State.PENDING:
        return False
    old = rebound.former(ticket, at)
    if old is not None:
        return rebound.take_up_again(old, ticket, at)
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
    hand_over(ticket, "dispatch", decision.lead, decision.co, made, by=by, at=at)
    return True


@transaction.atomic
def dispatch_by_hand(
    ticket: Ticket, *, lead: Unit, co: Iterable[Unit] = (), reason: str, by: User, at: datetime
) -> None:
    """A dispatcher decides. Raises Refused without a reason, or for a unit that may not handle it."""
    made = Assignment(how=Assignment.How.BY_HAND, reason=_reason(reason))
    refuse_unfit(ticket, lead, at)
    _refuse_freed(ticket, lead)
    helpers = [unit.pk for unit in co if unit != lead and not access.accuses(ticket, unit)]
    hand_over(ticket, "dispatch", lead.pk, helpers, made, by=by, at=at)


@transaction.atomic
def redispatch(ticket: Ticket, *, lead: Unit, reason: str, by: User, at: datetime) -> None:
    """A district passes an order on to one of its own units; the limit runs on, the windows to sign and to
    contact the caller are the new unit's own (DOMAIN §4.6).

    What a unit has signed stays with it; what lies signed with the district government itself may go on.
    Raises Refused otherwise, and without a reason.
    """
    made = Assignment(how=Assignment.How.WITHIN_DISTRICT, reason=_reason(reason))
    if by.unit is None or not by.unit.covers(lead) or lead == ticket.lead:
        raise Refused(_("请选择本区的另一个单位。"))
    if ticket.state == State.HANDLING and ticket.lead != by.unit:
        raise Refused(_("承办单位已签收，不能再转派。"))
    refuse_unfit(ticket, lead, at)
    _refuse_freed(ticket, lead)
    made.ticket, made.unit, made.by, made.at = ticket, lead, by, at
    made.save(force_insert=True)
    access.hand(ticket, lead.pk)
    helping.end_part(ticket, lead.pk, by=by, at=at)
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
        contacted_at=None,
        sign_due=book().due(limit, at, limit.sign_minutes),
        contact_due=book().due(limit, at, limit.contact_minutes),
        # What the former unit missed is not the new one's.
        steps=[step for step in ticket.steps if step not in ("auto_sign", "contact_late")],
    )


def _reason(text: str) -> str:
    """What was typed, without numbers of people: the unit and the reviewers read it."""
    if len(text.strip()) < 2:
        raise Refused(_("请写明派单理由。"))
    return scrub(text.strip())


def refuse_unfit(ticket: Ticket, unit: Unit, at: datetime) -> None:
    """Whoever decides and however: raises Refused for a unit that may not lead this ticket.

    The accused of a 举报 never, nor whom it commands; nor a street, town or community where the catalogue in
    force names a department (国办函〔2025〕66号 (五)).
    """
    if access.accuses(ticket, unit):
        raise Refused(_("被举报单位不能承办对自己的举报，其下属单位也不能。请另选单位。"))
    if not unit.active or unit.type in NEVER:
        raise Refused(_("该单位不能承办工单。请另选单位。"))
    if unit.type in GRASSROOTS and is_a_departments(ticket, at):
        raise Refused(
            _("目录规定本事项由部门承办，不得下派街道、乡镇或社区。分类有误的，请先更正分类，再派单。")
        )


def _refuse_freed(ticket: Ticket, unit: Unit) -> None:
    if unit.pk in freed(ticket):
        raise Refused(_("该单位的异议已成立，不能再派给它；确需由它承办的，须经裁定。请另选单位。"))


def hand_over(
    ticket: Ticket,
    move: str,
    lead: int,
    co: Iterable[int],
    made: Assignment,
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Write the decision, its limits and the co-units' parts on the ticket.

    A handling limit that once began runs on, whoever leads; only sign and contact windows begin anew
    (DOMAIN §3.4).
    """
    if by is not None:
        hold(ticket)
    made.ticket, made.unit_id, made.by, made.at = ticket, lead, by, at
    made.save(force_insert=True)
    found = terms_for(ticket, at)
    moments = _moments(ticket, found, at)
    if ticket.clock_from is not None:
        helping.end_part(ticket, lead, by=by, at=at)
    co_units = _add_helpers(ticket, (unit for unit in co if unit != lead), found, at)
    access.hand(ticket, lead, co_units)
    ticket.move(
        move,
        by=by,
        at=at,
        facts={"assignment": made.pk, "how": made.how, "unit": lead},
        lead_id=lead,
        dispatched_at=at,
        limit=found.limit,
        urgent=found.limit.urgent,
        sign_due=book().due(found.limit, at, found.limit.sign_minutes),
        contact_due=book().due(found.limit, at, found.limit.contact_minutes),
        **moments,
    )


def _moments(ticket: Ticket, found: Terms, at: datetime) -> dict[str, object]:
    """The handling limit, from now; one of the same length that began before is left alone."""
    begin = ticket.clock_from or at
    if ticket.clock_from is not None and ticket.handle_minutes == found.handle_minutes:
        return {}
    moments = book().deadlines(found.limit, begin, found.handle_minutes).as_changes()
    moments = put_off(ticket, found.limit, moments)
    return {"clock_from": begin, "handle_minutes": found.handle_minutes, **moments}


def _add_helpers(ticket: Ticket, units: Iterable[int], found: Terms, at: datetime) -> list[int]:
    """A part for each co-unit that has none yet, due after `co_percent` of the lead's limit (DOMAIN R10)."""
    part = round(found.handle_minutes * book().number("co_percent", at) / 100)
    due = book().due(found.limit, at, part)
    units = list(units)
    # A ticket whose limit never ran has no parts: the ordinary dispatch need not look.
    known = set(ticket.co_tasks.values_list("unit", flat=True)) if ticket.clock_from else set()
    helping.add_parts(ticket, (unit for unit in units if unit not in known), due=due, at=at)
    return units


@transaction.atomic
def route_locked(key: int, at: datetime) -> bool:
    """Route the ticket unless somebody else holds or has placed it."""
    waiting = Ticket.objects.waiting_dispatch().select_for_update(skip_locked=True, of=("self",))
    ticket = waiting.select_related("category", "place__street", "place__district").filter(pk=key).first()
    return ticket is not None and route(ticket, at)
