"""A ticket's clocks, told so that a handler can see why the limit ends when it does (DESIGN §4)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handling.models import Extension
from tickets import clock as pure
from tickets.book import book
from tickets.clock import Stretch, Why
from tickets.models import Pause, Ticket
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
    """A stretch of time in words; `leg` is the heading of the part of the limit that begins with it."""

    begin: datetime
    end: datetime
    counts: bool
    why: Promise | str
    length: str
    leg: str = ""


@dataclass(frozen=True)
class Clock:
    """One limit of a ticket: from when, until when, whether it was kept. `percent` is counted time, 0–100.

    Its stretches sum to the limit and end at `due`; where they would not, there are none and `note` says why.
    """

    label: str
    limit: str
    begin: datetime
    due: datetime
    done: datetime | None
    running: bool
    percent: int
    level: str
    stretches: Sequence[Told]
    note: str = ""
    #: The limit stands still just now.
    held: bool = False


@dataclass(frozen=True)
class Span:
    """What a clock was reckoned from; the begin is one of those that the story offers."""

    label: str
    begins: Sequence[datetime | None]
    minutes: int | None
    due: datetime | None
    done: datetime | None


def clocks(
    ticket: Ticket,
    at: datetime,
    *,
    extensions: Iterable[Extension] = (),
    assigned_at: datetime | None = None,
) -> list[Clock]:
    """Every clock of the main line that ever ran in this round, in the order of the work.

    `assigned_at` is the last time the order changed hands: the sign window may begin there.
    """
    limit = ticket.limit
    if limit is None:
        return []
    pauses = list(ticket.pauses.all())
    handled = ticket.reported_at or (ticket.followup_at if ticket.overdue_at is None else None)
    sent = (assigned_at, ticket.dispatched_at)
    spans = [
        Span(
            _("派单"), [ticket.received_at], limit.dispatch_minutes, ticket.dispatch_due, ticket.dispatched_at
        ),
        Span(_("签收"), sent, limit.sign_minutes, ticket.sign_due, ticket.signed_at),
        Span(
            _("联系"),
            (ticket.clock_from, *sent),
            limit.contact_minutes,
            ticket.contact_due,
            ticket.contacted_at,
        ),
        Span(_("办理"), [ticket.clock_from], ticket.handle_minutes, ticket.handle_due, handled),
    ]
    told = [
        _clock(span, _explained(span, ticket, pauses), ticket, at, pauses, extensions)
        for span in spans
        if span.due is not None and any(span.begins)
    ]
    if ticket.followup_at is not None and ticket.followup_due is not None:
        asked = ticket.closed_at if ticket.followup_at else None
        span = Span(_("回访"), [ticket.followup_at], None, ticket.followup_due, asked)
        natural = [Stretch(ticket.followup_at, ticket.followup_due, True, Why.NATURAL)]
        told.append(_clock(span, natural, ticket, at, [], ()))
    return told


def _explained(span: Span, ticket: Ticket, pauses: Sequence[Pause]) -> list[Stretch]:
    """The stretches that end exactly at the due moment; none when nothing that we know gives it."""
    closed = [(row.begin, row.end) for row in pauses if row.end is not None]
    for begin in dict.fromkeys(span.begins):
        for stood_still in (closed, []):
            if begin is None or ticket.limit_id is None:
                continue
            found = book().explain(ticket.limit.calendar_id, begin, span.minutes or 0, stood_still)
            if found and found[-1].end == span.due:
                return found
    return []


def _clock(
    span: Span,
    stretches: list[Stretch],
    ticket: Ticket,
    at: datetime,
    pauses: Sequence[Pause],
    extensions: Iterable[Extension],
) -> Clock:
    handling = span.label == _("办理")
    open_pause = next((row for row in pauses if row.end is None), None) if handling else None
    begin = stretches[0].begin if stretches else next(moment for moment in span.begins if moment)
    assert span.due is not None
    until = span.done or (ticket.overdue_at if handling else None) or ticket.closed_at or at
    until = min(until, open_pause.begin) if open_pause else until
    percent = percent_of(stretches or [Stretch(begin, span.due, True, Why.NATURAL)], until)
    return Clock(
        label=span.label,
        limit=spell(timedelta(minutes=span.minutes) if span.minutes else span.due - begin),
        begin=begin,
        due=span.due,
        done=span.done,
        running=span.done is None and ticket.state != State.CLOSED,
        percent=percent,
        level=level_of(until, span.due, percent, span.done is not None),
        stretches=list(_legs(stretches, pauses, _later(ticket, extensions) if handling else [])),
        note=_note(stretches, open_pause),
        held=open_pause is not None,
    )


def _note(stretches: Sequence[Stretch], open_pause: Pause | None) -> str:
    if open_pause is not None:
        words = _("时限自 %(at)s 起暂停（%(why)s），恢复后顺延，截止时间将相应推后。")
        return words % {"at": _spelt(open_pause.begin), "why": open_pause.get_why_display()}
    if stretches:
        return ""
    return _("截止时间按当时的日历和规定核定；此后日历、规定或办理情况有变动，已核定的截止时间不随之改写。")


def _later(ticket: Ticket, extensions: Iterable[Extension]) -> list[Extension]:
    """The extensions that made this round's limit longer."""
    return [
        row
        for row in extensions
        if row.state == Extension.State.GRANTED and ticket.clock_from and row.at >= ticket.clock_from
    ]


def _legs(
    stretches: Sequence[Stretch], pauses: Sequence[Pause], extensions: Sequence[Extension]
) -> Iterator[Told]:
    """The stretches in words, cut where the limit itself ended and each extension began."""
    rest, whole = list(_joined(stretches)), pure.total(stretches)
    first = whole - sum((timedelta(minutes=row.minutes) for row in extensions), timedelta())
    legs = [("", first), *((_extension(row), timedelta(minutes=row.minutes)) for row in extensions)]
    for heading, length in legs:
        part, rest = pure.split(rest, length)
        for number, piece in enumerate(part):
            yield _told(piece, pauses, heading if number == 0 else "")


def _extension(row: Extension) -> str:
    words = _("第 %(number)d 次延期，%(length)s（%(at)s 准予）")
    length = spell(timedelta(minutes=row.minutes))
    return words % {"number": row.number, "length": length, "at": _spelt(row.decided_at or row.at)}


def _told(piece: Stretch, pauses: Sequence[Pause], leg: str) -> Told:
    why: Promise | str = REASONS[piece.why]
    if piece.why == Why.PAUSED:
        held = next((row for row in pauses if row.end and row.begin <= piece.begin < row.end), None)
        why = held.get_why_display() if held else why
    return Told(piece.begin, piece.end, piece.counts, why, spell(piece.length), leg)


def told_plainly(stretches: Sequence[Stretch]) -> list[Told]:
    """Stretches without pauses and legs, in words."""
    return [_told(piece, (), "") for piece in _joined(stretches)]


def percent_of(stretches: Sequence[Stretch], until: datetime) -> int:
    """How much of the counted time is over, 0–100."""
    whole = pure.total(stretches)
    spent = sum((min(s.end, until) - s.begin for s in stretches if s.counts and s.begin < until), timedelta())
    return min(100, int(100 * spent / whole)) if whole else 100


def level_of(until: datetime, due: datetime, percent: int, done: bool) -> str:
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


def _spelt(at: datetime) -> str:
    return date_format(timezone.localtime(at), "m-d H:i")


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
