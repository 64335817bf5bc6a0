"""What people are told, where they read it, and that they did (DOMAIN §3.7)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.actions import route
from hotline.watch import sweep
from intake import actions as intake
from tests.city import NOON, City
from tickets import notices
from tickets.addressees import Address, Command, addressees
from tickets.errors import Refused
from tickets.models import Notice, Ticket
from tickets.queries import BELL, NOTICES

ClientOf = Callable[[str], Client]


@pytest.mark.parametrize(
    ("command", "who", "told"),
    [
        (Command(7, "street", 3, "district", 3), "clerk", Address(7, "clerk")),
        (Command(7, "street", 3, "district", 3), "leader", Address(7, "leader")),
        (Command(7, "street", 3, "district", 3), "above", Address(3, "district")),
        (Command(9, "community", 7, "street", 3), "above", Address(7, "leader")),
        (Command(9, "community", 7, "street", 3), "district", Address(3, "district")),
        (Command(3, "district", 1, "city_centre", 3), "clerk", Address(3, "district")),
        (Command(3, "district", 1, "city_centre", 3), "leader", Address(3, "district")),
        (Command(3, "district", 1, "city_centre", 3), "above", Address(None, "supervisor")),
        (Command(5, "enterprise", 1, "city_centre"), "above", Address(None, "supervisor")),
        (Command(5, "enterprise"), "above", Address(None, "supervisor")),
        (Command(5, "enterprise", 1, "city_centre"), "supervisor", Address(None, "supervisor")),
    ],
)
def test_the_words_of_the_ladder_name_one_address_each(command: Command, who: str, told: Address) -> None:
    assert addressees([who], command) == [told]


def test_a_body_of_the_city_has_no_district_and_nobody_is_told_twice() -> None:
    heating = Command(5, "enterprise", 1, "city_centre")
    assert addressees(["district"], heating) == []
    assert addressees(["above", "supervisor"], heating) == [Address(None, "supervisor")]
    assert addressees(["clerk", "leader"], heating, 42) == [Address(person=42), Address(5, "leader")]


def bell(client: Client) -> str:
    return client.get(reverse("notices:count")).content.decode()


def page(client: Client, **query: str) -> str:
    return client.get(reverse("notices:list"), query).content.decode()


def test_the_bell_rings_for_those_who_were_told_and_for_nobody_else(
    city: City, dispatched: Ticket, client_of: ClientOf
) -> None:
    sweep(NOON + timedelta(minutes=720))
    people = ("clerk", "leader", "street_clerk", "stranger", "admin")
    # The missed contact to both, the reminder to the clerk.
    assert {who: bell(client_of(who)) for who in people} == {
        "clerk": "2",
        "leader": "1",
        "street_clerk": "",
        "stranger": "",
        "admin": "",
    }


def test_the_page_says_what_to_do_and_opens_the_ticket(
    city: City, dispatched: Ticket, client_of: ClientOf
) -> None:
    sweep(NOON + timedelta(minutes=1152))
    shown = page(client_of("clerk"))
    assert "黄色预警：办理时限将到，请尽快反馈" in shown
    assert reverse("reports:case", args=[dispatched.number]) in shown
    assert shown.index("黄色预警") < shown.index("办理时限已过半")


def test_one_acknowledgement_is_enough_and_is_kept_with_the_case(
    city: City, dispatched: Ticket, client_of: ClientOf
) -> None:
    sweep(NOON + timedelta(minutes=720))
    remind = Notice.objects.get(kind="remind")
    client = client_of("clerk")
    assert client.post(reverse("notices:ack", args=[remind.pk])).status_code == 302
    remind.refresh_from_db()
    assert remind.seen_by == city.clerk
    assert remind.seen_at is not None
    last = dispatched.events.order_by("seq").last()
    assert (last.kind, last.actor, last.facts) == ("ack", city.clerk, {"notice": remind.pk, "of": "remind"})
    # A second press changes nothing.
    client.post(reverse("notices:ack", args=[remind.pk]))
    assert dispatched.events.filter(kind="ack").count() == 1
    assert "办理时限已过半" not in page(client)
    assert "办理时限已过半" in page(client, v="seen")


def test_nobody_acknowledges_what_was_told_to_another(
    city: City, dispatched: Ticket, client_of: ClientOf
) -> None:
    sweep(NOON + timedelta(minutes=720))
    remind = Notice.objects.get(kind="remind")
    version = Ticket.objects.get(pk=dispatched.pk).version
    for who in ("leader", "street_clerk", "stranger", "supervisor"):
        assert client_of(who).post(reverse("notices:ack", args=[remind.pk])).status_code == 404
    with pytest.raises(Refused):
        notices.acknowledge(remind, by=city.leader, at=NOON)
    remind.refresh_from_db()
    assert (remind.seen_at, Ticket.objects.get(pk=dispatched.pk).version) == (None, version)


def test_all_are_acknowledged_at_once_but_not_what_came_after_the_page(
    city: City, dispatched: Ticket, client_of: ClientOf
) -> None:
    sweep(NOON + timedelta(minutes=720))
    client = client_of("clerk")
    upto = Notice.objects.latest("pk").pk
    sweep(NOON + timedelta(minutes=1152))
    client.post(reverse("notices:ack_all"), {"upto": upto})
    later = Notice.objects.to(city.clerk).filter(pk__gt=upto)
    assert later.filter(kind="warn", seen_at=None).count() == 1
    assert bell(client) == str(later.count())
    assert dispatched.events.filter(kind="ack").count() == 2
    fresh = Ticket.objects.get(pk=dispatched.pk)
    assert fresh.version == fresh.events.count()


def test_notices_of_a_ticket_that_moves_at_this_moment_wait_for_the_next_time(
    city: City, dispatched: Ticket
) -> None:
    other = intake.file(city.request(phone=""), by=city.agent, at=NOON, then=route)
    for ticket in (dispatched, other):
        notices.tell(ticket, "remind", at=NOON, person=city.clerk)
    rows = list(Notice.objects.select_related("ticket").order_by("pk"))
    Ticket.objects.get(pk=other.pk).move("sign", by=city.clerk, at=NOON)  # after the rows were read
    assert [notices.acknowledge_these([row], by=city.clerk, at=NOON) for row in rows] == [1, 0]
    assert list(Notice.objects.order_by("pk").values_list("seen_by", flat=True)) == [city.clerk.pk, None]


def test_a_notice_of_a_ticket_that_went_elsewhere_shows_its_number_without_its_matter(
    city: City, dispatched: Ticket, client_of: ClientOf
) -> None:
    notices.tell(dispatched, "uphold", at=NOON, person=city.stranger)
    shown = page(client_of("stranger"))
    assert dispatched.number in shown
    assert dispatched.title not in shown
    assert reverse("reports:case", args=[dispatched.number]) not in shown


def test_the_bell_counts_no_further_than_ninety_nine(
    city: City, dispatched: Ticket, client_of: ClientOf
) -> None:
    told = [notices.notice(dispatched, "remind", at=NOON, person=city.clerk) for _n in range(BELL + 1)]
    Notice.objects.bulk_create(told[:-1])
    assert bell(client_of("clerk")) == "99"
    told[-1].save()
    assert bell(client_of("clerk")) == "99+"


@pytest.mark.parametrize("many", [1, 100])
def test_the_page_costs_the_same_with_one_notice_and_with_a_hundred(
    city: City, client_of: ClientOf, django_assert_num_queries: Callable, many: int
) -> None:
    for _n in range(min(many, 5)):
        ticket = intake.file(city.request(phone=""), by=city.agent, at=NOON, then=route)
    rows = [notices.notice(ticket, "remind", at=NOON, person=city.clerk) for _n in range(many)]
    Notice.objects.bulk_create(rows)
    client = client_of("clerk")
    client.get(reverse("notices:list"))
    with django_assert_num_queries(3):  # person, rows, which of them may be read
        shown = page(client)
    assert shown.count("data-row") == min(many, NOTICES)
    with django_assert_num_queries(2):
        bell(client)


def test_older_notices_follow_by_key(city: City, dispatched: Ticket, client_of: ClientOf) -> None:
    rows = [notices.notice(dispatched, "remind", at=NOON, person=city.clerk) for _n in range(NOTICES + 5)]
    Notice.objects.bulk_create(rows)
    after = sorted(row.pk for row in rows)[5]
    client = client_of("clerk")
    assert f"after={after}" in page(client)
    assert page(client, after=str(after)).count("data-row") == 5
