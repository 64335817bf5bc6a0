"""Orders in the hands of the small city's heating company."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from dispatch.actions import route
from handling import actions
from handling.actions import Result
from intake import actions as intake
from tests.city import NOON, City
from tickets.models import Ticket

Make = Callable[..., Ticket]


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
