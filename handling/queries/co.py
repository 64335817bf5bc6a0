"""The co-units' parts of an order."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.models import CoTask
from tickets.models import Ticket
from units.models import User


@dataclass(frozen=True)
class Aside:
    """The parts, each with what this reader may do about it."""

    tasks: list[CoTask]
    #: Those of the reader's own unit that are still to be done.
    mine: list[CoTask]


def aside(ticket: Ticket, user: User, at: datetime) -> Aside:
    """The parts of an order, the oldest first."""
    tasks = list(ticket.co_tasks.select_related("unit", "done_by").order_by("pk"))
    mine = [
        row for row in tasks if row.done_at is None and user.unit is not None and user.unit.covers(row.unit)
    ]
    return Aside(tasks=tasks, mine=mine)
