"""The sweep with every room's bells: the project alone knows them all."""

from datetime import datetime
from functools import partial

from dispatch import sweep as steps
from dispatch.actions import objections, oversight, route
from handling.actions import co, coordination, extension, on_plan, on_site, plan, whistle
from intake.actions import guiding
from scoring.actions import exclusions
from tickets.models import Ticket
from tickets.timers import Bells

#: kind of timer → what happens when it rings.
BELLS: Bells = {
    guiding.TIMER: partial(guiding.fall_silent, then=route),
    objections.TIMER: objections.silent,
    oversight.TIMER: oversight.late,
    co.TIMER: co.fall_late,
    extension.TIMER: extension.fall_silent,
    coordination.TIMER: coordination.ring,
    on_site.TIMER: on_site.ring,
    whistle.ACK: whistle.ring_ack,
    whistle.ARRIVE: whistle.ring_arrive,
    plan.MILESTONE: on_plan.ring_milestone,
    plan.REVIEW: on_plan.ring_review,
    plan.UNTIL: on_plan.ring_until,
    exclusions.NEAR: exclusions.ring_near,
    exclusions.TIMER: exclusions.ring,
}


def sweep(at: datetime, *, seconds: float | None = None) -> int:
    """Whatever is due by `at` happens; returns how many tickets were woken (`dispatch.sweep.sweep`)."""
    return steps.sweep(at, BELLS, seconds=seconds)


def wake(ticket: Ticket, at: datetime) -> None:
    """Take all the steps of one locked ticket that are due by `at`."""
    steps.wake(ticket, at, BELLS)
