"""The clock is pure: exact cases by hand, and properties over random ones."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.clock import Calendar, Pause, Stretch, Why, counted, due, explain, resume, split, total

ZONE = ZoneInfo("Asia/Shanghai")
NATURAL = Calendar(zone=ZONE)
#: National Day 2026: 1–7 October off, Saturday 10 October worked.
WORKING = Calendar(
    zone=ZONE,
    working=True,
    opens=time(9),
    closes=time(17),
    days={**{date(2026, 10, d): False for d in range(1, 8)}, date(2026, 10, 10): True},
)


def at(day: int, hour: int, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def test_natural_time_runs_through_the_night_and_the_holidays() -> None:
    assert due(at(30, 22), timedelta(hours=24), NATURAL) == at(1, 22, month=10)


def test_working_time_skips_the_night() -> None:
    assert due(at(29, 16), timedelta(hours=2), WORKING) == at(30, 10)


def test_working_time_crosses_national_day_and_counts_the_make_up_saturday() -> None:
    # Wednesday 16:00 leaves one hour; 8 and 9 October give sixteen; Saturday the 10th the last one.
    assert due(at(30, 16), timedelta(hours=18), WORKING) == at(10, 10, month=10)


def test_an_order_that_comes_on_a_sunday_starts_on_monday_morning() -> None:
    assert due(at(27, 20), timedelta(hours=1), WORKING) == at(28, 10)


def test_a_pause_moves_the_end_by_what_it_took_of_working_time() -> None:
    pause = (at(29, 12), at(29, 20))
    assert due(at(29, 9), timedelta(hours=8), WORKING, [pause]) == at(30, 14)


def test_explain_names_each_stretch_and_its_reason() -> None:
    told = explain(at(29, 16), timedelta(hours=2), WORKING)
    assert told == [
        Stretch(at(29, 16), at(29, 17), True, Why.WORKING),
        Stretch(at(29, 17), at(30, 0), False, Why.AFTER_HOURS),
        Stretch(at(30, 0), at(30, 9), False, Why.AFTER_HOURS),
        Stretch(at(30, 9), at(30, 10), True, Why.WORKING),
    ]


def test_no_limit_is_due_at_once() -> None:
    assert due(at(29, 3), timedelta(0), WORKING) == at(29, 3)


#: A busy machine is slow, not wrong.
ANY_TIME = settings(deadline=None)
#: Hypothesis wants its bounds naive and adds the zone itself.
starts = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001
    datetime(2026, 12, 1),  # noqa: DTZ001
    timezones=st.just(ZONE),
)
limits = st.timedeltas(timedelta(minutes=1), timedelta(days=15))
#: Any days of the year may be off or made up for (调休), and the office may be open at any hours.
calendars = st.one_of(
    st.just(NATURAL),
    st.just(WORKING),
    st.builds(
        Calendar,
        zone=st.just(ZONE),
        working=st.just(True),
        opens=st.sampled_from([time(0), time(8, 30), time(9)]),
        closes=st.sampled_from([time(12), time(17), time(18, 15)]),
        days=st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.booleans(), max_size=40),
    ),
)
pause_lists = st.lists(
    st.tuples(starts, st.timedeltas(timedelta(minutes=1), timedelta(days=5))).map(
        lambda p: (p[0], p[0] + p[1])
    ),
    max_size=3,
)


@ANY_TIME
@given(starts, limits, calendars, pause_lists)
def test_the_counted_stretches_sum_to_the_limit(
    start: datetime, limit: timedelta, calendar: Calendar, pauses: list[tuple[datetime, datetime]]
) -> None:
    told = explain(start, limit, calendar, pauses)
    assert sum((piece.length for piece in told if piece.counts), timedelta(0)) == limit
    assert told[0].begin == start
    assert all(a.end == b.begin for a, b in zip(told, told[1:], strict=False))


@ANY_TIME
@given(starts, limits, calendars, pause_lists)
def test_a_deadline_is_never_before_start_plus_limit_and_pausing_never_shortens(
    start: datetime, limit: timedelta, calendar: Calendar, pauses: list[tuple[datetime, datetime]]
) -> None:
    plain = due(start, limit, calendar)
    assert plain >= start + limit
    assert due(start, limit, calendar, pauses) >= plain


@ANY_TIME
@given(starts, limits, limits, calendars)
def test_a_longer_limit_is_never_due_earlier(
    start: datetime, one: timedelta, other: timedelta, calendar: Calendar
) -> None:
    short, long = sorted((one, other))
    assert due(start, short, calendar) <= due(start, long, calendar)


@ANY_TIME
@given(starts, limits, calendars, pause_lists)
def test_the_explanation_ends_at_the_deadline_and_no_deadline_is_before_its_start(
    start: datetime, limit: timedelta, calendar: Calendar, pauses: list[Pause]
) -> None:
    end = due(start, limit, calendar, pauses)
    assert end > start
    told = explain(start, limit, calendar, pauses)
    assert (told[0].begin, told[-1].end, told[-1].counts) == (start, end, True)
    assert total(told) == limit
    assert counted(start, end, calendar) >= limit if pauses else counted(start, end, calendar) == limit


@ANY_TIME
@given(starts, limits, calendars, pause_lists, st.tuples(starts, limits))
def test_one_pause_more_never_shortens(
    start: datetime,
    limit: timedelta,
    calendar: Calendar,
    pauses: list[Pause],
    more: tuple[datetime, timedelta],
) -> None:
    with_more = [*pauses, (more[0], more[0] + more[1])]
    assert due(start, limit, calendar, with_more) >= due(start, limit, calendar, pauses)


@ANY_TIME
@given(starts, limits, calendars, st.lists(st.tuples(limits, limits), max_size=3))
def test_a_deadline_moved_pause_by_pause_is_the_one_that_explain_tells(
    start: datetime, limit: timedelta, calendar: Calendar, gaps: list[tuple[timedelta, timedelta]]
) -> None:
    # Pauses one after the other, as they happen: each is known only when it is over.
    pauses, moment, end = [], start, due(start, limit, calendar)
    for gap, length in gaps:
        begin = moment + gap
        moment = begin + length
        pauses.append((begin, moment))
        end = resume(end, begin, moment, calendar)
    assert end == due(start, limit, calendar, pauses)


@ANY_TIME
@given(starts, limits, calendars, limits, st.integers(0))
def test_a_pause_outside_of_working_hours_or_after_the_deadline_moves_nothing(
    start: datetime, limit: timedelta, calendar: Calendar, length: timedelta, pick: int
) -> None:
    end = due(start, limit, calendar)
    assert resume(end, end, end + length, calendar) == end
    idle = [piece for piece in explain(start, limit, calendar) if not piece.counts]
    if idle:
        piece = idle[pick % len(idle)]
        assert resume(end, piece.begin, piece.end, calendar) == end


@ANY_TIME
@given(starts, limits, limits, calendars)
def test_an_extension_goes_on_where_the_limit_ended(
    start: datetime, one: timedelta, other: timedelta, calendar: Calendar
) -> None:
    assert due(due(start, one, calendar), other, calendar) == due(start, one + other, calendar)


@ANY_TIME
@given(starts, limits, calendars, st.floats(0, 1))
def test_a_day_off_more_never_brings_the_deadline_nearer(
    start: datetime, limit: timedelta, calendar: Calendar, part: float
) -> None:
    end = due(start, limit, calendar)
    day = (start + part * (end - start)).astimezone(ZONE).date()
    off = replace(calendar, days={**calendar.days, day: False})
    on = replace(calendar, days={**calendar.days, day: True})
    assert due(start, limit, on) <= end <= due(start, limit, off)


@ANY_TIME
@given(starts, limits, calendars, pause_lists, st.floats(0, 1))
def test_an_explanation_is_cut_where_a_part_of_the_limit_is_over(
    start: datetime, limit: timedelta, calendar: Calendar, pauses: list[Pause], part: float
) -> None:
    told = explain(start, limit, calendar, pauses)
    first, rest = split(told, part * limit)
    assert total(first) == part * limit
    assert total(rest) == limit - part * limit
    assert not first or not rest or first[-1].end == rest[0].begin
    assert (first or rest)[0].begin == start and (rest or first)[-1].end == told[-1].end
