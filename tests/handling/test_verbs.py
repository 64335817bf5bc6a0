from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone

from handling import actions
from handling.actions import co, extension
from handling.actions.extension import Wish
from handling.models import Contact, Note, Report
from intake import actions as intake
from tests.city import City
from tests.handling.conftest import HTMX, WORDS, ClientOf, Order, fresh, photo, post
from tickets.models import Attachment


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
    beside = {**HTMX, "HX-Current-URL": "http://testserver/inbox/?v=unsigned"}
    response = post(client_of("clerk"), "sign", ticket, headers=beside)
    page = response.content.decode()
    assert (response.status_code, fresh(ticket).state) == (200, "handling")
    assert response.context["view"].key == "unsigned"
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
    with django_assert_num_queries(16):
        client.get(url, headers=HTMX)


@pytest.mark.parametrize("many", [1, 5])
def test_the_pane_asks_as_often_for_many_extensions_and_parts_as_for_one(
    city: City, order: Order, client_of: ClientOf, django_assert_num_queries: Callable, many: int
) -> None:
    ticket, at = order(category=city.leaves["property"]), timezone.now()
    actions.sign(ticket, by=city.street_clerk, at=at)
    helpers = [city.sibling, city.heating, city.department, city.district, city.other_street]
    for unit in helpers[:many]:
        co.add(ticket, unit=unit, task="协助取证", by=city.dispatcher, at=at)
        row = extension.ask(ticket, Wish(60, "公示期七日。", "管理办法"), by=city.street_leader, at=at)
        extension.refuse(row, opinion="材料不足", by=city.supervisor, at=at)
    client, url = client_of("street_leader"), reverse("handling:pane", args=[ticket.number])
    client.get(url, headers=HTMX)
    with django_assert_num_queries(17):
        client.get(url, headers=HTMX)
