"""A refusal that a page did not answer itself is answered for it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.cache import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import resolve
from django_htmx.middleware import HtmxDetails

from tests.city import City
from tickets.errors import Refused, Stale
from tickets.middleware import Refusals
from tickets.models import Ticket


def answer(path: str, error: Exception, **more: object) -> HttpResponse | None:
    request: HttpRequest = RequestFactory().post(path, headers=more.pop("headers", {}))
    request.user = more.pop("user", AnonymousUser())
    request.session = SessionStore()
    request.htmx = HtmxDetails(request)
    request.resolver_match = resolve(path)
    return Refusals(lambda _request: HttpResponse()).process_exception(request, error)


def test_a_stale_page_is_409_with_a_way_to_the_fresh_ticket(city: City, pending: Ticket) -> None:
    found = answer(f"/dispatch/{pending.number}/by-hand/", Stale("别人更快"), user=city.dispatcher)
    page = found.content.decode()
    assert found.status_code == 409
    assert f'href="/cases/{pending.number}/"' in page
    assert "别人更快" in page
    assert "<html" in page


def test_a_refusal_is_422_and_says_why(city: City, pending: Ticket) -> None:
    found = answer(f"/dispatch/{pending.number}/by-hand/", Refused("请写明<理由>"), user=city.dispatcher)
    assert found.status_code == 422
    assert "请写明&lt;理由&gt;" in found.content.decode()


@pytest.mark.parametrize(("error", "status"), [(Stale("旧"), 409), (Refused("不行"), 422)])
def test_htmx_gets_the_panel_alone(city: City, error: Exception, status: int) -> None:
    found = answer("/dispatch/x/by-hand/", error, user=city.dispatcher, headers={"HX-Request": "true"})
    page = found.content.decode()
    assert (found.status_code, "<html" in page, 'role="alert"' in page) == (status, False, True)


def test_somebody_not_signed_in_gets_the_public_page(city: City) -> None:
    page = answer("/login/", Refused("稍后再试")).content.decode()
    assert "稍后再试" in page
    assert 'class="topbar"' not in page


def test_any_other_error_is_left_alone(city: City) -> None:
    assert answer("/login/", ValueError("x")) is None
