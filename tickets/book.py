"""The city's numbers as plain values, read once and kept for a few seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from cachetools.func import ttl_cache
from django.conf import settings
from django.utils import timezone

from tickets.clock import Calendar, Pause, Stretch, counted, due, explain, resume
from tickets.policy import LadderStep, Limit, Setting, WorkCalendar

T = TypeVar("T", Setting, Limit, LadderStep)

#: Seconds until an administrator's new row is seen by every process.
FRESH_SECONDS = 5
#: How long a process keeps what it read. A test says itself when rows are read anew (`tests.city.forget`):
#: on a busy machine five seconds would end anywhere.
KEPT_SECONDS = 3600 if settings.TESTING else FRESH_SECONDS


@dataclass(frozen=True)
class Deadlines:
    """The moments of one handling round."""

    handle_due: datetime
    remind_at: datetime
    warn_at: datetime
    red_at: datetime
    special_at: datetime

    def as_changes(self) -> dict[str, object]:
        """The fields of a ticket that hold them."""
        return vars(self)


class Book:
    """Settings, limits and calendars at any date. Raises LookupError for a key the city never set."""

    def __init__(self) -> None:
        self._settings: dict[str, list[Setting]] = {}
        for row in Setting.objects.order_by("effective_from"):
            self._settings.setdefault(row.key, []).append(row)
        self._limits: dict[str, list[Limit]] = {}
        for limit in Limit.objects.order_by("effective_from"):
            self._limits.setdefault(limit.code, []).append(limit)
        self._ladder: dict[str, list[LadderStep]] = {}
        for step in LadderStep.objects.order_by("effective_from"):
            self._ladder.setdefault(step.code, []).append(step)
        self._limits_by_pk = {row.pk: row for rows in self._limits.values() for row in rows}

    @cached_property
    def _calendars(self) -> dict[int, Calendar]:
        rows = WorkCalendar.objects.prefetch_related("days")
        return {row.pk: self._calendar(row) for row in rows}

    @staticmethod
    def _calendar(row: WorkCalendar) -> Calendar:
        return Calendar(
            zone=timezone.get_default_timezone(),
            working=row.working,
            opens=row.opens,
            closes=row.closes,
            days={day.day: day.works for day in row.days.all()},
        )

    def text(self, key: str, at: datetime) -> str:
        """The setting's value in force at the moment."""
        return _in_force(self._settings.get(key, []), local_day(at), key).value

    def number(self, key: str, at: datetime) -> int:
        return int(self.text(key, at))

    def minutes(self, key: str, at: datetime) -> timedelta:
        return timedelta(minutes=self.number(key, at))

    def clock_time(self, key: str, at: datetime) -> time:
        return time.fromisoformat(self.text(key, at))

    def limit(self, code: str, at: datetime) -> Limit:
        """The SLA class in force at the moment."""
        return _in_force(self._limits.get(code, []), local_day(at), code)

    def limit_of(self, pk: int) -> Limit:
        """The very row a ticket carries: a later row never changes its past deadlines."""
        return self._limits_by_pk[pk]

    def step(self, code: str, at: datetime) -> LadderStep:
        """The rung of the ladder in force at the moment."""
        return _in_force(self._ladder.get(code, []), local_day(at), f"ladder {code}")

    def due(self, limit: Limit, start: datetime, minutes: int) -> datetime:
        """`minutes` of the limit's own calendar after the start."""
        return self.due_in(limit.calendar_id, start, minutes)

    def due_in(self, calendar: int | None, start: datetime, minutes: int) -> datetime:
        """`minutes` of a calendar's time after the start; None: natural time."""
        return due(start, timedelta(minutes=minutes), self.calendar_of(calendar))

    def minutes_of_days(self, limit: Limit, days: int) -> int:
        """So many days as minutes of the limit's calendar: of 24 hours, or of its working hours."""
        calendar = self.calendar_of(limit.calendar_id)
        if not calendar.working:
            return days * 24 * 60
        opens, closes = calendar.opens, calendar.closes
        return days * ((closes.hour - opens.hour) * 60 + closes.minute - opens.minute)

    def share(self, limit: Limit, begin: datetime, end: datetime, percent: int) -> datetime:
        """The moment at which so much of the limit's time between two moments has passed."""
        calendar = self.calendar_of(limit.calendar_id)
        return due(begin, counted(begin, end, calendar) * percent / 100, calendar)

    def office_due(self, start: datetime, minutes: int) -> datetime:
        """`minutes` of office time after the start, by the calendar the setting `office_calendar` names."""
        return self.due_in(self._office.get(self.text("office_calendar", start)), start, minutes)

    @cached_property
    def _office(self) -> dict[str, int]:
        return dict(WorkCalendar.objects.values_list("code", "pk"))

    def resumed(self, limit: Limit, due_at: datetime, paused: datetime, resumed: datetime) -> datetime:
        """Where a moment of the limit moves when the clock stood still from `paused` to `resumed`."""
        return resume(due_at, paused, resumed, self.calendar_of(limit.calendar_id))

    def explain(
        self, calendar: int | None, start: datetime, minutes: int, pauses: Sequence[Pause] = ()
    ) -> list[Stretch]:
        """The stretches of `minutes` of a calendar's time from the start, counted and not."""
        return explain(start, timedelta(minutes=minutes), self.calendar_of(calendar), pauses)

    def calendar_of(self, pk: int | None) -> Calendar:
        """Which time counts; None: all of it."""
        return self._calendars[pk] if pk is not None else Calendar(timezone.get_default_timezone())

    def deadlines(self, limit: Limit, start: datetime, minutes: int) -> Deadlines:
        """The end of a handling limit and the steps of the ladder around it (DOMAIN §3.7)."""

        def at_percent(code: str) -> datetime:
            return self.due(limit, start, round(minutes * self.step(code, start).percent / 100))

        return Deadlines(
            handle_due=self.due(limit, start, minutes),
            remind_at=at_percent("remind"),
            warn_at=at_percent("warn"),
            red_at=at_percent("red"),
            special_at=at_percent("special"),
        )


@ttl_cache(maxsize=1, ttl=KEPT_SECONDS)
def book() -> Book:
    """The rows as they stand, at most `FRESH_SECONDS` old."""
    return Book()


def local_day(at: datetime) -> date:
    """The city's own date at a moment."""
    zone: ZoneInfo = timezone.get_default_timezone()
    return at.astimezone(zone).date()


def _in_force(rows: list[T], day: date, key: str) -> T:
    current = [row for row in rows if row.effective_from <= day]
    if not current:
        raise LookupError(f"{key}: no row in force on {day}; the city's pack must set it")
    return current[-1]
