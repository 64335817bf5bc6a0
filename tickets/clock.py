"""The clock: when a limit ends, and why then (DOMAIN §3). Pure; every moment is aware."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum


class Why(StrEnum):
    """Why a stretch of time counted or did not."""

    NATURAL = "natural"
    WORKING = "working"
    AFTER_HOURS = "after_hours"
    DAY_OFF = "day_off"
    PAUSED = "paused"


@dataclass(frozen=True)
class Calendar:
    """Which time counts. `working` False: all of it (natural time, Beijing's default).

    `days` holds the days that differ from Monday–Friday (holidays False, 调休 Saturdays True).
    """

    zone: tzinfo
    working: bool = False
    opens: time = time(9)
    closes: time = time(17)
    days: Mapping[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)


@dataclass(frozen=True)
class Stretch:
    """A piece of time that counted towards the limit, or did not."""

    begin: datetime
    end: datetime
    counts: bool
    why: Why

    @property
    def length(self) -> timedelta:
        return self.end - self.begin


Pause = tuple[datetime, datetime]


def due(start: datetime, limit: timedelta, calendar: Calendar, pauses: Sequence[Pause] = ()) -> datetime:
    """The moment at which `limit` of counted time has passed since `start`."""
    if not calendar.working and not pauses:
        return start + limit
    stretches = explain(start, limit, calendar, pauses)
    return stretches[-1].end if stretches else start


def resume(due_at: datetime, paused: datetime, resumed: datetime, calendar: Calendar) -> datetime:
    """Where a due moment moves when the clock stands still from `paused` to `resumed`.

    What was left at the pause counts from the resumption on; a moment that was past then stays.
    """
    if due_at <= paused:
        return due_at
    return due(resumed, counted(paused, due_at, calendar), calendar)


def counted(begin: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How much of the time between two moments counts."""
    total = timedelta(0)
    for piece in _stretches(begin, calendar):
        if piece.begin >= end:
            break
        if piece.counts:
            total += min(piece.end, end) - piece.begin
    return total


def explain(
    start: datetime, limit: timedelta, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> list[Stretch]:
    """Every stretch from `start` to the due moment; the counted ones sum to `limit` exactly."""
    told: list[Stretch] = []
    left = limit
    for piece in _cut(_stretches(start, calendar), sorted(pauses)):
        if left <= timedelta(0):
            break
        if piece.counts and piece.length > left:
            piece = Stretch(piece.begin, piece.begin + left, True, piece.why)
        if piece.counts:
            left -= piece.length
        told.append(piece)
    return told


def total(stretches: Iterable[Stretch]) -> timedelta:
    """How much of these counted."""
    return sum((piece.length for piece in stretches if piece.counts), timedelta(0))


def split(stretches: Sequence[Stretch], after: timedelta) -> tuple[list[Stretch], list[Stretch]]:
    """The stretches up to the moment at which `after` has been counted, and the rest."""
    before: list[Stretch] = []
    left = after
    for number, piece in enumerate(stretches):
        if left <= timedelta(0):
            return before, list(stretches[number:])
        if piece.counts and piece.length > left:
            cut = piece.begin + left
            rest = [Stretch(cut, piece.end, True, piece.why), *stretches[number + 1 :]]
            return [*before, Stretch(piece.begin, cut, True, piece.why)], rest
        if piece.counts:
            left -= piece.length
        before.append(piece)
    return before, []


def _stretches(start: datetime, calendar: Calendar) -> Iterator[Stretch]:
    """Time from `start` on, day by day, without end."""
    if not calendar.working:
        while True:
            yield Stretch(start, start + timedelta(days=1), True, Why.NATURAL)
            start += timedelta(days=1)
    now = start.astimezone(calendar.zone)
    while True:
        for end, counts, why in _marks(now.date(), calendar):
            if now < end:
                yield Stretch(now, end, counts, why)
                now = end


def _marks(day: date, calendar: Calendar) -> list[tuple[datetime, bool, Why]]:
    """Where the day's stretches end."""

    def moment(at: time, plus: int = 0) -> datetime:
        return datetime.combine(day + timedelta(days=plus), at, calendar.zone)

    midnight = moment(time(0), 1)
    if not calendar.works(day):
        return [(midnight, False, Why.DAY_OFF)]
    return [
        (moment(calendar.opens), False, Why.AFTER_HOURS),
        (moment(calendar.closes), True, Why.WORKING),
        (midnight, False, Why.AFTER_HOURS),
    ]


def _cut(stretches: Iterator[Stretch], pauses: Sequence[Pause]) -> Iterator[Stretch]:
    """The same time, with what lies inside a pause not counting."""
    for piece in stretches:
        begin = piece.begin
        for paused, resumed in pauses:
            if resumed <= begin or paused >= piece.end:
                continue
            if paused > begin:
                yield Stretch(begin, paused, piece.counts, piece.why)
            begin = max(begin, paused)
            until = min(piece.end, resumed)
            yield Stretch(begin, until, False, Why.PAUSED)
            begin = until
        if begin < piece.end:
            yield Stretch(begin, piece.end, piece.counts, piece.why)
