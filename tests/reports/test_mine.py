"""A unit's own month: its place and how sure it is, and the open orders that can still be saved."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.test import Client

from dispatch.actions import dispatch_by_hand
from handling import actions as handling
from reports.queries import mine
from scoring.actions import ensure_period, score_waiting
from scoring.models import Period
from tests.city import NOON, City
from tests.scoring.asking import GOOD, asked_often, filed
from tickets.models import Ticket


def test_a_unit_sees_its_own_month_with_place_and_doubt(
    month: City, client_of: Callable[[str], Client]
) -> None:
    asked_often(month, month.sibling, [GOOD] * 12)
    score_waiting(NOON)
    page = client_of("street_leader").get("/board/mine/?period=2026-03")
    place = page.context["place"]
    assert (place.rank, place.ranked, place.first, place.last) == (2, 2, 1, 2)
    assert place.low < Decimal("89.6") < place.high
    assert page.context["one_more"] == {"worst": Decimal("81.5"), "best": Decimal("90.5")}
    assert [row["asked"] for row in page.context["rates"]] == [10, 10, 10]


def test_a_unit_without_a_group_or_a_sample_has_no_place(month: City) -> None:
    assert mine.place(month.housing, ensure_period(NOON)).rank is None
    assert mine.place(month.sibling, ensure_period(NOON)) == mine.Place(1)


def test_where_the_scheme_shows_no_places_the_page_shows_the_band_alone(
    month: City, client_of: Callable[[str], Client]
) -> None:
    type(month.scheme).objects.update(league=False)
    page = client_of("street_leader").get("/board/mine/?period=2026-03")
    assert page.context["band"] == "B"
    told = page.content.decode()
    assert "不排名次" in told
    assert "与前后单位可以分清" not in told


def test_before_any_period_the_page_says_so(city: City, client_of: Callable[[str], Client]) -> None:
    Period.objects.all().delete()
    page = client_of("clerk").get("/board/mine/")
    assert (page.status_code, page.context["period"]) == (200, None)
    assert client_of("clerk").get("/board/mine/?period=1999-01").status_code == 404
    ensure_period(NOON)
    assert client_of("clerk").get("/board/mine/?save=nothing").status_code == 404


def given(city: City) -> Ticket:
    ticket = filed(city, None)
    dispatch_by_hand(ticket, lead=city.street, reason="属地", by=city.dispatcher, at=NOON)
    return ticket


def test_what_can_still_be_saved_is_what_will_count_this_period(month: City) -> None:
    period, at = ensure_period(NOON), NOON + timedelta(hours=1)
    fresh, called, again, owing, far = (given(month) for _ in range(5))
    handling.sign(called, by=month.street_clerk, at=at)
    handling.contact(called, channel="phone", reached=True, note="已联系", by=month.street_clerk, at=at)
    Ticket.objects.filter(pk=called.pk).update(warn_at=at)
    Ticket.objects.filter(pk=again.pk).update(round=2, contacted_at=at)
    Ticket.objects.filter(pk=owing.pk).update(state="followup", overdue_at=at)
    Ticket.objects.filter(pk=far.pk).update(handle_due=period.ends)
    counts = {row.key: number for row, number in mine.rescues(month.street_clerk, period, at)}
    assert counts == {"owing": "1", "again": "1", "uncontacted": "1", "soon": "1"}
    told = {row.pk: row.kind_of_rescue for row in mine.orders(month.street_clerk, period, at, "")}
    assert told == {owing.pk: "owing", again.pk: "again", fresh.pk: "uncontacted", called.pk: "soon"}
    assert [row.pk for row in mine.orders(month.street_clerk, period, at, "again")] == [again.pk]
    assert mine.orders(month.stranger, period, at, "") == []
