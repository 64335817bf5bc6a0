"""Lead and co-units: each part has its own limit; the lead sees all and may urge (DOMAIN R10)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from dispatch.actions import redispatch
from dispatch.models import CoTask
from followup.actions import Said, take_answers
from handling import actions
from handling.actions import co
from hotline.watch import sweep
from tests.city import NOON, City
from tests.handling.conftest import HTMX, ClientOf, Make, Order, fresh, photo, post
from tickets.errors import Refused
from tickets.models import Attachment, Notice, Ticket, Timer

HOUR = timedelta(hours=1)


def part(ticket: Ticket) -> CoTask:
    return CoTask.objects.select_related("unit", "ticket").get(ticket=ticket)


def refused(do: Callable[[], object], ticket: Ticket, words: str) -> None:
    """It is refused in these words and nothing has changed."""
    before = Ticket.objects.filter(pk=ticket.pk).values().get(), list(CoTask.objects.values())
    with pytest.raises(Refused, match=words):
        do()
    assert (Ticket.objects.filter(pk=ticket.pk).values().get(), list(CoTask.objects.values())) == before


def test_a_part_is_due_after_its_share_of_the_leads_limit(signed: Ticket) -> None:
    row = part(signed)
    assert row.due == NOON + 0.8 * 24 * HOUR
    timer = Timer.objects.get()
    assert (timer.kind, timer.ref, timer.due) == ("co", row.pk, row.due)
    assert fresh(signed).aside_at == row.due


def test_the_co_unit_says_what_it_did_and_the_lead_may_use_its_photos(city: City, signed: Ticket) -> None:
    row = part(signed)
    co.done(row, text="社区已入户测温，电话13800002046。", by=city.street_clerk, at=NOON, files=[photo()])
    row = part(signed)
    assert (row.done_at, row.done_by, row.late) == (NOON, city.street_clerk, False)
    assert row.result == "社区已入户测温，电话138****2046。"
    held = Attachment.objects.get()
    event = row.ticket.events.get(kind="co_done")
    assert event.facts == {"co": row.pk, "unit": city.street.pk, "evidence": [held.pk]}
    assert not Timer.objects.open().exists() and row.ticket.aside_at is None
    assert Notice.objects.get(kind="co_done").unit == city.heating


@pytest.mark.parametrize("who", ["clerk", "leader", "sibling_clerk", "dispatcher", "district_officer"])
def test_nobody_else_says_it_for_them(city: City, signed: Ticket, who: str) -> None:
    row = part(signed)
    refused(lambda: co.done(row, text="已处理完毕", by=city.people[who], at=NOON), signed, "协办单位自己")


def test_a_part_is_done_once_and_with_an_account(city: City, signed: Ticket) -> None:
    row = part(signed)
    refused(lambda: co.done(row, text="好", by=city.street_clerk, at=NOON), signed, "做了什么")
    co.done(row, text="社区已入户测温。", by=city.street_clerk, at=NOON)
    row = part(signed)
    refused(lambda: co.done(row, text="又测了一次温", by=city.street_leader, at=NOON), signed, "已提交")


def test_the_district_government_does_its_own_part(city: City, make: Make) -> None:
    deed = make(category=city.leaves["deed"])
    co.done(part(deed), text="区里已核对档案。", by=city.district_officer, at=NOON)
    assert part(deed).done_by == city.district_officer


def test_a_street_does_not_do_its_districts_part(city: City, make: Make) -> None:
    ticket = make(category=city.leaves["property"])
    co.add(ticket, unit=city.district, task="核实产权", by=city.dispatcher, at=NOON)
    row = CoTask.objects.select_related("unit", "ticket").get(unit=city.district)
    done = partial(co.done, row, text="已核实产权。", by=city.street_clerk, at=NOON)
    refused(done, ticket, "协办单位自己")


def test_a_late_part_is_marked_once_and_both_sides_are_told(city: City, signed: Ticket) -> None:
    due = part(signed).due
    sweep(due)
    sweep(due + HOUR)
    row = part(signed)
    assert row.late and row.ticket.events.filter(kind="co_late").count() == 1
    told = Notice.objects.filter(kind="co_late").values_list("unit", "role")
    assert set(told) == {(city.street.pk, "leader"), (city.heating.pk, "clerk")}
    co.done(row, text="社区已入户测温。", by=city.street_clerk, at=due + 2 * HOUR)
    row = part(signed)
    assert row.late and row.done_at == due + 2 * HOUR


def test_a_part_of_a_closed_order_is_not_late(city: City, reported: Ticket) -> None:
    actions.approve(reported, by=city.leader, at=NOON)
    reported.move("close", by=None, at=NOON + HOUR, closed_at=NOON + HOUR)
    sweep(NOON + 20 * HOUR)
    assert not part(reported).late
    assert reported.events.last().kind == "co_over"
    assert not Notice.objects.filter(kind="co_late").exists()


def test_the_lead_urges_once_in_a_while(city: City, signed: Ticket) -> None:
    co.urge(part(signed), by=city.clerk, at=NOON)
    told = Notice.objects.filter(kind="co_urge").values_list("unit", "role")
    assert set(told) == {(city.street.pk, "clerk"), (city.street.pk, "leader")}
    row = part(signed)
    refused(lambda: co.urge(row, by=city.leader, at=NOON + HOUR), signed, "14:00 之后")
    co.urge(part(signed), by=city.leader, at=NOON + 2 * HOUR)
    assert part(signed).urged_at == NOON + 2 * HOUR
    co.done(part(signed), text="社区已入户测温。", by=city.street_clerk, at=NOON + 2 * HOUR)
    row = part(signed)
    refused(lambda: co.urge(row, by=city.clerk, at=NOON + 9 * HOUR), signed, "已完成")


@pytest.mark.parametrize("who", ["street_leader", "stranger", "dispatcher"])
def test_only_the_lead_urges(city: City, signed: Ticket, who: str) -> None:
    row = part(signed)
    refused(lambda: co.urge(row, by=city.people[who], at=NOON), signed, "角色|主办单位")


def test_a_unit_is_added_later_for_its_share_of_what_is_left(city: City, signed: Ticket) -> None:
    at = NOON + 14 * HOUR
    co.add(signed, unit=city.housing, task="核实维修资金", by=city.dispatcher, at=at)
    row = CoTask.objects.get(unit=city.housing)
    assert (row.task, row.due) == ("核实维修资金", at + 8 * HOUR)
    assert Timer.objects.filter(kind="co", ref=row.pk, due=row.due).exists()
    assert Ticket.objects.visible_to(city.housing_clerk).filter(pk=signed.pk).exists()
    told = Notice.objects.filter(kind="co_add").values_list("unit", "role")
    assert set(told) == {(city.housing.pk, "clerk"), (city.housing.pk, "leader")}


def test_who_did_its_part_is_asked_again_in_the_second_round(city: City, reported: Ticket) -> None:
    """One part at a time: the first stays as it was, and the second has a limit of its own."""
    co.done(part(reported), text="社区已入户测温。", by=city.street_clerk, at=NOON)
    actions.approve(fresh(reported), by=city.leader, at=NOON)
    no = Said(contacted="yes", solved="unsolved", satisfied="dissatisfied", reason="not_accepted")
    take_answers(fresh(reported), no, channel="phone", by=city.caller_back, at=NOON + HOUR)
    again, doubled = fresh(reported), fresh(reported)
    assert (again.round, again.state) == (2, "handling")
    add = partial(co.add, unit=city.street, task="再次入户测温", by=city.dispatcher, at=NOON + 2 * HOUR)
    add(again)
    refused(partial(add, doubled), reported, "已是协办")
    first, second = CoTask.objects.order_by("pk")
    assert (first.result, first.done_at, first.task) == ("社区已入户测温。", NOON, "")
    assert (second.unit, second.task, second.done_at) == (city.street, "再次入户测温", None)
    assert second.due > NOON + 2 * HOUR and Timer.objects.open().get(kind="co").ref == second.pk
    second.ticket = fresh(reported)
    co.done(second, text="社区再次入户测温。", by=city.street_clerk, at=NOON + 3 * HOUR)
    assert not CoTask.objects.filter(done_at=None).exists()


def test_a_unit_never_has_two_parts_to_do(city: City, signed: Ticket) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CoTask.objects.create(ticket=signed, unit=city.street, at=NOON)


def test_a_district_adds_within_itself_alone(city: City, make: Make) -> None:
    ticket, by = make(category=city.leaves["property"]), city.district_officer
    co.add(ticket, unit=city.sibling, task="协助取证", by=by, at=NOON)
    foreign = make()
    refused(lambda: co.add(foreign, unit=city.sibling, task="协助取证", by=by, at=NOON), foreign, "本区")
    ticket = fresh(ticket)
    refused(lambda: co.add(ticket, unit=city.heating, task="协助取证", by=by, at=NOON), ticket, "本区")


def test_neither_the_lead_nor_the_accused_nor_a_helper_is_added(city: City, make: Make) -> None:
    ticket, by = make(kind="tip_off", accused=city.housing), city.dispatcher
    for unit, words in ((city.heating, "不能协办"), (city.housing, "不能协办"), (city.street, "已是协办")):
        add = partial(co.add, ticket, unit=unit, task="协助取证", by=by, at=NOON)
        refused(add, ticket, words)
    refused(lambda: co.add(ticket, unit=city.sibling, task="", by=by, at=NOON), ticket, "写明")


def test_a_helper_that_becomes_the_lead_has_no_part_to_be_late_with(city: City, make: Make) -> None:
    ticket = make(category=city.leaves["orphan"])
    co.add(ticket, unit=city.street, task="协助取证", by=city.dispatcher, at=NOON)
    redispatch(fresh(ticket), lead=city.street, reason="属地管理", by=city.district_officer, at=NOON)
    assert part(ticket).done_at == NOON
    assert not Timer.objects.open().filter(kind="co").exists()


def test_the_pane_shows_each_part_and_what_one_may_do(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order()
    url = reverse("handling:pane", args=[ticket.number])
    lead = client_of("clerk").get(url, headers=HTMX).content.decode()
    helper = client_of("street_clerk").get(url, headers=HTMX).content.decode()
    assert "/urge/" in lead and "/co/done/" not in lead
    assert "/urge/" not in helper and "/co/done/" in helper
    empty = post(client_of("street_clerk"), "co_done", ticket, **{"co_done-text": "好", "headers": HTMX})
    assert empty.status_code == 422 and part(ticket).done_at is None
    data = {"co_done-text": "社区已入户测温。", "co_done-files": [photo()], "headers": HTMX}
    response = post(client_of("street_clerk"), "co_done", ticket, **data)
    page = response.content.decode()
    assert response.status_code == 200 and "社区已入户测温。" in page and "/co/done/" not in page
    assert part(ticket).done_by == city.street_clerk


def test_urging_twice_is_422_on_the_page(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    url = reverse("handling:co_urge", args=[ticket.number, part(ticket).pk])
    clerk = client_of("clerk")
    assert clerk.post(url, {"version": ticket.version}).status_code == 302
    again = clerk.post(url, {"version": fresh(ticket).version}, headers=HTMX)
    assert again.status_code == 422 and "刚催过" in again.content.decode()
    elsewhere = reverse("handling:co_urge", args=[ticket.number, 0])
    assert clerk.post(elsewhere, {"version": fresh(ticket).version}).status_code == 404


def test_a_dispatcher_adds_a_unit_on_a_page(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order()
    client, url = client_of("dispatcher"), reverse("handling:co_add", args=[ticket.number])
    assert "街道" in client.get(url).content.decode()
    wrong = client.post(url, {"version": ticket.version, "unit": city.housing.code, "task": ""})
    page = wrong.content.decode()
    assert wrong.status_code == 422 and f'value="{city.housing.code}" selected' in page
    stale = client.post(url, {"version": 1, "unit": city.housing.code, "task": "核实资金"})
    assert stale.status_code == 409 and "核实资金" in stale.content.decode()
    right = client.post(url, {"version": ticket.version, "unit": city.housing.code, "task": "核实资金"})
    assert (right.status_code, right.url) == (302, reverse("reports:case", args=[ticket.number]))
    assert CoTask.objects.get(unit=city.housing).task == "核实资金"
    assert client_of("clerk").get(url).status_code == 403


def test_the_view_of_the_helpers_shows_their_own_part(
    city: City, order: Order, client_of: ClientOf, django_assert_num_queries: Callable
) -> None:
    done, waiting = order(), order()
    co.done(part(done), text="社区已入户测温。", by=city.street_clerk, at=timezone.now())
    client, url = client_of("street_clerk"), reverse("handling:inbox")
    client.get(url, {"v": "co"})
    with django_assert_num_queries(3):  # person, rows, counts
        response = client.get(url, {"v": "co"})
    lines = response.context["lines"]
    assert [(line.ticket.number, line.due) for line in lines] == [(waiting.number, part(waiting).due)]


def test_a_district_finds_an_order_once_that_two_of_its_units_help_with(
    city: City, order: Order, client_of: ClientOf
) -> None:
    ticket = order()
    co.add(ticket, unit=city.sibling, task="协助取证", by=city.dispatcher, at=timezone.now())
    response = client_of("district_officer").get(reverse("handling:inbox"), {"v": "co"})
    assert [line.ticket.number for line in response.context["lines"]] == [ticket.number]
