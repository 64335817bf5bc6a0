"""The clocks of a case: the limit with its pauses and extensions, and those of every side process."""

from datetime import timedelta

from handling import actions as handling
from handling.actions import extension
from handling.actions.extension import Wish
from hotline.watch import BELLS
from reports.queries.clocks import Clock, clocks
from reports.queries.side_clocks import LABELS, side_clocks
from tests.city import NOON, City
from tests.journeys.crowd import crowd
from tickets import timers
from tickets.book import book
from tickets.models import Pause, Ticket, Timer, WorkCalendar

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def limit_of(ticket: Ticket, at: object, **more: object) -> Clock:
    return next(clock for clock in clocks(ticket, at, **more) if clock.label == "办理")


def parts(clock: Clock) -> list[tuple[object, object, str, str]]:
    return [(s.begin, s.end, str(s.why), s.leg) for s in clock.stretches]


def paused(ticket: Ticket, why: str, begin: object, end: object) -> None:
    """The limit stood still, as the actions of objections and plans write it."""
    Pause.objects.create(ticket=ticket, why=why, begin=begin, end=end)
    for field in ("remind_at", "warn_at", "handle_due", "red_at", "special_at"):
        setattr(ticket, field, book().resumed(ticket.limit, getattr(ticket, field), begin, end))
    ticket.save()


def test_pauses_and_extensions_are_told_with_their_reasons_and_end_at_the_limit(city: City) -> None:
    (ticket,) = crowd(city, 1, NOON)
    paused(ticket, "objection", NOON + 2 * HOUR, NOON + 4 * HOUR)
    granted = extension.Extension(
        ticket=ticket, number=1, minutes=600, state="granted", at=NOON + 5 * HOUR, decided_at=NOON + 6 * HOUR
    )
    ticket.handle_minutes += 600
    ticket.handle_due += 10 * HOUR
    paused(ticket, "plan", NOON + 30 * HOUR, NOON + 40 * HOUR)
    told = limit_of(ticket, NOON + 41 * HOUR, extensions=[granted])
    counts, objected, planned = (
        "自然时间，全天计时",
        "异议成立，审核期间不计时",
        "挂账期间不计时",
    )
    assert parts(told) == [
        (NOON, NOON + 2 * HOUR, counts, ""),
        (NOON + 2 * HOUR, NOON + 4 * HOUR, objected, ""),
        (NOON + 4 * HOUR, NOON + 26 * HOUR, counts, ""),
        (NOON + 26 * HOUR, NOON + 30 * HOUR, counts, "第 1 次延期，10 小时（03-02 18:00 准予）"),
        (NOON + 30 * HOUR, NOON + 40 * HOUR, planned, ""),
        (NOON + 40 * HOUR, NOON + 46 * HOUR, counts, ""),
    ]
    assert told.due == ticket.handle_due == NOON + 46 * HOUR
    assert (told.limit, told.note, told.held) == ("1 天 10 小时", "", False)


def test_a_limit_that_stands_still_says_since_when_and_why(city: City) -> None:
    (ticket,) = crowd(city, 1, NOON)
    Pause.objects.create(ticket=ticket, why="plan", begin=NOON + 12 * HOUR)
    told = limit_of(ticket, NOON + 40 * DAY)
    assert (told.held, told.percent, told.level) == (True, 50, "ok")
    assert told.note == "时限自 03-03 00:00 起暂停（挂账期间不计时），恢复后顺延，截止时间将相应推后。"


def test_a_deadline_that_the_numbers_do_not_give_is_not_explained_falsely(city: City) -> None:
    (ticket,) = crowd(city, 1, NOON)
    ticket.handle_due += HOUR
    told = limit_of(ticket, NOON)
    assert (told.stretches, told.due) == ([], NOON + DAY + HOUR)
    assert told.note.endswith("已核定的截止时间不随之改写。")


def test_a_sign_window_that_began_anew_is_counted_from_there(city: City) -> None:
    (ticket,) = crowd(city, 1, NOON)
    ticket.sign_due = NOON + 3 * HOUR + timedelta(minutes=30)
    (sign,) = [c for c in clocks(ticket, NOON, assigned_at=NOON + 3 * HOUR) if c.label == "签收"]
    assert (sign.begin, sign.due, sign.note) == (NOON + 3 * HOUR, ticket.sign_due, "")


def test_every_bell_has_its_name_on_the_page() -> None:
    assert BELLS.keys() == LABELS.keys()


def test_side_clocks_tell_when_they_began_end_and_how_they_ended(city: City) -> None:
    (ticket,) = crowd(city, 1, NOON)
    office = WorkCalendar.objects.get(code="work")
    timers.start(ticket, "objection", 1, at=NOON + 4 * HOUR, minutes=120, calendar=office)
    timers.start(ticket, "extension", 1, at=NOON, minutes=60)
    timers.start(ticket, "whistle_arrive", 1, at=NOON, minutes=60)
    timers.start_until(ticket, "plan_review", 1, at=NOON, due=NOON + DAY)
    timers.stop(ticket, "extension", 1, at=NOON + timedelta(minutes=30))
    Timer.objects.filter(kind="whistle_arrive").update(rang_at=NOON + HOUR)
    Timer.objects.filter(kind="plan_review").update(rang_at=NOON + DAY)
    told = {clock.label: clock for clock in side_clocks(ticket, NOON + 2 * DAY)}
    assert list(told) == ["延期审批", "报到", "挂账复核", "异议审核"]
    ruling = told["异议审核"]
    # Monday 16:00 leaves an hour; the other is Tuesday's first.
    assert (ruling.due, ruling.limit, ruling.running, ruling.level) == (
        NOON + DAY - 2 * HOUR,
        "2 小时",
        True,
        "over",
    )
    assert [str(s.why) for s in ruling.stretches if s.counts] == ["工作时间，计时", "工作时间，计时"]
    assert (told["延期审批"].done, told["延期审批"].level) == (NOON + timedelta(minutes=30), "ok")
    assert (told["报到"].running, told["报到"].level) == (False, "over")
    assert (told["挂账复核"].running, told["挂账复核"].level) == (False, "ok")


def test_the_limit_of_a_real_extension_ends_where_the_ticket_says(city: City) -> None:
    (ticket,) = crowd(city, 1, NOON)
    ticket.limit.extensions = [600]
    ticket.limit.save()
    book.cache_clear()
    handling.sign(ticket, by=city.clerk, at=NOON)
    asked = extension.ask(ticket, Wish(600, "等待配件到货。", "示例依据"), by=city.leader, at=NOON)
    extension.grant(asked, by=city.supervisor, at=NOON + HOUR)
    ticket.refresh_from_db()
    told = limit_of(ticket, NOON, extensions=ticket.extensions.all())
    assert told.stretches[-1].end == ticket.handle_due == NOON + 34 * HOUR
