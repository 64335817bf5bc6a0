"""The co-unit that is late while the lead is not, walked through the pages."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from dispatch.actions import route
from dispatch.models import CoTask
from followup import actions as followup
from followup.actions import Said
from handling.models import Report
from hotline.watch import sweep
from intake import actions as intake
from scoring.actions import score
from scoring.models import ScoreLine
from tests.city import City
from tickets.chain import faults
from tickets.models import Notice, Ticket

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


def photo() -> SimpleUploadedFile:
    body = BytesIO()
    Image.new("RGB", (32, 24), "navy").save(body, "JPEG")
    return SimpleUploadedFile("现场.jpg", body.getvalue(), content_type="image/jpeg")


def test_the_co_unit_is_late_while_the_lead_is_not(city: City, client_of: Callable[[str], Client]) -> None:
    now = timezone.now()
    then = now - 20 * HOUR
    ticket = intake.file(city.request(), by=city.agent, at=then, then=route)
    number = ticket.number
    lead, leader, street = client_of("clerk"), client_of("leader"), client_of("street_clerk")

    def fresh() -> Ticket:
        return Ticket.objects.get(pk=ticket.pk)

    def post(client: Client, verb: str, *more: object, **data: object) -> int:
        url = reverse(f"handling:{verb}", args=[number, *more])
        return client.post(url, {"version": fresh().version, **data}).status_code

    def pane(client: Client) -> str:
        return client.get(reverse("handling:pane", args=[number])).content.decode()

    # Dispatched twenty hours ago: the lead has a day, the street four fifths of it.
    part = CoTask.objects.get(ticket=ticket)
    assert part.due == then + 0.8 * 24 * HOUR
    assert post(lead, "sign") == 302
    # The lead asks the street to hurry; the street lets its limit pass, once and for all to see.
    assert post(lead, "co_urge", part.pk) == 302
    sweep(now)
    sweep(now)
    part.refresh_from_db()
    assert part.late
    told = Notice.objects.filter(kind="co_late").values_list("unit", "role")
    assert set(told) == {(city.street.pk, "leader"), (city.heating.pk, "clerk")}
    assert "超时未完成" in pane(lead) and "超时未完成" in pane(street)
    # Its lateness stops nobody: the lead reports in time and its leader approves.
    contact = {"contact-channel": "visit", "contact-reached": "1"}
    assert post(lead, "contact", **contact) == 302
    result = {
        "outcome": "solved",
        "text": "更换循环泵，街道仍未测温。",
        "reply": "三号楼循环泵已更换，您家的室温已达到十九度。",
        "files": [photo()],
    }
    assert post(lead, "report", **result) == 302
    assert post(leader, "approve") == 302
    assert (fresh().state, fresh().overdue_at, Report.objects.get().missing) == ("followup", None, [])
    # The street's part still has to be done, and stays marked as late.
    assert post(street, "co_done", **{"co_done-text": "社区已入户测温，室温十九度。"}) == 302
    part.refresh_from_db()
    assert part.late and part.done_by == city.street_clerk
    assert "曾超时" in pane(lead)
    yes = Said(contacted="yes", solved="solved", satisfied="satisfied")
    followup.take_answers(fresh(), yes, channel="phone", by=city.caller_back, at=timezone.now(), then=score)
    assert fresh().state == "closed"
    # The ruler asks the lead alone.
    assert [line.unit for line in ScoreLine.objects.filter(source="answer")] == [city.heating]
    kinds = list(fresh().events.values_list("kind", flat=True))
    assert kinds.count("co_late") == 1 and list(faults()) == []
