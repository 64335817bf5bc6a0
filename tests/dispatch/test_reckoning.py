"""Another day off, another limit: seen first, never for what is past, and each order moved once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dispatch.actions import reckoning as actions
from dispatch.actions import route
from dispatch.actions.reckoning import Numbers
from dispatch.models import Adjustment
from dispatch.queries import reckoning as queries
from hotline.watch import sweep
from intake import actions as intake
from tests.city import NOON, ZONE, City, forget
from tests.journeys.crowd import crowd
from tickets.book import book
from tickets.chain import faults
from tickets.errors import Refused
from tickets.models import Limit, Ticket, WorkCalendar, WorkDay

ClientOf = Callable[[str], Client]
#: The class G of the small city, with a working day more to handle.
LONGER = Numbers(1440, 240, 1440, 10080 + 1440)


def on(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def office(city: City) -> WorkCalendar:
    """The class G counts working hours now: 40 of them from Monday noon end on Monday noon."""
    calendar = WorkCalendar.objects.get(code="work")
    Limit.objects.filter(code="G").update(calendar=calendar, handle_minutes=2400)
    forget()
    return calendar


@pytest.fixture
def order(city: City, office: WorkCalendar) -> Ticket:
    return general(city)


def general(city: City, at: datetime = NOON) -> Ticket:
    request = city.request(category=city.leaves["property"])
    return intake.file(request, by=city.agent, at=at, then=route)


def row_of(ticket: Ticket) -> dict[str, object]:
    return Ticket.objects.filter(pk=ticket.pk).values().get()


def settle(at: datetime) -> int:
    """What the beat does until nothing waits."""
    forget()
    return actions.reckon_waiting(at, 60)


def test_a_day_off_more_is_previewed_before_anything_is_written(
    city: City, office: WorkCalendar, order: Ticket
) -> None:
    assert order.handle_due == on(9)
    before = row_of(order)
    change = actions.day_change(office, date(2026, 3, 5), False, NOON)
    told = queries.effects(change, NOON)
    assert (told.concerned, told.moved, told.later, told.earlier) == (1, 1, 1, 0)
    moved = {shift.field: (shift.was, shift.now) for shift in told.rows[0].shifts}
    # Half of the limit is over on Wednesday; the rest waits for a day that is off now.
    assert moved["handle_due"] == (on(9), on(10))
    assert "remind_at" not in moved
    assert moved["warn_at"] == (on(6, 12), on(9, 12))
    assert row_of(order) == before
    assert not WorkDay.objects.exists()


def test_without_the_wish_only_new_orders_know_the_new_day(
    city: City, office: WorkCalendar, order: Ticket
) -> None:
    before = row_of(order)
    actions.change_day(office, date(2026, 3, 5), False, open_too=False, by=city.supervisor, at=NOON)
    assert settle(NOON + timedelta(minutes=1)) == 0
    assert row_of(order) == before
    assert general(city).handle_due == on(10)


def test_with_the_wish_open_orders_follow_once_and_the_event_tells_both_moments(
    city: City, office: WorkCalendar, order: Ticket
) -> None:
    was = row_of(order)
    made = actions.change_day(office, date(2026, 3, 5), False, open_too=True, by=city.supervisor, at=NOON)
    assert settle(NOON) == 0, "other processes may still hold the old calendar"
    assert settle(NOON + timedelta(minutes=1)) == 1
    fresh = Ticket.objects.get(pk=order.pk)
    assert (fresh.handle_due, fresh.warn_at) == (on(10), on(9))
    event = fresh.events.last()
    assert (event.kind, event.actor, event.facts["adjustment"]) == ("reckon", None, made.pk)
    told = [datetime.fromisoformat(text) for text in event.facts["moved"]["handle_due"]]
    assert told == [was["handle_due"], fresh.handle_due]
    assert fresh.version == order.version + 1

    assert settle(NOON + timedelta(minutes=2)) == 0
    made.refresh_from_db()
    assert (made.moved, made.done_at is not None) == (1, True)
    assert list(faults()) == []


def test_what_is_past_stays_bit_by_bit(city: City, office: WorkCalendar, order: Ticket) -> None:
    # Friday: signed by the clock, contact missed, reminded; warned at noon.
    at = on(6, 13)
    sweep(at)
    past = {"dispatch_due", "sign_due", "contact_due", "remind_at", "warn_at"}
    before = row_of(order)
    made = actions.change_day(office, date(2026, 3, 9), False, open_too=True, by=city.admin, at=at)
    settle(at + timedelta(minutes=1))
    after = row_of(order)
    assert {field: after[field] for field in past} == {field: before[field] for field in past}
    assert after["handle_due"] == on(10)
    assert set(order.events.last().facts["moved"]) == {"handle_due", "red_at", "special_at"}
    assert made.worked is True


def test_an_order_that_expired_is_not_brought_back(city: City, office: WorkCalendar, order: Ticket) -> None:
    at = on(9, 12, 30)
    sweep(at)
    before = row_of(order)
    assert before["state"] == "followup"
    actions.change_day(office, date(2026, 3, 20), False, open_too=True, by=city.admin, at=at)
    settle(at + timedelta(minutes=1))
    after = row_of(order)
    changed = {field for field in after if after[field] != before[field]}
    assert changed <= {"special_at", "version", "head_hash", "wake_at"}
    assert after["handle_due"] == before["handle_due"] == on(9)
    assert after["red_at"] == before["red_at"]


def test_a_longer_limit_moves_the_ladder_with_it_and_the_order_takes_the_new_row(city: City) -> None:
    order = general(city)
    made = actions.change_limit("G", LONGER, date(2026, 3, 3), open_too=True, by=city.supervisor, at=NOON)
    assert settle(NOON + timedelta(minutes=1)) == 1
    fresh = Ticket.objects.get(pk=order.pk)
    assert (fresh.handle_due, fresh.handle_minutes) == (NOON + timedelta(days=8), 11520)
    assert fresh.warn_at == NOON + timedelta(minutes=9216)
    assert (fresh.sign_due, fresh.contact_due) == (order.sign_due, order.contact_due)
    assert fresh.limit == made.new_limit
    assert Limit.objects.get(pk=order.limit_id).handle_minutes == 10080


def test_a_limit_that_would_be_over_at_once_is_left(city: City) -> None:
    old, new = general(city, NOON - timedelta(days=4)), general(city)
    before = row_of(old)
    shorter = Numbers(1440, 240, 1440, 4320)
    actions.change_limit("G", shorter, date(2026, 3, 3), open_too=True, by=city.supervisor, at=NOON)
    assert settle(NOON + timedelta(minutes=1)) == 1
    assert row_of(old) == before
    assert Ticket.objects.get(pk=new.pk).handle_due == NOON + timedelta(days=3)


def test_a_second_round_and_a_limit_by_law_keep_their_length(city: City) -> None:
    again, by_law = general(city), general(city)
    Ticket.objects.filter(pk=again.pk).update(round=2)
    due = NOON + timedelta(minutes=20160)
    Ticket.objects.filter(pk=by_law.pk).update(handle_minutes=20160, handle_due=due)
    change = actions.limit_change("G", LONGER, date(2026, 3, 3), NOON)
    told = queries.effects(change, NOON)
    assert (told.concerned, told.moved) == (2, 0)


def test_what_was_reckoned_otherwise_is_not_guessed_at(city: City) -> None:
    order = general(city)
    Ticket.objects.filter(pk=order.pk).update(handle_due=NOON + timedelta(days=7, minutes=5))
    change = actions.limit_change("G", LONGER, date(2026, 3, 3), NOON)
    assert queries.effects(change, NOON).moved == 0


@pytest.mark.parametrize(
    ("day", "works", "why"),
    [(2, False, "只能调整明天及以后"), (1, False, "只能调整明天及以后"), (5, True, "本来就是这样")],
)
def test_a_day_that_is_past_or_no_different_is_refused(
    city: City, office: WorkCalendar, day: int, works: bool, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        actions.change_day(office, date(2026, 3, day), works, open_too=True, by=city.admin, at=NOON)
    assert not WorkDay.objects.exists()
    assert not Adjustment.objects.exists()


def test_a_limit_without_a_difference_or_twice_ahead_is_refused(city: City) -> None:
    same = Numbers(1440, 240, 1440, 10080)
    for numbers, day, why in (
        (same, 3, "数字没有变化"),
        (LONGER, 2, "最早从明天起"),
    ):
        with pytest.raises(Refused, match=why):
            actions.change_limit("G", numbers, date(2026, 3, day), open_too=False, by=city.admin, at=NOON)
    actions.change_limit("G", LONGER, date(2026, 3, 9), open_too=False, by=city.admin, at=NOON)
    with pytest.raises(Refused, match="尚未生效"):
        actions.change_limit("G", same, date(2026, 3, 10), open_too=False, by=city.admin, at=NOON)
    assert Limit.objects.filter(code="G").count() == 2
    assert book().limit("G", NOON).handle_minutes == 10080


def test_a_preview_costs_the_same_statements_for_one_order_and_for_a_hundred(city: City) -> None:
    change = actions.limit_change("U", Numbers(120, 30, 120, 2880), date(2026, 3, 3), NOON)
    crowd(city, 1, NOON)
    queries.effects(change, NOON)
    with CaptureQueriesContext(connection) as one:
        queries.effects(change, NOON)
    crowd(city, 99, NOON)
    with CaptureQueriesContext(connection) as hundred:
        assert queries.effects(change, NOON).moved == 100
    assert len(hundred) == len(one) <= 4


def test_many_orders_are_moved_in_batches_each_once(city: City) -> None:
    crowd(city, 250, NOON)
    longer = Numbers(120, 30, 120, 2880)
    made = actions.change_limit("U", longer, date(2026, 3, 3), open_too=True, by=city.admin, at=NOON)
    later = NOON + timedelta(minutes=1)
    assert actions.reckon(made.pk, later) == 200
    assert actions.reckon(made.pk, later) == 50
    assert actions.reckon(made.pk, later) is None
    assert actions.reckon(made.pk, later) is None
    assert set(Ticket.objects.values_list("version", "handle_due")) == {(3, NOON + timedelta(days=2))}
    assert list(faults()) == []


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def test_the_page_shows_the_effect_and_writes_what_was_chosen(city: City, client_of: ClientOf) -> None:
    ticket = general(city, timezone.now())
    client = client_of("supervisor")
    asked = {"what": "limit", "code": "G", "effective_from": tomorrow().isoformat(), **vars(LONGER)}
    answer = client.get("/policy/preview/", asked)
    assert answer.status_code == 200
    assert ticket.number in answer.content.decode()
    assert "其中 1 件有未到期的时限会变动：办理时限推后 1 件，提前 0 件。" in answer.content.decode()
    assert not Adjustment.objects.exists()

    answer = client.post("/policy/write/", {**asked, "open_too": "1"}, follow=True)
    assert "在办工单的时限正在分批调整" in answer.content.decode()
    made = Adjustment.objects.get()
    assert (made.open_too, made.by, made.new_limit.handle_minutes) == (True, city.supervisor, 11520)
    again = client.post("/policy/write/", {**asked, "open_too": "1"})
    assert (again.status_code, Adjustment.objects.count()) == (422, 1)
    assert "尚未生效" in again.content.decode()


def test_a_day_of_the_past_is_refused_on_the_page_with_what_was_typed(
    city: City, office: WorkCalendar, client_of: ClientOf
) -> None:
    asked = {"what": "day", "calendar": office.pk, "day": "2020-10-01", "works": "0", "name": "国庆节"}
    answer = client_of("admin").get("/policy/preview/", asked)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "只能调整明天及以后的日期" in page and 'value="国庆节"' in page
