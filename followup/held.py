"""Who has which case before them: a courtesy among callers-back, so that nobody is rung twice at once.

Kept in the cache alone. Losing it loses only the courtesy: the ticket's version decides who is first.
"""

from collections.abc import Iterable

from django.core.cache import caches

from tickets.models import Ticket
from units.models import User

#: The one that forgives a Redis that is away: then nobody holds anything, and work goes on.
cache = caches["sessions"]
#: A talk and its notes take less.
SECONDS = 600


def _key(pk: int) -> str:
    return f"followup:held:{pk}"


def hold(ticket: Ticket, user: User) -> str:
    """Take the case; returns the name of whoever has it already, empty when it is this person's now."""
    mine = [user.pk, str(user)]
    if cache.add(_key(ticket.pk), mine, SECONDS):
        return ""
    holder = cache.get(_key(ticket.pk)) or mine
    return "" if holder[0] == user.pk else holder[1]


def release(ticket: Ticket) -> None:
    cache.delete(_key(ticket.pk))


def first_free(tickets: Iterable[Ticket], user: User) -> Ticket | None:
    """The first that nobody else holds."""
    tickets = list(tickets)
    held = cache.get_many([_key(ticket.pk) for ticket in tickets])
    free = (t for t in tickets if held.get(_key(t.pk), [user.pk])[0] == user.pk)
    return next(free, None)
