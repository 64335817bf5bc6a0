"""The unit asks its caller itself: on the ticket, and never in the ruler."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from followup import actions
from followup.models import Answer, FirstCall
from handling import actions as handling
from handling.actions import Result
from scoring.models import ScoreLine
from tests.city import NOON, City, forget
from tickets.errors import Refused
from tickets.models import Setting, Ticket

SAID = {"reached": True, "solved": "solved", "satisfied": "basic", "note": "诉求人说室温已到二十度。"}


@pytest.fixture
def handling_it(city: City, dispatched: Ticket) -> Ticket:
    handling.sign(dispatched, by=city.clerk, at=NOON)
    return dispatched


def test_it_stands_on_the_ticket_and_counts_nothing(city: City, handling_it: Ticket) -> None:
    row = actions.first_call(handling_it, **SAID, by=city.clerk, at=NOON)
    assert (row.unit, row.round, row.solved, row.satisfied) == (city.heating, 1, "solved", "basic")
    event = Ticket.objects.get(pk=handling_it.pk).events.last()
    facts = {"first_call": row.pk, "reached": True, "solved": "solved", "satisfied": "basic"}
    assert (event.kind, event.now, event.facts) == ("first_call", "handling", facts)
    assert (Answer.objects.count(), ScoreLine.objects.filter(source="answer").count()) == (0, 0)


def test_what_is_typed_is_scrubbed_and_an_answer_nobody_gave_is_dropped(
    city: City, handling_it: Ticket
) -> None:
    said = {**SAID, "reached": False, "note": "打 13800002046 无人接听"}
    row = actions.first_call(handling_it, **said, by=city.clerk, at=NOON)
    assert (row.solved, row.satisfied) == ("", "")
    assert "13800002046" not in row.note


@pytest.mark.parametrize("why", ["night", "unasked", "stranger", "followup"])
def test_refused_at_night_unasked_for_others_and_once_the_hotline_asks(
    city: City, handling_it: Ticket, why: str
) -> None:
    at, by, said = NOON, city.clerk, dict(SAID)
    if why == "night":
        at = NOON + timedelta(hours=10)
    elif why == "unasked":
        said["satisfied"] = ""
    elif why == "stranger":
        by = city.stranger
    else:
        handling.report(
            handling_it, Result("explained", "已上门说明。", "请您留意供暖。"), by=city.clerk, at=NOON
        )
        handling.approve(handling_it, by=city.leader, at=NOON)
    version = handling_it.version
    with pytest.raises(Refused):
        actions.first_call(handling_it, **said, by=by, at=at)
    assert Ticket.objects.get(pk=handling_it.pk).version == version
    assert not FirstCall.objects.exists()


def test_a_clerk_keeps_it_and_reads_it_on_the_case(
    client_of: Callable[[str], Client], handling_it: Ticket
) -> None:
    Setting.objects.filter(key__startswith="followup_quiet").update(value="00:00")
    forget()
    page = f"/callback/{handling_it.number}/first/"
    client = client_of("clerk")
    assert "保存一级回访" in client.get(page).content.decode()
    posted = {"version": handling_it.version, "reached": "1", "solved": "solved", "satisfied": "satisfied"}
    assert client.post(page, {**posted, "satisfied": ""}).status_code == 422
    assert client.post(page, posted).status_code == 302
    assert client.post(page, posted).status_code == 409
    told = client.get(f"/cases/{handling_it.number}/").content.decode()
    assert "一级回访" in told and "已解决，满意。" in told
    assert FirstCall.objects.count() == 1
