"""The co-units' parts of an order."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.models import CoTask
from handling.rules import may_hold
from tickets.models import Ticket
from units.models import User


@dataclass(frozen=True)
class Aside:
    """The parts, the oldest first; `mine`: that of the reader's own unit, while it is to be done."""

    tasks: list[CoTask]
    mine: CoTask | None


def aside(ticket: Ticket, user: User, at: datetime) -> Aside:
    """The parts of an order."""
    tasks = list(ticket.co_tasks.select_related("unit", "done_by").order_by("pk"))
    return Aside(tasks, next((row for row in tasks if row.done_at is None and is_own(row, user)), None))


def is_own(row: CoTask, user: User) -> bool:
    """Whether the person stands in the co-unit, or in a section or community of it."""
    if user.unit_id == row.unit_id:
        return True
    return row.unit.covers(user.unit) and may_hold(row.unit.type, user.unit.type)
