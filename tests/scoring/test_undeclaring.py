"""A declaration made by mistake is revoked: what it left out counts again, except what another covers."""

from collections.abc import Callable

from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scoring.actions import declaring, ensure_period
from scoring.actions.declaring import Event
from scoring.audit import differences
from scoring.models import Declaration, Exclusion, ScoreLine
from scoring.queries.declarations import unfinished
from tests.city import NOON, City
from tests.scoring.test_declaration_pages import LATER, Ask, ClientOf, counted
from units.models import User


def undeclare(client: Client, row: Declaration, why: str = "公告适用的是另一个区") -> object:
    return client.post(reverse("ruler:undeclare", args=[row.pk]), {"why": why})


def test_a_declaration_made_by_mistake_is_revoked_and_what_it_left_out_counts_again(
    city: City, asked: Ask, in_force: Callable, client_of: ClientOf
) -> None:
    answer = counted(city, asked)
    row = in_force()
    declaring.leave_out_declared(LATER)
    assert undeclare(client_of("second"), row).status_code == 302
    assert unfinished(timezone.now())
    assert [declaring.leave_out_declared(timezone.now()) for _again in range(2)] == [1, 0]
    assert not unfinished(timezone.now())
    sums = ScoreLine.objects.filter(answer=answer).aggregate(n=Sum("valid"), out=Sum("excluded"))
    assert sums == {"n": 1, "out": 0}
    assert Exclusion.objects.get().state == "revoked"
    event = answer.ticket.events.order_by("seq").last()
    assert (event.kind, event.actor, event.facts["declaration"]) == ("exclude_revoke", None, row.pk)
    assert list(differences(ensure_period(NOON))) == []
    page = client_of("auditor").get(reverse("ruler:declaration", args=[row.pk])).content.decode()
    assert "已撤销" in page and "公告适用的是另一个区" in page
    assert declaring.leave_out_declared(timezone.now()) == 0


def test_what_another_declaration_covers_stays_out(city: City, asked: Ask, in_force: Callable) -> None:
    answer, other = counted(city, asked), counted(city, asked, leaf="leak")
    wrong = in_force()
    declaring.leave_out_declared(LATER)
    right = in_force(categories=["010101"])
    declaring.revoke(wrong, why="范围过大，应只限供暖", by=city.second, at=LATER)
    declaring.leave_out_declared(LATER)
    told = {row.answer: (row.state, row.declaration) for row in Exclusion.objects.all()}
    assert told == {answer: ("granted", right), other: ("revoked", wrong)}
    assert list(differences(ensure_period(NOON))) == []


def test_whoever_declared_it_may_withdraw_it_before_but_not_after_it_is_confirmed(
    city: City, second: User, client_of: ClientOf
) -> None:
    for confirmed in (False, True):
        row = declaring.declare(Event("暴雨", NOON, LATER, "市应急办公告"), by=city.supervisor, at=NOON)
        if confirmed:
            declaring.confirm(row, by=second, at=NOON)
        response = undeclare(client_of("supervisor"), row)
        assert response.status_code == (422 if confirmed else 302)
        assert (Declaration.objects.get(pk=row.pk).revoked_at is None) is confirmed
    withdrawn = Declaration.objects.exclude(revoked_at=None).get()
    assert client_of("second").post(reverse("ruler:confirm", args=[withdrawn.pk])).status_code == 422
    assert undeclare(client_of("second"), withdrawn).status_code == 409


def test_revoking_takes_a_reason_and_a_supervisor(
    city: City, in_force: Callable, client_of: ClientOf
) -> None:
    row = in_force()
    response = undeclare(client_of("second"), row, "误报")
    assert response.status_code == 422 and "误报" in response.content.decode()
    assert undeclare(client_of("auditor"), row).status_code == 403
    assert Declaration.objects.get().revoked_at is None
