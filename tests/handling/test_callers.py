"""The unit's pane: who else asks for the same, and what callers said later."""

from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from dispatch.actions.merging import merge
from intake import actions as intake
from tests.city import City
from tickets.models import Ticket

ClientOf = Callable[[str], Client]


def test_the_unit_sees_the_other_callers_masked_and_the_secret_ones_not_at_all(
    city: City, client_of: ClientOf, dispatched: Ticket
) -> None:
    for phone, name, secret in (("13900000001", "李先生", False), ("13700000002", "赵女士", True)):
        said = city.request(phone=phone, name=name, hide_identity=secret)
        child = intake.file(said, by=city.agent, at=timezone.now())
        merge(child, into=dispatched, by=city.dispatcher, at=timezone.now())
    pane = client_of("clerk").get(f"/inbox/{dispatched.number}/").content.decode()
    assert "另有 2 位诉求人反映同一问题" in pane
    assert "139****0001" in pane and "李**" in pane
    assert "要求保密" in pane
    assert not any(told in pane for told in ("赵", "****0002", "13700000002"))


def test_what_was_said_later_and_by_whom_of_them_stands_in_the_pane(
    city: City, client_of: ClientOf, dispatched: Ticket
) -> None:
    child = intake.file(city.request(phone="13900000001"), by=city.agent, at=timezone.now())
    merge(child, into=dispatched, by=city.dispatcher, at=timezone.now())
    intake.add_more(child, text="三单元也不热", by=None, at=timezone.now())
    intake.urge(Ticket.objects.get(pk=dispatched.pk), by=None, at=timezone.now())
    pane = client_of("clerk").get(f"/inbox/{dispatched.number}/").content.decode()
    assert "三单元也不热" in pane and child.number_tail in pane
    assert "催办" in pane
    assert "诉求人后来说的" not in client_of("clerk").get("/inbox/").content.decode()
