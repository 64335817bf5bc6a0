"""The co-units' parts of a ticket (协办): each with its own limit and its own clock (DOMAIN R10)."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from dispatch.models import CoTask
from tickets import timers
from tickets.models import Ticket
from units.models import User

TIMER = "co"


def add_parts(ticket: Ticket, units: Iterable[int], *, due: datetime, at: datetime, task: str = "") -> None:
    """A part for each of the units, which have none to do; part of an action that ends in an event."""
    rows = [CoTask(ticket=ticket, unit_id=unit, at=at, due=due, task=task) for unit in dict.fromkeys(units)]
    if rows:
        CoTask.objects.bulk_create(rows)
        timers.start_all_until(ticket, TIMER, [row.pk for row in rows], at=at, due=due)


def end_part(ticket: Ticket, unit: int, *, by: User | None, at: datetime) -> None:
    """The co-unit leads now: its part ends in the whole."""
    part = ticket.co_tasks.filter(unit=unit, done_at=None).first()
    if part is not None:
        part.done_at, part.done_by, part.result = at, by, _("改为主办")
        part.save(update_fields=["done_at", "done_by", "result"])
        timers.stop(ticket, TIMER, part.pk, at=at)
