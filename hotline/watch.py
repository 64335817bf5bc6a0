"""The sweep with every room's bells: the project alone knows them all."""

from datetime import datetime

from dispatch import sweep as steps
from dispatch.actions import objections, oversight
from handling.actions import extension
from tickets.models import Ticket
from tickets.timers import Bells

#: kind of timer → what happens when it rings.
BELLS: Bells = {
    objections.TIMER: objections.silent,
    oversight.TIMER: oversight.late,
    extension.TIMER: extension.fall_silent,
}


def sweep(at: datetime, *, seconds: float | None = None) -> int:
    """Whatever is due by `at` happens; returns how many tickets were woken (`dispatch.sweep.sweep`)."""
    return steps.sweep(at, BELLS, seconds=seconds)


def wake(ticket: Ticket, at: datetime) -> None:
    """Take all the steps of one locked ticket that are due by `at`."""
    steps.wake(ticket, at, BELLS)
