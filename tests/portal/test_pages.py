"""The pages around a case: light, one heading each, in both languages, without JavaScript."""

import re
from collections.abc import Callable
from datetime import date

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from tests.city import City
from tests.portal.conftest import Live, look_up
from tickets.models import Limit

PAGES = ["/", "/q/", "/help/", "/accessibility/", "/privacy/"]
#: UI.md §11: what a slow phone can bear.
MOST_REQUESTS, MOST_BYTES = 10, 50_000


def weight(page: str) -> tuple[int, int]:
    """Requests and compressed bytes of a first visit."""
    files = set(re.findall(r'(?:href|src)="/static/([^"#?]+)', page))
    sizes = [len(brotli.compress(page.encode()))]
    for name in files:
        found = finders.find(name)
        assert found, name
        with open(found, "rb") as file:
            sizes.append(len(brotli.compress(file.read())))
    return len(sizes), sum(sizes)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("language", "lang"), [("zh-hans", "zh"), ("en", "en")])
def test_a_page_has_one_heading_and_its_language(city: City, address: str, language: str, lang: str) -> None:
    answer = Client().get(address, headers={"accept-language": language})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("<h1") == 1
    assert re.search(rf'<html lang="{lang}', page)
    assert 'href="tel:12345"' in page


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_light(city: City, address: str) -> None:
    requests, size = weight(Client().get(address).content.decode())
    assert requests <= MOST_REQUESTS
    assert size <= MOST_BYTES


def test_the_page_of_a_case_is_light(live: Live) -> None:
    ticket = live("followup", timezone.now())
    requests, size = weight(look_up(ticket).get(f"/q/{ticket.number}/").content.decode())
    assert requests <= MOST_REQUESTS
    assert size <= MOST_BYTES


@pytest.mark.parametrize("address", ["/", "/q/"])
def test_the_form_works_without_javascript(city: City, address: str) -> None:
    page = Client().get(address).content.decode()
    assert '<form method="post" action="/q/"' in page
    assert all(f'name="{name}"' in page for name in ("number", "code", "csrfmiddlewaretoken"))
    assert "hx-" not in page.split("<main")[1].split("</main>")[0]


def test_the_query_comes_first_on_the_first_page(city: City) -> None:
    page = Client().get("/").content.decode()
    assert page.index("查询诉求办理进度</h1>") < page.index('name="number"') < page.index("反映新的诉求")


def test_the_number_of_the_case_is_filled_in_from_the_address(city: City) -> None:
    assert 'value="BJ12345-20260302-000042"' in Client().get("/q/?n=BJ12345-20260302-000042").content.decode()


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("agent", "/desk/"),
        ("team_leader", "/desk/"),
        ("dispatcher", "/dispatch/"),
        ("district_officer", "/dispatch/"),
        ("clerk", "/inbox/"),
        ("leader", "/inbox/"),
        ("grid", "/inbox/"),
        ("caller_back", "/callback/"),
        ("supervisor", "/board/"),
        ("auditor", "/board/"),
        ("admin", "/admin/"),
    ],
)
def test_staff_go_on_to_their_own_desk(client_of: Callable[[str], Client], name: str, page: str) -> None:
    answer = client_of(name).get("/")
    assert (answer.status_code, answer["Location"]) == (302, page)


def test_the_limits_in_force_are_told(city: City) -> None:
    old = Limit.objects.get(code="G")
    Limit.objects.create(
        code="G",
        name="一般诉求",
        dispatch_minutes=60,
        sign_minutes=60,
        contact_minutes=720,
        handle_minutes=5 * 1440,
        object_minutes=240,
        rule_minutes=120,
        calendar=old.calendar,
        effective_from=date(2026, 2, 1),
    )
    table = Client().get("/help/").content.decode().split("<tbody>")[1].split("</tbody>")[0]
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in table.split("</tr>")[:-1]]
    assert rows == ["E 30 分钟 2 小时", "U 2 小时 1 天", "一般诉求 12 小时 5 天", "C 1 天 15 天"]


def test_the_language_is_switched_where_one_stands(live: Live) -> None:
    ticket = live("handling", timezone.now())
    client = look_up(ticket)
    here = f"/q/{ticket.number}/"
    assert f'name="next" value="{here}"' in client.get(here).content.decode()
    assert client.post("/i18n/setlang/", {"language": "en", "next": here})["Location"] == here
    page = client.get(here).content.decode()
    assert '<html lang="en"' in page and "Being handled" in page
    assert f'<strong lang="zh-Hans">{ticket.lead}</strong>' in page


def test_the_public_pages_say_where_help_is(city: City) -> None:
    for address in PAGES:
        footer = Client().get(address).content.decode().split("<footer")[1]
        assert [f'href="{page}"' in footer for page in ("/help/", "/accessibility/", "/privacy/")] == [
            True
        ] * 3
