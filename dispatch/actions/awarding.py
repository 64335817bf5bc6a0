"""What a ruling on an objection does to the order: it stays, goes to another unit, or back to the desk."""

from datetime import datetime

from dispatch.actions import helping
from dispatch.models import Assignment, Objection
from dispatch.queries import objections as queries
from tickets import access
from tickets.book import book
from tickets.models import Pause, Ticket
from tickets.notices import tell
from tickets.pauses import stood_still
from tickets.rules import HANDLING
from units.models import Unit, User
from units.roles import Role

#: Steps of the clock that a new unit has not taken.
ANEW = frozenset({"auto_sign", "contact_late", "route_failed", "dispatch_late"})


def overrule(ticket: Ticket, row: Objection, *, by: User | None, at: datetime, signed_at: datetime) -> None:
    """The order stays with the unit and counts as signed; its clocks ran all along."""
    ticket.move(
        "overrule",
        by=by,
        at=at,
        facts=_facts(row),
        signed_at=ticket.signed_at or signed_at,
        bound=ticket.bound or queries.is_last(row),
    )
    _announce(ticket, row, "overrule", at)


def uphold(ticket: Ticket, row: Objection, *, by: User, at: datetime) -> None:
    """The unit is rid of it. Another gets it at once where one is named; else the dispatch desk looks,
    and not the catalogue, which sent it wrong.
    """
    limit = book().limit_of(ticket.limit_id)
    changes = _stood_still(ticket, row, at)
    if row.awarded is None:
        changes["dispatch_due"] = book().due(limit, at, limit.dispatch_minutes)
    for why in (access.Access.Why.LEAD, access.Access.Why.INNER):
        access.take_back(ticket, why)
    ticket.move(
        "uphold",
        by=by,
        at=at,
        facts=_facts(row),
        lead=None,
        steps=[*_anew(ticket), "route_failed"],
        sign_due=None,
        contact_due=None,
        **_untouched(),
        **changes,
    )
    _announce(ticket, row, "uphold", at)
    if row.awarded is not None:
        _dispatch(ticket, row, row.awarded, by=by, at=at)
    elif by.unit is not None:
        # The hotline has it now: the unit is rid of its 受理, whatever becomes of the order (X6).
        _kept(ticket, row, by.unit, Assignment.How.UPHELD, by=by, at=at)


def _dispatch(ticket: Ticket, row: Objection, unit: Unit, *, by: User, at: datetime) -> None:
    """To the unit the ruling names. The limit runs on; its windows to sign and to contact begin."""
    made = _assignment(ticket, row, unit, Assignment.How.UPHELD, by=by, at=at)
    limit = book().limit_of(ticket.limit_id)
    # Nobody dispatches here: it follows from the ruling.
    ticket.move(
        "dispatch",
        by=None,
        at=at,
        facts={"assignment": made.pk, "how": made.how, "unit": unit.pk, "objection": row.pk},
        lead=unit,
        steps=_anew(ticket),
        sign_due=book().due(limit, at, limit.sign_minutes),
        contact_due=book().due(limit, at, limit.contact_minutes),
    )


def award(ticket: Ticket, row: Objection, *, by: User, at: datetime) -> None:
    """The binding ruling (裁定): the unit it names has the order for good, signed."""
    unit = row.awarded
    facts, changes = _facts(row), {"signed_at": ticket.signed_at or at}
    if unit.pk != ticket.lead_id:
        limit = book().limit_of(ticket.limit_id)
        made = _assignment(ticket, row, unit, Assignment.How.RULED, by=by, at=at)
        facts |= {"assignment": made.pk, "how": made.how}
        changes = {
            **_untouched(),
            **_stood_still(ticket, row, at),
            "lead": unit,
            "signed_at": at,
            "sign_due": book().due(limit, at, limit.sign_minutes),
            "contact_due": book().due(limit, at, limit.contact_minutes),
            "steps": _anew(ticket),
        }
        for role in (Role.CLERK, Role.LEADER):
            tell(ticket, "rule", at=at, unit=unit, role=role)
    ticket.move("rule", by=by, at=at, facts=facts, bound=True, **changes)
    _announce(ticket, row, "rule", at)


def _facts(row: Objection) -> dict[str, object]:
    return {"objection": row.pk, "number": row.number, "verdict": row.verdict, "unit": row.awarded_id}


def _announce(ticket: Ticket, row: Objection, kind: str, at: datetime) -> None:
    """The unit that objected is told, whether or not it still sees the ticket."""
    for role in (Role.CLERK, Role.LEADER):
        tell(ticket, kind, at=at, unit=row.unit_id, role=role)


def _assignment(
    ticket: Ticket, row: Objection, unit: Unit, how: str, *, by: User, at: datetime
) -> Assignment:
    """Who has it now, and why; its part as a co-unit ends in the whole."""
    made = _kept(ticket, row, unit, how, by=by, at=at)
    access.hand(ticket, unit.pk)
    helping.end_part(ticket, unit.pk, by=by, at=at)
    return made


def _kept(ticket: Ticket, row: Objection, unit: Unit, how: str, *, by: User, at: datetime) -> Assignment:
    return Assignment.objects.create(
        ticket=ticket, unit=unit, how=how, reason=row.opinion[:200], by=by, at=at
    )


def _untouched() -> dict[str, object]:
    """The fields of an order that no unit has touched yet."""
    return {"assignee": None, "inner": None, "signed_at": None, "contacted_at": None}


def _anew(ticket: Ticket) -> list[str]:
    return [step for step in ticket.steps if step not in ANEW]


def _stood_still(ticket: Ticket, row: Objection, at: datetime) -> dict[str, object]:
    """Where the class pauses for an objection that was right: the pause, and the moments behind it."""
    if not book().limit_of(ticket.limit_id).object_pauses:
        return {}
    Pause.objects.create(ticket=ticket, why=Pause.Why.OBJECTION, begin=row.at, end=at)
    return dict(stood_still(ticket, HANDLING, row.at, at))
