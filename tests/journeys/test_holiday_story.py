"""The order that crosses National Day and a make-up Saturday: each moment exact, and why, on the page."""

import csv
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from dispatch.actions import route
from handling import actions as handling
from handling.actions import extension
from handling.actions.extension import Wish
from hotline.watch import sweep
from intake import actions as intake
from tests.city import ZONE, City, forget
from tickets.models import Limit, Ticket, WorkCalendar, WorkDay

#: Five working days of eight hours; an hour to sign, four to turn to the caller.
HANDLE, SIGN, CONTACT = 2400, 60, 240
LEG = "第 1 次延期，8 小时（10-09 12:00 准予）"


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def order(city: City) -> Ticket:
    """Dispatched on Tuesday 29 September at 15:00, under a limit that counts Beijing's working hours."""
    office = WorkCalendar.objects.get(code="work")
    with (settings.BASE_DIR / "packs/beijing/calendar.csv").open(encoding="utf-8") as rows:
        WorkDay.objects.bulk_create(
            WorkDay(calendar=office, day=row["date"], works=row["working"] == "1", name=row["name"])
            for row in csv.DictReader(rows)
            if row["date"].startswith("2026")
        )
    general = Limit.objects.get(code="G")
    general.pk, general.calendar, general.effective_from = None, office, "2026-09-01"
    general.handle_minutes, general.sign_minutes, general.contact_minutes = HANDLE, SIGN, CONTACT
    general.extensions = [480]
    general.save(force_insert=True)
    forget()
    request = city.request(category=city.leaves["property"])
    return intake.file(request, by=city.agent, at=at(9, 29, 15), then=route)


def test_every_moment_lies_where_the_calendar_puts_it(city: City, order: Ticket) -> None:
    # Two hours on the 29th, eight on the 30th; 1–7 October are off; eight each on the 8th, the 9th and
    # Saturday the 10th; Sunday is off; the last six on Monday the 12th.
    assert order.sign_due == at(9, 29, 16)
    assert order.contact_due == at(9, 30, 11)
    assert order.remind_at == at(10, 9, 11)
    assert order.warn_at == at(10, 10, 15)
    assert order.handle_due == at(10, 12, 15)
    for moment, kind in (
        (order.sign_due, "auto_sign"),
        (order.contact_due, "contact_late"),
        (order.remind_at, "remind"),
        (order.warn_at, "warn"),
        (order.handle_due, "expire"),
    ):
        assert sweep(moment - timedelta(seconds=1)) == 0
        assert sweep(moment) == 1
        assert order.events.filter(kind=kind).count() == 1


def test_the_page_tells_every_stretch_and_the_extension_as_a_leg_of_its_own(
    city: City, order: Ticket, client_of: type[Client]
) -> None:
    handling.sign(order, by=city.street_clerk, at=at(9, 29, 15, 30))
    asked = extension.ask(
        order, Wish(480, "需召开业主大会。", "示例依据"), by=city.street_leader, at=at(10, 9, 10)
    )
    extension.grant(asked, by=city.district_officer, at=at(10, 9, 12))
    order.refresh_from_db()
    assert order.handle_due == at(10, 13, 15)

    answer = client_of("street_clerk").get(f"/cases/{order.number}/")
    handle = next(clock for clock in answer.context["clocks"] if clock.label == "办理")
    assert handle.note == ""
    assert [(s.begin, s.end, str(s.why), s.length, s.leg) for s in handle.stretches] == [
        (at(9, 29, 15), at(9, 29, 17), "工作时间，计时", "2 小时", ""),
        (at(9, 29, 17), at(9, 30, 9), "下班时间，不计时", "16 小时", ""),
        (at(9, 30, 9), at(9, 30, 17), "工作时间，计时", "8 小时", ""),
        (at(9, 30, 17), at(10, 1, 0), "下班时间，不计时", "7 小时", ""),
        (at(10, 1, 0), at(10, 8, 0), "休息日，不计时", "7 天", ""),
        (at(10, 8, 0), at(10, 8, 9), "下班时间，不计时", "9 小时", ""),
        (at(10, 8, 9), at(10, 8, 17), "工作时间，计时", "8 小时", ""),
        (at(10, 8, 17), at(10, 9, 9), "下班时间，不计时", "16 小时", ""),
        (at(10, 9, 9), at(10, 9, 17), "工作时间，计时", "8 小时", ""),
        (at(10, 9, 17), at(10, 10, 9), "下班时间，不计时", "16 小时", ""),
        (at(10, 10, 9), at(10, 10, 17), "工作时间，计时", "8 小时", ""),
        (at(10, 10, 17), at(10, 11, 0), "下班时间，不计时", "7 小时", ""),
        (at(10, 11, 0), at(10, 12, 0), "休息日，不计时", "1 天", ""),
        (at(10, 12, 0), at(10, 12, 9), "下班时间，不计时", "9 小时", ""),
        (at(10, 12, 9), at(10, 12, 15), "工作时间，计时", "6 小时", ""),
        (
            at(10, 12, 15),
            at(10, 12, 17),
            "工作时间，计时",
            "2 小时",
            LEG,
        ),
        (at(10, 12, 17), at(10, 13, 9), "下班时间，不计时", "16 小时", ""),
        (at(10, 13, 9), at(10, 13, 15), "工作时间，计时", "6 小时", ""),
    ]
    counted = sum((s.end - s.begin for s in handle.stretches if s.counts), timedelta())
    assert counted == timedelta(minutes=HANDLE + 480)
    page = answer.content.decode()
    assert LEG in page
    assert "10-01 00:00 – 10-08 00:00" in page


def test_a_holiday_named_later_does_not_move_the_deadline_and_the_page_says_so(
    city: City, order: Ticket, client_of: type[Client]
) -> None:
    WorkDay.objects.filter(day="2026-10-10").update(works=False)
    forget()
    answer = client_of("street_clerk").get(f"/cases/{order.number}/")
    handle = next(clock for clock in answer.context["clocks"] if clock.label == "办理")
    assert (handle.due, handle.stretches) == (at(10, 12, 15), [])
    assert "已核定的截止时间不随之改写" in handle.note
    assert handle.note in answer.content.decode()
