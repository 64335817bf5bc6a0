"""Number and code open one's own case, and nothing else does."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.access import KEY
from portal.actions import TooMany, unlock
from tests.city import NOON, City
from tests.portal.conftest import Live, look_up
from tickets.models import Ticket

UNKNOWN = "BJ12345-20200101-999999"


def wrong(ticket: Ticket) -> str:
    """A code that is surely not the ticket's."""
    return "2222" if ticket.query_code != "2222" else "3333"


def body(client: Client, number: str, code: str) -> tuple[int, str]:
    """Status and page; what was typed, the form's token and the server's clock taken out."""
    answer = client.post("/q/", {"number": number, "code": code})
    page = answer.content.decode()
    page = re.sub(r'name="(csrfmiddlewaretoken|server-now)" (value|content)="[^"]+"', "", page)
    return answer.status_code, page.replace(number, "NUMBER").replace(code, "CODE")


def test_the_right_code_opens_the_case(pending: Ticket) -> None:
    page = look_up(pending).get(f"/q/{pending.number}/")
    assert page.status_code == 200
    assert "已受理，等待派单" in page.content.decode() or "已派单" in page.content.decode()


def test_the_code_may_be_typed_in_any_shape(pending: Ticket) -> None:
    typed = {"number": pending.number.lower().replace("-", " "), "code": " ".join(pending.query_code.lower())}
    assert Client().post("/q/", typed)["Location"] == f"/q/{pending.number}/"


def test_a_wrong_number_and_a_wrong_code_look_the_same(pending: Ticket) -> None:
    client = Client()
    code = wrong(pending)
    of_code, of_number = body(client, pending.number, code), body(client, UNKNOWN, code)
    assert of_code == of_number
    assert of_code[0] == 422
    assert "没有找到与工单号和查询码都相符的诉求" in of_code[1]


def test_a_wrong_number_and_a_wrong_code_cost_the_same_statements(pending: Ticket) -> None:
    told = []
    for number in (pending.number, UNKNOWN):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert unlock(number, wrong(pending), address="203.0.113.1", at=NOON) is False
        told.append([query["sql"].replace(number, "NUMBER") for query in seen.captured_queries])
    assert told[0] == told[1]
    assert len(told[0]) == 1


def test_an_empty_code_opens_nothing(city: City, pending: Ticket) -> None:
    for number in (pending.number, UNKNOWN):
        for code in ("", "----"):
            assert unlock(number, code, address="203.0.113.1", at=NOON) is False


def test_the_tail_alone_is_refused_with_a_hint(pending: Ticket) -> None:
    page = Client().post("/q/", {"number": pending.number_tail, "code": pending.query_code})
    assert page.status_code == 422
    assert "工单号不完整：请输入全部内容，以 BJ12345 开头" in page.content.decode()
    assert f'value="{pending.number_tail}"' in page.content.decode()


def test_what_is_wrong_is_said_first_and_in_the_title(city: City) -> None:
    page = Client().post("/q/", {"number": "", "code": ""}).content.decode()
    assert re.search(r"<title>\s*错误：", page)
    assert page.index("请输入工单号") < page.index("<h1")
    assert 'href="#id_number"' in page and 'href="#id_code"' in page


def test_after_ten_wrong_codes_even_the_right_one_must_wait(pending: Ticket) -> None:
    client = Client()
    for _try in range(10):
        assert client.post("/q/", {"number": UNKNOWN, "code": "2222"}).status_code == 422
    late = client.post("/q/", {"number": pending.number, "code": pending.query_code})
    assert late.status_code == 429
    assert 0 < int(late["Retry-After"]) <= 3601
    assert "查询次数过多" in late.content.decode() and "tel:12345" in late.content.decode()
    assert KEY not in client.session


def test_tries_are_counted_per_number_from_any_address(city: City, pending: Ticket) -> None:
    for n in range(10):
        assert unlock(pending.number, wrong(pending), address=f"203.0.113.{n}", at=NOON) is False
    with pytest.raises(TooMany):
        unlock(pending.number, pending.query_code, address="198.51.100.1", at=NOON)


def test_tries_are_counted_per_address_over_any_number(city: City, pending: Ticket) -> None:
    for n in range(10):
        assert unlock(f"BJ12345-20200101-{n:06d}", "2222", address="2001:db8::1", at=NOON) is False
    with pytest.raises(TooMany) as told:
        unlock(pending.number, pending.query_code, address="2001:db8::2", at=NOON)
    assert told.value.until == NOON + timedelta(hours=1)
    assert unlock(pending.number, pending.query_code, address="203.0.113.1", at=NOON)


def test_the_next_hour_begins_anew(city: City, pending: Ticket) -> None:
    for _try in range(10):
        unlock(pending.number, wrong(pending), address="203.0.113.1", at=NOON)
    later = NOON + timedelta(hours=1)
    assert unlock(pending.number, pending.query_code, address="203.0.113.1", at=later)


def test_right_codes_are_never_too_many(city: City, pending: Ticket) -> None:
    for _try in range(25):
        assert unlock(pending.number, pending.query_code, address="203.0.113.1", at=NOON)


def test_without_redis_nothing_opens(pending: Ticket) -> None:
    away = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1"}
    nowhere = {**settings.CACHES, "default": away}
    with override_settings(CACHES=nowhere):
        page = Client().post("/q/", {"number": pending.number, "code": pending.query_code})
    assert page.status_code == 503
    assert "网上查询暂时不能使用" in page.content.decode()


def test_a_case_is_closed_to_a_browser_that_never_knew_its_code(pending: Ticket) -> None:
    for number in (pending.number, UNKNOWN):
        answer = Client().get(f"/q/{number}/")
        assert (answer.status_code, answer["Location"]) == (302, f"/q/?n={number}")


def test_ones_own_case_opens_no_other(city: City, live: Live) -> None:
    mine, other = live("pending", NOON), live("pending", NOON, content="别人的诉求内容", phone="13900001111")
    client = look_up(mine)
    answer = client.get(f"/q/{other.number}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/q/?n={other.number}")
    said = {"round": 1, "contacted": "yes", "solved": "solved", "satisfied": "satisfied"}
    assert client.post(f"/q/{other.number}/answers/", said).status_code == 302
    assert Ticket.objects.get(pk=other.pk).version == other.version
    assert client.get(f"/q/{mine.number}/").status_code == 200


def test_staff_have_no_short_cut(pending: Ticket, client_of: object) -> None:
    assert client_of("supervisor").get(f"/q/{pending.number}/").status_code == 302


def test_half_an_hour_of_silence_closes_the_page(pending: Ticket) -> None:
    client = look_up(pending)
    session = client.session
    session[KEY] = {pending.number: (timezone.now() - timedelta(minutes=29)).timestamp()}
    session.save()
    assert client.get(f"/q/{pending.number}/").status_code == 200
    fresh = client.session[KEY][pending.number]
    assert timezone.now().timestamp() - fresh < 60
    session = client.session
    session[KEY] = {pending.number: (timezone.now() - timedelta(minutes=31)).timestamp()}
    session.save()
    page = client.get(f"/q/{pending.number}/")
    assert page.status_code == 403
    assert "页面已过期" in page.content.decode() and pending.number in page.content.decode()
    assert pending.content not in page.content.decode()
    assert client.session[KEY] == {}


def test_the_session_gets_a_new_key_and_ends_with_the_browser(pending: Ticket) -> None:
    client = Client()
    client.get("/q/")
    first = look_up(pending, client).cookies["sessionid"]
    second = look_up(pending, client).cookies["sessionid"]
    assert first.value != second.value or first is not second
    assert client.session.get_expire_at_browser_close()


def test_a_browser_holds_ten_cases_at_most(city: City, live: Live) -> None:
    client = Client()
    tickets = [live("pending", NOON) for _n in range(12)]
    for ticket in tickets:
        look_up(ticket, client)
    assert list(client.session[KEY]) == [ticket.number for ticket in tickets[2:]]


def test_signing_in_stays_when_staff_look_up_a_case(pending: Ticket, client_of: object) -> None:
    client = look_up(pending, client_of("clerk"))
    assert "_auth_user_id" in client.session
    assert not client.session.get_expire_at_browser_close()


def test_a_browser_without_cookies_is_told_what_is_needed(city: City, pending: Ticket) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        "/q/", {"number": pending.number, "code": pending.query_code}
    )
    assert answer.status_code == 403
    assert "请允许这个网站保存 Cookie" in answer.content.decode()


def test_what_was_typed_is_shown_as_text(city: City) -> None:
    typed = '"><script>alert(1)</script>'
    page = Client().post("/q/", {"number": typed, "code": typed}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    asked = Client().get("/q/", {"n": typed}).content.decode()
    assert "<script>alert" not in asked
