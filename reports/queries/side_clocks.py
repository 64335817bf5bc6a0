"""The clocks of a ticket's side processes: who must answer what by when (`tickets.Timer`)."""

from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.queries.clocks import Clock, level_of, percent_of, spell, told_plainly
from tickets.book import book
from tickets.clock import Stretch, Why
from tickets.models import Ticket, Timer

LABELS: dict[str, Promise] = {
    "guidance": _("告知途径确认"),
    "objection": _("异议审核"),
    "extension": _("延期审批"),
    "coordination": _("协调答复"),
    "on_site": _("现场办理"),
    "whistle_ack": _("应哨"),
    "whistle_arrive": _("报到"),
    "co": _("协办"),
    "milestone": _("计划节点"),
    "plan_review": _("挂账复核"),
    "plan_until": _("挂账到期"),
    "oversight": _("督办回复"),
    "exclusion": _("剔除"),
    "exclusion_near": _("剔除裁定提醒"),
}
#: When these ring, something begins; nobody has missed anything.
OPENING = ("plan_review", "plan_until", "exclusion_near")


def side_clocks(ticket: Ticket, at: datetime) -> list[Clock]:
    """Every side clock that ever ran, in the order in which they began."""
    return [_clock(row, at) for row in ticket.timers.order_by("begin", "pk")]


def _clock(row: Timer, at: datetime) -> Clock:
    stretches = _explained(row)
    done = row.stopped_at
    until = done or row.rang_at or at
    percent = percent_of(stretches or [Stretch(row.begin, row.due, True, Why.NATURAL)], until)
    opened = row.rang_at is not None and row.kind in OPENING
    return Clock(
        label=str(LABELS[row.kind]),
        limit=spell(timedelta(minutes=row.minutes) if row.minutes else row.due - row.begin),
        begin=row.begin,
        due=row.due,
        done=done,
        running=done is None and row.rang_at is None,
        percent=percent,
        level="ok" if opened else level_of(until, row.due, percent, done is not None),
        stretches=told_plainly(stretches),
    )


def _explained(row: Timer) -> list[Stretch]:
    """The stretches of its calendar; a day that somebody named is natural time."""
    if row.minutes is None:
        return [Stretch(row.begin, row.due, True, Why.NATURAL)] if row.due > row.begin else []
    found = book().explain(row.calendar_id, row.begin, row.minutes)
    return found if found and found[-1].end == row.due else []
