"""Tell somebody (`tell`), and their acknowledgement (`acknowledge`)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tickets.errors import Refused
from tickets.models import Notice, Ticket
from units.models import Unit, User


def notice(
    ticket: Ticket,
    kind: str,
    *,
    at: datetime,
    unit: Unit | int | None = None,
    role: str = "",
    person: User | int | None = None,
) -> Notice:
    """A notice to a person, to a role of a unit, or (no unit) to a role of the city; not saved yet."""
    unit_id = unit.pk if isinstance(unit, Unit) else unit
    person_id = person.pk if isinstance(person, User) else person
    return Notice(
        ticket=ticket, kind=kind, round=ticket.round, unit_id=unit_id, role=role, person_id=person_id, at=at
    )


def tell(
    ticket: Ticket,
    kind: str,
    *,
    at: datetime,
    unit: Unit | int | None = None,
    role: str = "",
    person: User | int | None = None,
) -> None:
    """The same, saved; it belongs to the transaction of the action that has something to tell."""
    notice(ticket, kind, at=at, unit=unit, role=role, person=person).save(force_insert=True)


@transaction.atomic
def acknowledge(row: Notice, *, by: User, at: datetime) -> None:
    """Somebody it was addressed to has seen it. Raises Refused for anybody else; twice is once."""
    if not Notice.objects.to(by).filter(pk=row.pk).exists():
        raise Refused(_("这条提醒不是发给您的。"))
    if Notice.objects.filter(pk=row.pk, seen_at=None).update(seen_by=by, seen_at=at):
        row.ticket.record("ack", by=by, at=at, facts={"notice": row.pk, "of": row.kind})
