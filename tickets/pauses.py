"""What the pauses of a ticket do to moments that were reckoned without them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from tickets.book import book
from tickets.models import Limit, Ticket


def put_off(ticket: Ticket, limit: Limit, moments: Mapping[str, datetime]) -> dict[str, datetime]:
    """The same moments of a limit, each later by what stood still in this round and is over."""
    moved = dict(moments)
    if ticket.clock_from is None:
        return moved
    for pause in ticket.pauses.filter(begin__gte=ticket.clock_from, end__isnull=False).order_by("begin"):
        moved = {name: book().resumed(limit, due, pause.begin, pause.end) for name, due in moved.items()}
    return moved


def stood_still(
    ticket: Ticket, moments: Iterable[str], begin: datetime, end: datetime
) -> dict[str, datetime]:
    """The fields of a ticket that lie later because its clock stood still meanwhile; one without a moment
    has none.
    """
    limit = book().limit_of(ticket.limit_id)
    running = {name: getattr(ticket, name) for name in moments}
    return {
        name: book().resumed(limit, moment, begin, end)
        for name, moment in running.items()
        if moment is not None
    }
