"""Orders in the hands of the small city's heating company."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from dispatch.actions import route
from handling import actions
from handling.actions import Result
from intake import actions as intake
from tests.city import NOON, City
from tickets.models import Ticket

Make = Callable[..., Ticket]
Order = Callable[..., Ticket]
ClientOf = Callable[[str], Client]
HTMX = {"HX-Request": "true", "HX-Target": "pane"}
WORDS = {"outcome": "explained", "text": "已上门解释供暖时间。", "reply": "供暖自十五日起，请您留意。"}


def photo(name: str = "现场.jpg") -> SimpleUploadedFile:
    """A small JPEG, as a telephone sends it."""
    body = BytesIO()
    Image.new("RGB", (32, 24), "navy").save(body, "JPEG")
    return SimpleUploadedFile(name, body.getvalue(), content_type="image/jpeg")


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def make(city: City) -> Make:
    """Another dispatched order; `request` changes what was asked."""

    def made(**request: object) -> Ticket:
        ticket = intake.file(city.request(**request), by=city.agent, at=NOON)
        assert route(ticket, NOON)
        return ticket

    return made


@pytest.fixture
def street_order(city: City, make: Make) -> Ticket:
    """An order the street has signed, the housing department helps; its limit is seven days."""
    ticket = make(category=city.leaves["property"])
    actions.sign(ticket, by=city.street_clerk, at=NOON)
    return ticket


@pytest.fixture
def plannable(city: City, street_order: Ticket) -> Ticket:
    """The same, and the caller was reached: a plan may be asked for."""
    note, by = "已告知挂账安排", city.street_clerk
    actions.contact(street_order, channel="phone", reached=True, note=note, by=by, at=NOON)
    return street_order


@pytest.fixture
def signed(city: City, dispatched: Ticket) -> Ticket:
    """Signed by the heating company."""
    actions.sign(dispatched, by=city.clerk, at=NOON)
    return dispatched


@pytest.fixture
def reported(city: City, signed: Ticket) -> Ticket:
    """Reported as solved, with a photo; the leader has not looked."""
    result = Result(outcome="solved", text="更换了三号楼的循环泵。", reply="三号楼循环泵已更换，室温已达标。")
    actions.report(signed, result, by=city.clerk, at=NOON, files=[photo()])
    return signed


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


def days(count: float) -> datetime:
    """So many days after noon."""
    return NOON + timedelta(days=count)


def kinds(ticket: Ticket) -> list[str]:
    """The story, event by event."""
    return list(ticket.events.order_by("seq").values_list("kind", flat=True))


def facts_of(ticket: Ticket, kind: str) -> list[dict[str, object]]:
    """What the events of this kind say, in order."""
    return list(ticket.events.filter(kind=kind).order_by("seq").values_list("facts", flat=True))
