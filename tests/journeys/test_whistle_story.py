"""The whistle in which one of three called units never arrives."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.actions import route
from followup import actions as followup
from followup.actions import Said
from handling import actions as handling
from handling.actions import Result, whistle
from handling.actions.whistle import Arrival, Blast
from handling.models import Call, Whistle
from handling.queries.whistle import turnout
from hotline.watch import sweep
from intake import actions as intake
from scoring.actions import score
from tests.city import NOON, City
from tests.handling.conftest import photo
from tickets.chain import faults
from tickets.errors import Refused
from tickets.models import Notice, Ticket


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def minute(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


def works(call: Call, by: object, came: int) -> None:
    """Answers after five minutes, comes at `came`, does something and leaves an hour later."""
    whistle.ack(call, by=by, at=minute(5))
    whistle.arrive(call, Arrival("示例小区北门", photo()), by=by, at=minute(came))
    whistle.act(call, text="已到场处置，问题解决。", by=by, at=minute(came + 50))
    whistle.leave(call, by=by, at=minute(came + 60))


def test_one_of_three_called_units_never_arrives(city: City, client_of: Callable[[str], Client]) -> None:
    property_ = city.request(category=city.leaves["property"])
    order = intake.file(property_, by=city.agent, at=NOON, then=route)
    handling.sign(order, by=city.street_clerk, at=NOON)
    handling.contact(order, channel="phone", reached=True, note="", by=city.street_clerk, at=NOON)
    called = Blast(
        "urgent",
        "enforcement",
        "示例小区北门",
        "占用消防通道，须联合执法",
        [city.housing, city.department, city.heating],
    )
    made = whistle.blow(order, called, by=city.street_clerk, at=NOON)
    housing, planning, heating = (
        made.calls.get(unit=unit) for unit in (city.housing, city.department, city.heating)
    )

    # One is in time, one comes twenty minutes late, the third says it comes and does not.
    works(housing, city.housing_clerk, 25)
    whistle.ack(heating, by=city.clerk, at=minute(9))
    sweep(minute(10))
    sweep(minute(30))
    whistle.ack(planning, by=city.planning_leader, at=minute(31))
    whistle.arrive(planning, Arrival("北门", photo()), by=city.planning_leader, at=minute(50))
    whistle.act(planning, text="已认定违建。", by=city.planning_leader, at=minute(80))

    # The street cannot rate who is still there; it ends the whistle when nobody else will come.
    with pytest.raises(Refused):
        whistle.rate(planning, rating=5, note="", by=city.street_clerk, at=minute(90))
    whistle.leave(planning, by=city.planning_leader, at=minute(100))
    whistle.end(made, by=city.street_leader, at=minute(120))
    whistle.rate(housing, rating=5, note="", by=city.street_clerk, at=minute(121))
    whistle.rate(planning, rating=3, note="", by=city.street_clerk, at=minute(122))
    whistle.rate(heating, rating=1, note="始终没有到场", by=city.street_clerk, at=minute(123))

    calls = {call.unit: call for call in Call.objects.filter(whistle=made)}
    told = {
        unit: (calls[unit].state, calls[unit].late_ack, calls[unit].late_arrival, calls[unit].rating)
        for unit in calls
    }
    assert told == {
        city.housing: ("left", False, False, 5),
        city.department: ("left", True, True, 3),
        city.heating: ("absent", False, True, 1),
    }
    assert Whistle.objects.get().ended_at == minute(120)
    leaders = Notice.objects.filter(ticket=order, role="leader")
    assert leaders.filter(kind="whistle_late", unit=city.heating).count() == 1
    assert leaders.filter(kind="whistle_late", unit=city.department).count() == 2
    assert leaders.filter(kind="whistle_end", unit=city.heating).count() == 1
    rates = {
        row.unit: (row.rate, row.rating) for row in turnout(city.supervisor, NOON.date(), at=minute(130))
    }
    assert rates == {
        "海淀区住建委": (1.0, 5.0),
        "市规自委": (0.0, 3.0),
        "热力集团": (0.0, 1.0),
    }

    # The street answers to the caller; its limit ran all along.
    now = fresh(order)
    assert (now.state, now.handle_due) == ("handling", NOON + timedelta(days=7))
    held = list(now.attachments.all())
    assert len(held) == 2
    done = Result("solved", "联合执法后通道已腾空。", "占用通道的车辆已清走，请您查看。", evidence=held)
    handling.report(now, done, by=city.street_clerk, at=minute(200))
    handling.approve(now, by=city.street_leader, at=minute(201))
    yes = Said(contacted="yes", solved="solved", satisfied="satisfied")
    followup.take_answers(now, yes, channel="phone", by=city.caller_back, at=minute(300), then=score)
    assert fresh(order).state == "closed"

    # Who never came reads it on the order; no clock of the whistle rings any more.
    page = client_of("clerk").get(reverse("handling:whistle", args=[order.number])).content.decode()
    assert "始终没有到场" in page
    late = order.events.filter(kind="whistle_late").count()
    sweep(NOON + timedelta(days=30))
    assert order.events.filter(kind="whistle_late").count() == late == 3
    assert list(faults()) == []
