"""Whom the desk calls first: what is late, then by reason in the city's order."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.models import Rebound
from followup import queries
from intake import actions as intake
from tests.city import NOON, City, forget
from tickets.models import Setting, Ticket

AT = NOON + timedelta(days=1)


@pytest.fixture
def four(city: City) -> dict[str, Ticket]:
    """One ticket for each reason, the reported one waiting longest."""
    found = {}
    for hours, reason in enumerate(("reported", "expired", "rebound", "withdrawn")):
        ticket = intake.file(city.request(phone=f"1390000000{hours}"), by=city.agent, at=NOON)
        due = AT + timedelta(hours=hours + 1)
        changes: dict[str, datetime] = {"followup_due": due, "followup_at": NOON, "reported_at": NOON}
        if reason == "expired":
            changes |= {"overdue_at": NOON, "reported_at": None}
        elif reason == "withdrawn":
            changes["withdrawn_at"] = NOON
        Ticket.objects.filter(pk=ticket.pk).update(state="followup", lead=city.heating, **changes)
        found[reason] = ticket
    back = intake.file(city.request(phone="13900000009"), by=city.agent, at=NOON)
    Rebound.objects.create(ticket=found["rebound"], returned=back, round=1, at=NOON)
    return found


def first(city: City, at: datetime) -> list[int]:
    return [ticket.pk for ticket in queries.candidates(city.caller_back, at)]


def test_reason_by_reason_in_the_citys_order(city: City, four: dict[str, Ticket]) -> None:
    order = ("withdrawn", "rebound", "expired", "reported")
    assert first(city, AT) == [four[reason].pk for reason in order]


def test_what_is_late_comes_before_every_reason(city: City, four: dict[str, Ticket]) -> None:
    Ticket.objects.filter(pk=four["expired"].pk).update(followup_due=AT - timedelta(minutes=1))
    order = ("expired", "withdrawn", "rebound", "reported")
    assert first(city, AT) == [four[reason].pk for reason in order]


def test_a_city_sets_the_order_and_what_it_forgets_comes_last(city: City, four: dict[str, Ticket]) -> None:
    Setting.objects.filter(key="followup_order").update(value="reported nonsense expired")
    forget()
    order = ("reported", "expired", "withdrawn", "rebound")
    assert first(city, AT) == [four[reason].pk for reason in order]


@pytest.mark.parametrize("reason", list(queries.REASONS))
def test_each_reason_is_a_queue_of_its_own_and_the_row_says_it(
    city: City, four: dict[str, Ticket], reason: str
) -> None:
    rows = queries.page(city.caller_back, reason, AT).rows
    assert [(row.pk, row.reason) for row in rows] == [(four[reason].pk, reason)]
    counted = {queue.key: number for queue, number in queries.rail(city.caller_back, AT)}
    assert (counted[reason], counted["all"]) == ("1", "4")


def test_the_desk_shows_why(client_of: Callable[[str], Client], four: dict[str, Ticket]) -> None:
    Ticket.objects.filter(state="followup").update(followup_due=timezone.now())
    page = client_of("caller_back").get(reverse("followup:desk") + "?v=all").content.decode()
    for word in ("撤回核实", "反弹", "到期未反馈"):
        assert f">{word}</span>" in page


@pytest.mark.parametrize(("placed", "listed"), [(True, "海淀区"), (False, "—")])
def test_a_duplicate_without_a_place_is_listed_where_its_master_lies(
    city: City,
    four: dict[str, Ticket],
    client_of: Callable[[str], Client],
    django_assert_num_queries: Callable,
    placed: bool,
    listed: str,
) -> None:
    master = intake.file(city.request(phone="13900000008"), by=city.agent, at=NOON)
    Ticket.objects.filter(pk=master.pk).update(place=city.place if placed else None)
    child = Ticket.objects.filter(pk=four["reported"].pk)
    child.update(place=None, master=master, followup_due=timezone.now())
    client = client_of("caller_back")
    with django_assert_num_queries(3):
        page = client.get(reverse("followup:desk") + "?v=reported").content.decode()
    assert f'<td class="text-nowrap fs-7 hide-m">{listed}</td>' in page
