"""The supervisors' desk over HTTP, and the unit's side of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.actions import oversight, route
from dispatch.models import Card, Oversight
from dispatch.queries.supervision import LATE, VIEWS
from hotline.watch import BELLS, sweep
from intake import actions as intake
from tests.city import City
from tickets import timers
from tickets.models import Ticket

ClientOf = Callable[[str], Client]
Make = Callable[..., Ticket]
DEMAND = "请今天到现场并回复"


@pytest.fixture
def made(city: City) -> Make:
    """A dispatched order, received `minutes` ago; what was due since has happened."""

    def make(minutes: float = 0, **request: object) -> Ticket:
        at = timezone.now() - timedelta(minutes=minutes)
        ticket = intake.file(city.request(phone="", **request), by=city.agent, at=at, then=route)
        for step in (1440, 2160, 4320):
            if step <= minutes:
                sweep(at + timedelta(minutes=step))
        return Ticket.objects.get(pk=ticket.pk)

    return make


def desk(client: Client, **query: str) -> str:
    response = client.get(reverse("supervision:desk"), query)
    assert response.status_code == 200
    return response.content.decode()


def rail(client: Client) -> dict[str, str]:
    response = client.get(reverse("supervision:desk"))
    return {view.key: number for view, number in response.context["rail"]}


def send(client: Client, verb: str, ticket: Ticket, **data: object) -> HttpResponse:
    data = {"version": Ticket.objects.get(pk=ticket.pk).version, **data}
    return client.post(reverse(f"supervision:{verb}", args=[ticket.number]), data)


def test_each_list_has_its_own_and_the_rail_counts_them(city: City, made: Make, client_of: ClientOf) -> None:
    fresh, late, far = made(), made(1500), made(4400)
    oversight.order(fresh, demand=DEMAND, by=city.supervisor, at=timezone.now())
    client = client_of("supervisor")
    # The far one: yellow and red, and the ladder's own order. The street's parts are late as well.
    assert rail(client) == {"orders": "2", "cards": "3", "far": "1", "overdue": "2", "sides": "2"}
    for view, there in (
        ("orders", {fresh, far}),
        ("cards", {late, far}),
        ("far", {far}),
        ("overdue", {late, far}),
        ("sides", {late, far}),
    ):
        shown = desk(client, v=view)
        assert {t for t in (fresh, late, far) if t.number in shown} == there, view


def test_a_district_sees_its_own_units_alone(city: City, made: Make, client_of: ClientOf) -> None:
    company = made(1500, category=city.leaves["leak"])
    street = made(10080 + 60, category=city.leaves["property"])
    sweep(timezone.now())
    client = client_of("district_officer")
    assert rail(client)["overdue"] == "1"
    for view in ("cards", "overdue"):
        shown = desk(client, v=view)
        assert street.number in shown
        assert company.number not in shown
    assert client.get(reverse("supervision:case", args=[company.number])).status_code == 404
    assert rail(client_of("auditor"))["overdue"] == "2"


def test_cards_are_chosen_by_kind_group_and_account(city: City, made: Make, client_of: ClientOf) -> None:
    yellow, both = made(1500), made(4400)
    client = client_of("supervisor")
    assert desk(client, v="cards", kind="red").count("<tr data-row") == 1
    assert yellow.number not in desk(client, v="cards", kind="red")
    assert desk(client, v="cards", group="enterprises").count("<tr data-row") == 3
    assert desk(client, v="cards", group="streets").count("<tr data-row") == 0
    Card.objects.filter(ticket=both).update(acknowledged_at=timezone.now(), account="已整改")
    assert desk(client, v="cards", told="yes").count("<tr data-row") == 2
    assert desk(client, v="cards", told="no", kind="yellow").count("<tr data-row") == 1
    assert desk(client, v="cards", kind="green", told="").count("<tr data-row") == 3
    # Nobody chose yet: what waits for an account.
    assert desk(client, v="cards").count("<tr data-row") == 1


def test_a_side_clock_that_ran_out_is_listed_while_its_ticket_is_open(
    city: City, made: Make, client_of: ClientOf
) -> None:
    ticket = made()
    at = timezone.now()
    timers.start_until(ticket, "objection", 1, at=at, due=at)
    ticket.timers.filter(kind="objection").update(rang_at=at)
    Ticket.objects.update(rung_at=at)
    shown = desk(client_of("supervisor"), v="sides")
    assert ticket.number in shown
    assert "异议未按时裁定" in shown
    Ticket.objects.update(state="closed")
    assert ticket.number not in desk(client_of("supervisor"), v="sides")


def test_a_side_clock_that_ran_out_is_known_on_its_ticket(made: Make) -> None:
    ticket = made(4400)
    rang = ticket.timers.filter(rang_at__isnull=False).latest("rang_at").rang_at
    assert ticket.rung_at == rang


def test_whatever_side_clock_can_ring_late_has_its_words() -> None:
    #: These ring when something is to be done next, or have a list of their own.
    other = {"oversight", "plan_review", "plan_until", "exclusion", "exclusion_near"}
    assert set(BELLS) - other - set(LATE) == set()


def test_supervision_is_ordered_answered_asked_about_and_ended_over_http(
    city: City, made: Make, client_of: ClientOf
) -> None:
    ticket = made()
    boss, clerk = client_of("supervisor"), client_of("clerk")
    answer = send(boss, "order", ticket, demand=DEMAND)
    assert answer.status_code == 302
    row = Oversight.objects.get()
    inbox = clerk.get(reverse("handling:inbox"), {"v": "overseen"}).content.decode()
    assert ticket.number in inbox
    pane = clerk.get(reverse("handling:pane", args=[ticket.number])).content.decode()
    assert DEMAND in pane
    assert "回复督办" in pane

    def reply(words: str) -> HttpResponse:
        return clerk.post(
            reverse("handling:oversight", args=[ticket.number]),
            {
                "version": Ticket.objects.get(pk=ticket.pk).version,
                "oversight": row.pk,
                f"oversee-{row.pk}-text": words,
            },
        )

    assert reply("").status_code == 422
    assert reply("已到现场，明日恢复供暖").status_code == 302
    assert (
        "已到现场，明日恢复供暖"
        in boss.get(reverse("supervision:case", args=[ticket.number])).content.decode()
    )
    assert send(boss, "again", ticket, oversight=row.pk, demand="请补充照片").status_code == 302
    assert reply("照片已补充").status_code == 302
    assert send(boss, "end", ticket, oversight=row.pk, conclusion="情况属实，已整改").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.conclusion, row.replies.count()) == ("ended", "情况属实，已整改", 3)
    pane = clerk.get(reverse("handling:pane", args=[ticket.number])).content.decode()
    assert "情况属实，已整改" in pane
    assert "回复督办" not in pane


def test_a_co_unit_reads_nothing_of_the_leads_supervision(
    city: City, made: Make, client_of: ClientOf
) -> None:
    ticket = made(1500)
    oversight.order(ticket, demand=DEMAND, by=city.supervisor, at=timezone.now())
    for who, reads in (("clerk", True), ("street_clerk", False)):
        pane = client_of(who).get(reverse("handling:pane", args=[ticket.number])).content.decode()
        assert (DEMAND in pane, "逾期未反馈" in pane, "前回复" in pane) == (reads, reads, reads)


def test_a_refused_form_keeps_what_was_typed_and_changes_nothing(
    city: City, made: Make, client_of: ClientOf
) -> None:
    ticket = made()
    boss = client_of("supervisor")
    answer = send(boss, "order", ticket, demand="急")
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "请写明督办要求。" in shown
    assert ">\n急</textarea>" in shown
    assert not Oversight.objects.exists()
    row = oversight.order(ticket, demand=DEMAND, by=city.supervisor, at=timezone.now())
    answer = send(boss, "end", ticket, oversight=row.pk, conclusion="好")
    assert answer.status_code == 422
    assert "请写明督办结论。" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "open"


def test_a_page_that_is_stale_says_so_and_keeps_what_was_typed(
    city: City, made: Make, client_of: ClientOf
) -> None:
    ticket = made()
    old = ticket.version
    ticket.move("sign", by=city.clerk, at=timezone.now())
    answer = send(client_of("supervisor"), "order", ticket, demand=DEMAND, version=old)
    assert answer.status_code == 409
    assert DEMAND in answer.content.decode()
    assert not Oversight.objects.exists()


def test_an_order_of_another_ticket_is_not_found(city: City, made: Make, client_of: ClientOf) -> None:
    one, other = made(), made()
    row = oversight.order(one, demand=DEMAND, by=city.supervisor, at=timezone.now())
    boss = client_of("supervisor")
    assert send(boss, "end", other, oversight=row.pk, conclusion="情况属实").status_code == 404
    answer = client_of("clerk").post(
        reverse("handling:oversight", args=[other.number]),
        {"version": other.version, "oversight": row.pk, f"oversee-{row.pk}-text": "已到现场处理"},
    )
    assert answer.status_code == 404
    row.refresh_from_db()
    assert row.state == "open"


def test_an_auditor_reads_and_orders_nothing(city: City, made: Make, client_of: ClientOf) -> None:
    ticket = made()
    client = client_of("auditor")
    shown = client.get(reverse("supervision:case", args=[ticket.number])).content.decode()
    assert "发出督办" not in shown
    assert send(client, "order", ticket, demand=DEMAND).status_code == 403
    assert not Oversight.objects.exists()


def test_the_leader_accounts_for_a_card_on_the_units_page_and_the_supervisor_reads_it(
    city: City, made: Make, client_of: ClientOf
) -> None:
    ticket = made(1500)
    card = Card.objects.get(ticket=ticket)
    clerk, leader = client_of("clerk"), client_of("leader")
    assert "确认并说明情况" not in clerk.get(reverse("handling:cards")).content.decode()
    assert "确认并说明情况" in leader.get(reverse("handling:cards")).content.decode()
    address = reverse("handling:card", args=[card.pk])
    assert leader.post(address, {f"card-{card.pk}-account": " "}).status_code == 422
    refused = clerk.post(address, {f"card-{card.pk}-account": "管网抢修延误"})
    assert refused.status_code == 422
    assert "只有被发牌单位的领导" in refused.content.decode()
    assert client_of("street_leader").post(address, {}).status_code == 404
    card.refresh_from_db()
    assert card.acknowledged_at is None
    assert leader.post(address, {f"card-{card.pk}-account": "管网抢修延误，已加派人员"}).status_code == 302
    assert "管网抢修延误，已加派人员" in desk(client_of("supervisor"), v="cards", told="yes")
    assert rail(client_of("supervisor"))["cards"] == "0"


@pytest.mark.parametrize("many", [1, 100])
def test_the_desk_costs_the_same_with_one_row_and_with_a_hundred(
    city: City, made: Make, client_of: ClientOf, django_assert_num_queries: Callable, many: int
) -> None:
    at = timezone.now()
    tickets = [made() for _n in range(many)]
    Oversight.objects.bulk_create(
        Oversight(ticket=ticket, unit=city.heating, by=city.supervisor, demand=DEMAND, at=at, due=at)
        for ticket in tickets
    )
    Card.objects.bulk_create(
        Card(ticket=ticket, unit=city.heating, round=1, kind="yellow", why="overdue", at=at)
        for ticket in tickets
    )
    Ticket.objects.update(state="followup", overdue_at=at, special_at=at, rung_at=at)
    for ticket in tickets:
        timers.start_until(ticket, "milestone", ticket.pk, at=at, due=at)
        ticket.timers.filter(kind="milestone").update(rang_at=at)
    client = client_of("supervisor")
    desk(client)
    for view in VIEWS:
        with django_assert_num_queries(4):  # person, rows, which may be read, the rail
            shown = desk(client, v=view)
        assert shown.count("<tr data-row") == min(many, 30), view


def test_lists_go_on_by_key(city: City, made: Make, client_of: ClientOf) -> None:
    at = timezone.now()
    for n in range(32):
        ticket = made()
        Card.objects.create(
            ticket=ticket, unit=city.heating, round=1, kind="yellow", why="overdue", at=at + timedelta(n)
        )
    client = client_of("supervisor")
    first = client.get(reverse("supervision:desk"), {"v": "cards", "kind": "yellow"})
    onward = first.context["next_url"]
    assert "kind=yellow" in onward
    assert client.get(onward).content.decode().count("<tr data-row") == 2
