from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.actions import route
from handling import actions
from handling.models import Contact, Note, Report
from intake import actions as intake
from tests.city import City
from tests.handling.conftest import photo
from tickets.models import Attachment, Ticket

HTMX = {"HX-Request": "true", "HX-Target": "pane"}
WORDS = {"outcome": "explained", "text": "已上门解释供暖时间。", "reply": "供暖自十五日起，请您留意。"}
ClientOf = Callable[[str], Client]
Order = Callable[..., Ticket]


@pytest.fixture
def order(city: City) -> Order:
    """An order dispatched an hour ago by the real clock, which the views read."""
    an_hour_ago = timezone.now() - timedelta(hours=1)

    def made(at: object = an_hour_ago, **request: object) -> Ticket:
        ticket = intake.file(city.request(**request), by=city.agent, at=at)
        assert route(ticket, at)
        return ticket

    return made


def post(client: Client, verb: str, ticket: Ticket, **data: object) -> object:
    headers = data.pop("headers", None)
    data.setdefault("version", ticket.version)
    return client.post(reverse(f"handling:{verb}", args=[ticket.number]), data, headers=headers)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def numbers(response: object) -> list[str]:
    return [line.ticket.number for line in response.context["lines"]]


def counted(response: object) -> dict[str, str]:
    return {view.key: number for view, number in response.context["rail"]}


def test_the_inbox_lists_by_remaining_time_and_counts_each_view(
    city: City, order: Order, client_of: ClientOf
) -> None:
    later, sooner = order(), order(category=city.leaves["leak"])
    actions.sign(later, by=city.clerk, at=timezone.now())
    response = client_of("clerk").get(reverse("handling:inbox"))
    assert numbers(response) == [sooner.number, later.number]
    assert counted(response) == {
        "unsigned": "1",
        "soon": "0",
        "open": "2",
        "mine": "0",
        "co": "0",
        "followup": "0",
        "again": "0",
        "closed": "0",
    }


def test_orders_of_another_unit_are_not_in_the_inbox(order: Order, client_of: ClientOf) -> None:
    order()
    response = client_of("stranger").get(reverse("handling:inbox"))
    assert numbers(response) == []
    assert set(counted(response).values()) == {"0"}


def test_a_co_unit_finds_the_order_under_its_own_view_only(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    street = client_of("street_clerk")
    assert numbers(street.get(reverse("handling:inbox"))) == []
    assert numbers(street.get(reverse("handling:inbox"), {"v": "co"})) == [ticket.number]


def test_a_grid_worker_finds_only_what_is_assigned(city: City, order: Order, client_of: ClientOf) -> None:
    one = order(category=city.leaves["property"])
    order(category=city.leaves["property"])
    actions.assign(one, to=city.grid, by=city.street_clerk, at=timezone.now())
    response = client_of("grid").get(reverse("handling:inbox"))
    assert numbers(response) == [one.number]
    assert "co" not in counted(response)


def test_the_views_choose_what_their_names_say(city: City, order: Order, client_of: ClientOf) -> None:
    now = timezone.now()
    unsigned, soon = order(), order(at=now - timedelta(hours=20))
    mine, reported, asked, closed = order(), order(), order(), order()
    actions.assign(mine, to=city.leader, by=city.clerk, at=now)
    for ticket in (reported, asked, closed):
        actions.sign(ticket, by=city.clerk, at=now)
        actions.report(ticket, actions.Result(**WORDS), by=city.clerk, at=now)
    for ticket in (asked, closed):
        actions.approve(ticket, by=city.leader, at=now)
    closed.move("close", by=None, at=now, closed_at=now)
    leader = client_of("leader")
    expected = {
        "unsigned": {unsigned, soon, mine},
        "soon": {soon},
        "mine": {mine},
        "reported": {reported},
        "followup": {asked},
        "again": set(),
        "closed": {closed},
        "open": {unsigned, soon, mine, reported},
    }
    for key, tickets in expected.items():
        response = leader.get(reverse("handling:inbox"), {"v": key})
        assert set(numbers(response)) == {ticket.number for ticket in tickets}, key
        assert counted(response)[key] == str(len(tickets)), key


def test_a_reopened_order_is_in_the_view_of_the_unsolved(
    city: City, order: Order, client_of: ClientOf
) -> None:
    ticket = order()
    Ticket.objects.filter(pk=ticket.pk).update(round=2)
    assert numbers(client_of("clerk").get(reverse("handling:inbox"), {"v": "again"})) == [ticket.number]


@pytest.mark.parametrize(
    ("typed", "found"), [("暖气", 1), ("循环泵", 0), ("示例小区 暖气", 1), ("海淀", 0), ("%", 0)]
)
def test_the_search_wants_every_word(order: Order, client_of: ClientOf, typed: str, found: int) -> None:
    order()
    response = client_of("clerk").get(reverse("handling:inbox"), {"q": typed})
    assert len(numbers(response)) == found


def test_the_search_finds_the_tail_of_a_number(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    response = client_of("clerk").get(reverse("handling:inbox"), {"q": ticket.number[-4:]})
    assert ticket.number in numbers(response)


def test_pages_follow_one_another_without_gap_or_repeat(order: Order, client_of: ClientOf) -> None:
    now = timezone.now()
    made = [order(at=now - timedelta(minutes=n // 2)).number for n in range(65)]
    client, seen, url = client_of("clerk"), [], reverse("handling:inbox")
    while url:
        response = client.get(url)
        seen += numbers(response)
        url = response.context["next_url"]
    assert len(seen) == 65 and set(seen) == set(made)


@pytest.mark.parametrize("after", ["x", "eHx5", "MjAyNi0wMS0wMXx4", "MjAyNi0wMS0wMQ=="])
def test_a_bad_cursor_gives_the_first_page(order: Order, client_of: ClientOf, after: str) -> None:
    ticket = order()
    response = client_of("clerk").get(reverse("handling:inbox"), {"after": after})
    assert (response.status_code, numbers(response)) == (200, [ticket.number])


@pytest.mark.parametrize("name", ["agent", "caller_back", "dispatcher", "auditor", "admin"])
def test_the_inbox_is_closed_to_those_who_do_not_handle(client_of: ClientOf, name: str) -> None:
    assert client_of(name).get(reverse("handling:inbox")).status_code == 403


def test_a_guest_is_sent_to_sign_in(client: Client, city: City) -> None:
    response = client.get(reverse("handling:inbox"))
    assert (response.status_code, response.url) == (302, "/login/?next=/inbox/")


@pytest.mark.parametrize("verb", ["sign", "contact", "assign", "note", "report", "approve", "send_back"])
def test_every_verb_is_404_for_a_stranger_and_changes_nothing(
    order: Order, client_of: ClientOf, verb: str
) -> None:
    ticket = order()
    assert post(client_of("stranger"), verb, ticket, **WORDS).status_code == 404
    assert fresh(ticket).version == ticket.version


def test_the_accused_unit_never_finds_the_order(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order(kind="tip_off", accused=city.street)
    url = reverse("handling:pane", args=[ticket.number])
    assert client_of("street_clerk").get(url).status_code == 404
    assert client_of("clerk").get(url).status_code == 200


def test_htmx_gets_the_pane_alone(order: Order, client_of: ClientOf) -> None:
    url = reverse("handling:pane", args=[order().number])
    part = client_of("clerk").get(url, headers=HTMX).content.decode()
    whole = client_of("clerk").get(url).content.decode()
    assert "<html" not in part and "<html" in whole
    assert 'hx-target="#pane"' in part and 'hx-target="#order"' in whole


def test_the_pane_masks_the_caller(order: Order, client_of: ClientOf) -> None:
    page = client_of("clerk").get(reverse("handling:pane", args=[order().number])).content.decode()
    assert "138****2046" in page and "王**" in page
    assert "13800002046" not in page and "王女士" not in page


def test_a_secret_caller_is_not_even_masked(order: Order, client_of: ClientOf) -> None:
    ticket = order(hide_identity=True)
    page = client_of("clerk").get(reverse("handling:pane", args=[ticket.number])).content.decode()
    assert "诉求人要求保密" in page
    assert "138****2046" not in page and "王**" not in page


def test_signing_from_the_pane_brings_the_row_and_the_counts_along(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    response = post(client_of("clerk"), "sign", ticket, headers=HTMX)
    page = response.content.decode()
    assert (response.status_code, fresh(ticket).state) == (200, "handling")
    assert f'id="row-{ticket.number}"' in page and 'id="views"' in page
    assert page.count('hx-swap-oob="true"') == 2


def test_signing_without_script_leads_back_to_the_order(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    response = post(client_of("clerk"), "sign", ticket)
    assert (response.status_code, response.url) == (302, reverse("handling:pane", args=[ticket.number]))
    assert fresh(ticket).state == "handling"


def test_an_old_page_gets_409_the_fresh_state_and_what_was_typed(
    city: City, order: Order, client_of: ClientOf
) -> None:
    ticket = order()
    actions.sign(fresh(ticket), by=city.leader, at=timezone.now())
    data = {"note-text": "三号楼已排查", "headers": HTMX}
    response = post(client_of("clerk"), "note", ticket, **data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "别人已先一步" in page and "三号楼已排查" in page and "办理中" in page
    assert 'name="version" value="3"' in page
    assert (fresh(ticket).version, Note.objects.count()) == (3, 0)


def test_a_look_at_the_number_makes_no_page_stale(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order()
    intake.look(fresh(ticket), reason="约上门时间", by=city.clerk, at=timezone.now())
    assert post(client_of("clerk"), "sign", ticket).status_code == 302
    assert fresh(ticket).state == "handling"


@pytest.mark.parametrize("version", ["0", "99", "x", "-1"])
def test_a_version_that_never_was_is_stale(order: Order, client_of: ClientOf, version: str) -> None:
    ticket = order()
    assert post(client_of("clerk"), "sign", ticket, version=version).status_code == 409
    assert fresh(ticket).version == ticket.version


def test_a_move_that_is_not_due_gets_422(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    response = post(client_of("leader"), "approve", ticket, headers=HTMX)
    assert (response.status_code, fresh(ticket).version) == (422, ticket.version)


def test_a_contact_with_a_photo_is_kept(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    data = {
        "contact-channel": "visit",
        "contact-reached": "1",
        "contact-note": "已入户测温",
        "contact-files": [photo("一.jpg"), photo("二.jpg")],
    }
    assert post(client_of("clerk"), "contact", ticket, **data).status_code == 302
    row = Contact.objects.get()
    assert (row.channel, row.reached, row.note) == ("visit", True, "已入户测温")
    assert fresh(ticket).contacted_at == row.at
    assert list(Attachment.objects.order_by("pk").values_list("name", flat=True)) == ["一.jpg", "二.jpg"]


def test_a_contact_that_says_nothing_is_422_and_stays_open(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    response = post(client_of("clerk"), "contact", ticket, **{"contact-note": "忘了选方式", "headers": HTMX})
    page = response.content.decode()
    assert response.status_code == 422
    assert "忘了选方式" in page and "error-summary" in page
    assert Contact.objects.count() == 0


def test_an_order_is_assigned_within_the_unit_only(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order()
    clerk = client_of("clerk")
    assert post(clerk, "assign", ticket, **{"assign-to": city.stranger.pk}).status_code == 422
    assert post(clerk, "assign", ticket, **{"assign-to": city.leader.pk}).status_code == 302
    assert fresh(ticket).assignee == city.leader


def test_a_co_unit_notes_but_neither_signs_nor_contacts(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    street = client_of("street_clerk")
    assert post(street, "sign", ticket).status_code == 422
    assert post(street, "note", ticket, **{"note-text": "社区已测温"}).status_code == 302
    assert (Note.objects.get().text, fresh(ticket).state) == ("社区已测温", "dispatched")
    page = street.get(reverse("handling:pane", args=[ticket.number])).content.decode()
    assert "handling:sign" not in page and "/sign/" not in page and "/contact/" not in page


def test_a_report_with_photos_waits_for_the_leader(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order()
    actions.sign(ticket, by=city.clerk, at=timezone.now())
    data = {**WORDS, "outcome": "solved", "files": [photo("前.jpg"), photo("后.jpg")]}
    response = post(client_of("clerk"), "report", ticket, **data)
    assert (response.status_code, response.url) == (302, reverse("handling:inbox"))
    assert (fresh(ticket).state, Report.objects.get().evidence.count()) == ("reported", 2)


def test_a_report_may_use_the_photos_of_the_visit(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order()
    now = timezone.now()
    actions.sign(ticket, by=city.clerk, at=now)
    actions.contact(ticket, channel="visit", reached=True, note="", by=city.clerk, at=now, files=[photo()])
    held = Attachment.objects.get()
    clerk = client_of("clerk")
    page = clerk.get(reverse("handling:report", args=[ticket.number])).content.decode()
    assert f'value="{held.pk}"' in page and " checked" in page
    response = post(clerk, "report", ticket, **{**WORDS, "outcome": "solved", "held": [held.pk]})
    assert (response.status_code, list(Report.objects.get().evidence.all())) == (302, [held])


def test_a_refused_report_keeps_the_words_and_asks_for_the_photos_again(
    city: City, order: Order, client_of: ClientOf
) -> None:
    ticket = order()
    actions.sign(ticket, by=city.clerk, at=timezone.now())
    response = post(client_of("clerk"), "report", ticket, **{**WORDS, "outcome": "solved"})
    page = response.content.decode()
    assert response.status_code == 422
    assert WORDS["text"] in page and WORDS["reply"] in page
    assert "须附佐证" in page and "请重新选择" in page
    assert (fresh(ticket).version, Report.objects.count()) == (3, 0)


def test_a_report_from_an_old_page_is_409_and_keeps_the_words(
    city: City, order: Order, client_of: ClientOf
) -> None:
    ticket = order()
    actions.sign(ticket, by=city.clerk, at=timezone.now())
    response = post(client_of("clerk"), "report", ticket, **WORDS, version=2)
    assert response.status_code == 409
    assert WORDS["text"] in response.content.decode()
    assert (fresh(ticket).state, Report.objects.count()) == ("handling", 0)


def test_the_preview_hides_numbers_as_the_public_page_will(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    page = post(client_of("clerk"), "preview", ticket, reply="请拨13800002046联系").content.decode()
    assert "请拨138****2046联系" in page and "热力集团" in page


def test_the_leader_approves_or_sends_back_from_the_pane(
    city: City, order: Order, client_of: ClientOf
) -> None:
    ticket = order()
    now = timezone.now()
    actions.sign(ticket, by=city.clerk, at=now)
    actions.report(ticket, actions.Result(**WORDS), by=city.clerk, at=now)
    leader = client_of("leader")
    assert post(leader, "send_back", ticket, **{"send_back-note": ""}).status_code == 422
    assert post(leader, "send_back", ticket, **{"send_back-note": "请补照片"}).status_code == 302
    page = client_of("clerk").get(reverse("handling:report", args=[ticket.number])).content.decode()
    assert "请补照片" in page
    again = fresh(ticket)
    actions.report(again, actions.Result(**WORDS), by=city.clerk, at=now)
    assert post(leader, "approve", again).status_code == 302
    assert fresh(ticket).state == "followup"


def test_many_are_signed_at_once_and_strangers_are_passed_over(
    city: City, order: Order, client_of: ClientOf
) -> None:
    one, two, old = order(), order(), order()
    foreign = order(category=city.leaves["property"])
    actions.note(fresh(old), text="已看", by=city.clerk, at=timezone.now())
    picks = [f"{ticket.number}:2" for ticket in (one, two, old, foreign)] + ["nonsense", "x:y"]
    response = client_of("clerk").post(
        reverse("handling:sign_many"), {"pick": picks, "v": "unsigned"}, headers=HTMX
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "已签收 2 件" in page and old.number in page and foreign.number not in page
    assert [fresh(t).state for t in (one, two, old, foreign)] == [
        "handling",
        "handling",
        "dispatched",
        "dispatched",
    ]


@pytest.mark.parametrize("many", [1, 30])
def test_the_inbox_asks_the_database_as_often_for_thirty_as_for_one(
    order: Order, client_of: ClientOf, django_assert_num_queries: Callable, many: int
) -> None:
    for _n in range(many):
        order()
    client = client_of("clerk")
    client.get(reverse("handling:inbox"))
    with django_assert_num_queries(3):  # person, rows, counts; the session comes from the cache
        client.get(reverse("handling:inbox"))
    with django_assert_num_queries(2):
        client.get(reverse("handling:inbox"), headers=HTMX)


@pytest.mark.parametrize("many", [1, 30])
def test_the_pane_asks_as_often_for_thirty_contacts_as_for_one(
    city: City, order: Order, client_of: ClientOf, django_assert_num_queries: Callable, many: int
) -> None:
    ticket = order()
    for _n in range(many):
        actions.contact(
            ticket, channel="phone", reached=True, note="", by=city.clerk, at=timezone.now(), files=[photo()]
        )
    client = client_of("clerk")
    url = reverse("handling:pane", args=[ticket.number])
    client.get(url, headers=HTMX)
    with django_assert_num_queries(10):
        client.get(url, headers=HTMX)
