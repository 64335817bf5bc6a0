"""Side clocks: start, stop, ring. A ticket wakes at the earliest of them (`Ticket.aside_at`).

None of these writes the ticket: each belongs to an action that ends in an event, which does.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db.models import Min

from tickets.book import book
from tickets.models import Ticket, Timer, WorkCalendar
from tickets.rules import next_wake

#: kind of timer → what happens when it rings; it must end in an event of the ticket.
Bells = Mapping[str, Callable[[Ticket, Timer, datetime], None]]


def start(
    ticket: Ticket, kind: str, ref: int, *, at: datetime, minutes: int, calendar: WorkCalendar | None = None
) -> datetime:
    """Run a clock for `minutes` of the calendar's time (None: natural time); gives the moment it rings."""
    due = book().due_in(calendar.pk if calendar else None, at, minutes)
    Timer.objects.create(
        ticket=ticket, kind=kind, ref=ref, begin=at, minutes=minutes, calendar=calendar, due=due
    )
    ticket.aside_at = min(due, ticket.aside_at or due)
    return due


def start_until(ticket: Ticket, kind: str, ref: int, *, at: datetime, due: datetime) -> None:
    """Run a clock until a moment somebody named."""
    Timer.objects.create(ticket=ticket, kind=kind, ref=ref, begin=at, due=due)
    ticket.aside_at = min(due, ticket.aside_at or due)


def start_all_until(ticket: Ticket, kind: str, refs: Iterable[int], *, at: datetime, due: datetime) -> None:
    """The same for several rows, in one statement."""
    Timer.objects.bulk_create([Timer(ticket=ticket, kind=kind, ref=ref, begin=at, due=due) for ref in refs])
    ticket.aside_at = min(due, ticket.aside_at or due)


def stop(ticket: Ticket, kind: str, *refs: int, at: datetime) -> None:
    """What it waited for has come; a clock that does not run is left alone."""
    ticket.timers.open().filter(kind=kind, ref__in=refs).update(stopped_at=at)
    ticket.aside_at = _earliest(ticket)


def ring(ticket: Ticket, at: datetime, bells: Bells) -> bool:
    """Let the earliest clock that is due ring; False when none is. Raises LookupError for one without a bell.

    Then its ticket has nothing to wake for: what it waited for was stopped, and it goes back to sleep.
    """
    timer = ticket.timers.open().filter(due__lte=at).order_by("due", "pk").first()
    if timer is None:
        _sleep(ticket)
        return False
    timer.rang_at = ticket.rung_at = at
    timer.save(update_fields=["rang_at"])
    ticket.aside_at = _earliest(ticket)
    bells[timer.kind](ticket, timer, at)
    return True


def _sleep(ticket: Ticket) -> None:
    """Until the next of its moments. These fields only say when to look at it: no event, no new version."""
    ticket.aside_at = _earliest(ticket)
    ticket.wake_at, ticket.wake_for = next_wake(ticket.clocks)
    Ticket.objects.filter(pk=ticket.pk, version=ticket.version).update(
        aside_at=ticket.aside_at, wake_at=ticket.wake_at, wake_for=ticket.wake_for
    )


def _earliest(ticket: Ticket) -> datetime | None:
    return ticket.timers.open().aggregate(first=Min("due"))["first"]
