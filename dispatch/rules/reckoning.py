"""What another calendar or another limit would do to the deadlines of an open order. Pure.

A deadline is moved only where it is known how it was reckoned: where the old numbers give it exactly. A past
one is never touched, and none is moved into the past.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tickets.clock import Calendar, Pause, due
from tickets.rules import HANDLING
from tickets.states import State

#: state → the deadlines that still lie before somebody in it. A plan stands still and goes on by the calendar
#: of its end anyway.
OPEN: Mapping[str, tuple[str, ...]] = {
    State.PENDING: ("dispatch_due",),
    State.DISPATCHED: ("sign_due", "contact_due", *HANDLING),
    State.OBJECTED: ("contact_due", *HANDLING),
    State.HANDLING: ("contact_due", *HANDLING),
    State.REPORTED: ("handle_due",),
    State.FOLLOWUP: ("red_at", "special_at"),
}


@dataclass(frozen=True)
class Ruler:
    """By what deadlines are reckoned: the calendar, and minutes for each of the windows."""

    calendar: Calendar
    dispatch: int
    sign: int
    contact: int
    handle: int

    def under(self, calendar: Calendar) -> "Ruler":
        """The same windows in another calendar."""
        return replace(self, calendar=calendar)


@dataclass(frozen=True)
class Order:
    """An open order as values. `ladder` are the percentages of the handling limit at which its steps lie."""

    state: str
    received_at: datetime
    dispatched_at: datetime | None
    clock_from: datetime | None
    minutes: int | None
    #: What extensions added to it.
    extended: int
    first_round: bool
    pauses: Sequence[Pause]
    moments: Mapping[str, datetime | None]
    ladder: Mapping[str, int]


@dataclass(frozen=True)
class Shift:
    """A deadline before and after."""

    field: str
    was: datetime
    now: datetime


def by_day(calendar: Calendar, day: date, works: bool) -> Calendar:
    """The calendar with one day worked, or not."""
    return replace(calendar, days={**calendar.days, day: works})


def shifts(order: Order, was: Ruler, now: Ruler, at: datetime) -> list[Shift]:
    """The open deadlines of an order that would lie elsewhere."""
    open_now = {field: order.moments.get(field) for field in OPEN.get(order.state, ())}
    moved = {
        field: _moved(order, field, moment, was, now)
        for field, moment in open_now.items()
        if moment is not None and moment > at
    }
    if "handle_due" in moved and not _lies_ahead(moved["handle_due"], at):
        # The ladder stands around the limit: it does not move alone.
        moved = {field: moment for field, moment in moved.items() if field not in HANDLING}
    return [
        Shift(field, order.moments[field], moment)
        for field, moment in moved.items()
        if _lies_ahead(moment, at) and moment != order.moments[field]
    ]


def _lies_ahead(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment > at


def minutes_after(order: Order, was: Ruler, now: Ruler) -> int | None:
    """The handling limit of the order itself: longer or shorter by as much as its class.

    A second round and a limit by law have lengths of their own.
    """
    if order.minutes is None or not order.first_round or order.minutes - order.extended != was.handle:
        return order.minutes
    return order.minutes + now.handle - was.handle


def _moved(order: Order, field: str, moment: datetime, was: Ruler, now: Ruler) -> datetime | None:
    """Where it would lie; None when the old numbers do not give the moment."""
    before, after = _minutes(order, field, was, was), _minutes(order, field, was, now)
    for begin in _begins(order, field):
        for pauses in (order.pauses, ()):
            if _due(begin, before, was.calendar, pauses) == moment:
                return _due(begin, after, now.calendar, pauses)
    return None


def _begins(order: Order, field: str) -> list[datetime]:
    if field == "dispatch_due":
        return [order.received_at]
    begins = (order.clock_from, order.dispatched_at)
    return [begin for begin in begins if begin is not None]


def _minutes(order: Order, field: str, was: Ruler, now: Ruler) -> int:
    windows = {"dispatch_due": now.dispatch, "sign_due": now.sign, "contact_due": now.contact}
    if field in windows:
        return windows[field]
    whole = minutes_after(order, was, now) or 0
    return whole if field == "handle_due" else round(whole * order.ladder[field] / 100)


def _due(begin: datetime, minutes: int, calendar: Calendar, pauses: Sequence[Pause]) -> datetime:
    return due(begin, timedelta(minutes=minutes), calendar, pauses)
