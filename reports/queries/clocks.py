"""A ticket's clocks, told so that a handler can see why the limit ends when it does (DESIGN §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.book import book
from tickets.clock import Stretch, Why
from tickets.models import Ticket
from tickets.states import State

REASONS: dict[str, Promise] = {
    Why.NATURAL: gettext_lazy("自然时间，全天计时"),
    Why.WORKING: gettext_lazy("工作时间，计时"),
    Why.AFTER_HOURS: gettext_lazy("下班时间，不计时"),
    Why.DAY_OFF: gettext_lazy("休息日，不计时"),
    Why.PAUSED: gettext_lazy("暂停，不计时"),
}
#: A clock nearer to its end than this is shown as a warning.
SOON_PERCENT = 80


@dataclass(frozen=True)
class Told:
    """A stretch of time in words."""

    begin: datetime
    end: datetime
    counts: bool
    why: Promise
    length: str


@dataclass(frozen=True)
class Clock:
    """One limit of a ticket: from when, until when, whether it was kept. `percent` is counted time, 0–100."""

    label: str
    limit: str
    begin: datetime
    due: datetime
    done: datetime | None
    running: bool
    percent: int
    level: str
    stretches: Sequence[Told]


def clocks(ticket: Ticket, at: datetime) -> list[Clock]:
    """Every clock that ever ran in this round, in the order of the work."""
    limit = ticket.limit
    if limit is None:
        return []
    handled = ticket.reported_at or (ticket.followup_at if ticket.overdue_at is None else None)
    asked = ticket.closed_at if ticket.followup_at else None
    rows = [
        (_("派单"), ticket.received_at, limit.dispatch_minutes, ticket.dispatch_due, ticket.dispatched_at),
        (_("签收"), ticket.dispatched_at, limit.sign_minutes, ticket.sign_due, ticket.signed_at),
        (_("联系"), ticket.clock_from, limit.contact_minutes, ticket.contact_due, ticket.contacted_at),
        (_("办理"), ticket.clock_from, ticket.handle_minutes, ticket.handle_due, handled),
    ]
    told = [
        _clock(label, book().explain(limit.calendar_id, begin, minutes or 0), due, done, ticket, at)
        for label, begin, minutes, due, done in rows
        if begin is not None and due is not None
    ]
    if ticket.followup_at is not None and ticket.followup_due is not None:
        natural = [Stretch(ticket.followup_at, ticket.followup_due, True, Why.NATURAL)]
        told.append(_clock(_("回访"), natural, ticket.followup_due, asked, ticket, at))
    return told


def _clock(
    label: str, stretches: list[Stretch], due: datetime, done: datetime | None, ticket: Ticket, at: datetime
) -> Clock:
    until = done or (ticket.overdue_at if label == _("办理") else None) or ticket.closed_at or at
    whole = sum((s.length for s in stretches if s.counts), timedelta())
    spent = sum((min(s.end, until) - s.begin for s in stretches if s.counts and s.begin < until), timedelta())
    percent = min(100, int(100 * spent / whole)) if whole else 100
    return Clock(
        label=label,
        limit=spell(whole),
        begin=stretches[0].begin if stretches else due,
        due=due,
        done=done,
        running=done is None and ticket.state != State.CLOSED,
        percent=percent,
        level=_level(until, due, percent, done is not None),
        stretches=[_told(stretch) for stretch in _joined(stretches)],
    )


def _level(until: datetime, due: datetime, percent: int, done: bool) -> str:
    if until > due or (until == due and not done):
        return "over"
    return "soon" if percent >= SOON_PERCENT and not done else "ok"


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Neighbours that counted alike, as one."""
    joined: list[Stretch] = []
    for piece in stretches:
        if joined and (joined[-1].counts, joined[-1].why) == (piece.counts, piece.why):
            piece = Stretch(joined.pop().begin, piece.end, piece.counts, piece.why)
        joined.append(piece)
    return joined


def _told(stretch: Stretch) -> Told:
    return Told(stretch.begin, stretch.end, stretch.counts, REASONS[stretch.why], spell(stretch.length))


def spell(length: timedelta) -> str:
    """A length of time as people say it: 2 天 4 小时, 30 分钟."""
    minutes = round(length.total_seconds() / 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [
        (days, _("%d 天") % days),
        (hours, _("%d 小时") % hours),
        (rest, _("%d 分钟") % rest),
    ]
    return " ".join(words for amount, words in parts if amount) or _("%d 分钟") % 0
