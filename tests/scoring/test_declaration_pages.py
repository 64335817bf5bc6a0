"""An event is declared by one, confirmed by another, and holds for all units alike."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from followup.models import Answer
from scoring.actions import declaring, ensure_period, exclusions, score, score_waiting
from scoring.actions.declaring import Event
from scoring.actions.freezing import freeze
from scoring.audit import differences
from scoring.models import Declaration, Exclusion, Scheme, ScoreLine
from tests.city import NOON, City
from tests.handling.conftest import photo
from tickets.errors import Refused
from tickets.models import Timer
from units.models import User

Ask = Callable[..., Answer]
ClientOf = Callable[[str], Client]
BAD = "no unsolved dissatisfied"
LATER = NOON + timedelta(days=1)
FORM = {
    "name": "寒潮",
    "begins": "2026-03-01T00:00",
    "ends": "2026-03-03T00:00",
    "categories": ["0101"],
    "places": ["110108"],
    "basis": "市应急办〔2026〕3号公告",
}


def counted(city: City, asked: Ask, at: datetime = NOON, leaf: str = "heating") -> Answer:
    answer = asked(city.street, BAD, at=at, leaf=leaf)
    score(answer, at)
    return answer


def test_one_declares_another_confirms_and_it_is_left_out(
    city: City, asked: Ask, second: User, client_of: ClientOf
) -> None:
    answer = counted(city, asked)
    response = client_of("supervisor").post(reverse("ruler:declare"), FORM)
    row = Declaration.objects.get()
    assert (response.status_code, response.url) == (302, reverse("ruler:declaration", args=[row.pk]))
    assert (row.name, row.categories, row.places, row.by) == ("寒潮", ["0101"], ["110108"], city.supervisor)
    assert declaring.leave_out_declared(timezone.now()) == 0
    page = client_of("second").get(response.url).content.decode()
    assert "公共服务 › 供暖" in page and "海淀区" in page and "1 件已回访的" in page
    confirmed = client_of("second").post(reverse("ruler:confirm", args=[row.pk]))
    assert confirmed.status_code == 302
    assert declaring.leave_out_declared(timezone.now()) == 1
    left = Exclusion.objects.get()
    assert (left.answer, left.ground.code, left.state, left.declaration, left.by) == (
        answer,
        "X8",
        "granted",
        row,
        None,
    )
    event = answer.ticket.events.order_by("seq").last()
    assert (event.kind, event.actor, event.facts) == (
        "exclude_grant",
        None,
        {"exclusion": left.pk, "ground": "X8", "declaration": row.pk},
    )
    assert "已剔除 1 件" in client_of("auditor").get(reverse("ruler:declarations")).content.decode()


def test_whoever_declared_it_cannot_confirm_it(city: City, client_of: ClientOf) -> None:
    client_of("supervisor").post(reverse("ruler:declare"), FORM)
    row = Declaration.objects.get()
    page = client_of("supervisor").get(reverse("ruler:declaration", args=[row.pk]))
    assert page.context["may_confirm"] is False and "须由另一人确认" in page.content.decode()
    response = client_of("supervisor").post(reverse("ruler:confirm", args=[row.pk]))
    assert response.status_code == 422
    assert Declaration.objects.get().confirmed_at is None


def test_confirming_twice_is_409(city: City, second: User, client_of: ClientOf) -> None:
    client_of("supervisor").post(reverse("ruler:declare"), FORM)
    url = reverse("ruler:confirm", args=[Declaration.objects.get().pk])
    client_of("second").post(url)
    at = Declaration.objects.get().confirmed_at
    assert client_of("second").post(url).status_code == 409
    assert Declaration.objects.get().confirmed_at == at


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"ends": "2026-02-28T00:00"}, "结束时间须晚于开始时间"),
        ({"basis": "无"}, "至少"),
        ({"categories": ["99"]}, "99"),
        ({"begins": "昨天"}, "昨天"),
        ({"name": ""}, "必填"),
    ],
)
def test_an_incomplete_declaration_is_422_and_keeps_what_was_typed(
    client_of: ClientOf, wrong: dict[str, object], told: str
) -> None:
    response = client_of("supervisor").post(reverse("ruler:declare"), FORM | wrong)
    assert response.status_code == 422 and told in response.content.decode()
    assert 'value="110108" selected' in response.content.decode()
    assert not Declaration.objects.exists()


@pytest.mark.parametrize("who", ["auditor", "street_leader", "dispatcher", "caller_back", "admin"])
def test_only_supervisors_declare_and_confirm(
    city: City, in_force: Callable, client_of: ClientOf, who: str
) -> None:
    row = declaring.declare(Event("暴雨", NOON, LATER, "市应急办公告"), by=city.supervisor, at=NOON)
    assert client_of(who).get(reverse("ruler:declare")).status_code == 403
    assert client_of(who).post(reverse("ruler:declare"), FORM).status_code == 403
    assert client_of(who).post(reverse("ruler:confirm", args=[row.pk])).status_code == 403
    row.refresh_from_db()
    assert (row.confirmed_at, Declaration.objects.count()) == (None, 1)


def test_it_is_about_its_own_matters_places_and_time(
    city: City, asked: Ask, in_force: Callable[..., Declaration]
) -> None:
    for leaf in ("heating", "property"):
        counted(city, asked, leaf=leaf)
    for changes in (
        {"categories": ["010104"]},
        {"places": ["110105"]},
        {"begins": NOON + timedelta(seconds=1)},
        {"ends": NOON},
    ):
        in_force(**changes)
    assert declaring.leave_out_declared(LATER) == 0
    in_force(categories=["010103"], places=["110108009"])
    assert declaring.leave_out_declared(LATER) == 1
    assert Exclusion.objects.get().ticket.category.code == "010103"
    in_force(categories=[], places=[])
    assert declaring.leave_out_declared(LATER) == 1


def test_twice_is_once_and_what_is_answered_later_is_left_out_too(
    city: City, asked: Ask, in_force: Callable[..., Declaration], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declaring, "BATCH", 2)
    in_force()
    for _n in range(5):
        counted(city, asked)
    assert (declaring.leave_out_declared(LATER), declaring.leave_out_declared(LATER)) == (5, 0)
    late = asked(city.street, BAD, at=LATER + timedelta(days=3))
    assert declaring.leave_out_declared(LATER + timedelta(days=4)) == 0
    score_waiting(LATER + timedelta(days=4))
    assert declaring.leave_out_declared(LATER + timedelta(days=4)) == 1
    assert Exclusion.objects.filter(ticket=late.ticket, state="granted").count() == 1
    assert ScoreLine.objects.filter(source="excluded").count() == 6
    assert list(differences(ensure_period(NOON))) == []


def test_every_unit_that_had_the_ticket_is_spared(
    city: City, asked: Ask, in_force: Callable[..., Declaration]
) -> None:
    first = asked(city.sibling, BAD, round_=1)
    second = Answer.objects.create(
        ticket=first.ticket, round=2, unit=city.street, reach="reached", channel="phone",
        contacted="no", solved="unsolved", satisfied="dissatisfied", at=NOON,
    )  # fmt: skip
    score(second, NOON)
    in_force()
    assert declaring.leave_out_declared(LATER) == 1
    taken = ScoreLine.objects.filter(source="excluded").order_by("answer__round")
    assert [(line.unit, line.valid) for line in taken] == [(city.sibling, -1), (city.street, -1)]
    assert list(differences(ensure_period(NOON))) == []


def test_an_answer_that_is_counted_days_late_is_found_all_the_same(
    city: City, asked: Ask, in_force: Callable[..., Declaration]
) -> None:
    counted(city, asked)
    late = asked(city.street, BAD, at=NOON)
    row = in_force()
    later = LATER + timedelta(days=10)
    assert declaring.leave_out_declared(later) == 1
    row.refresh_from_db()
    assert row.swept_at == NOON
    score_waiting(later)
    assert declaring.leave_out_declared(later) == 1
    assert Exclusion.objects.filter(ticket=late.ticket, state="granted").count() == 1
    assert declaring.leave_out_declared(later) == 0
    row.refresh_from_db()
    assert row.swept_at == later


def test_it_holds_for_whoever_had_asked_in_vain_too(
    city: City, asked: Ask, in_force: Callable[..., Declaration], settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = tmp_path
    rows = [
        exclusions.ask(
            counted(city, asked), ground="X2", text="已进入诉讼程序", by=city.street_clerk, at=NOON,
            files=[photo()],
        )
        for _n in range(2)
    ]  # fmt: skip
    exclusions.refuse(rows[0], opinion="证据不足", by=city.supervisor, at=NOON)
    declared = in_force()
    assert declaring.leave_out_declared(LATER) == 2
    assert set(Exclusion.objects.values_list("state", "ground__code", "declaration")) == {
        ("granted", "X8", declared.pk)
    }
    assert not Timer.objects.open().filter(kind="exclusion").exists()
    assert list(differences(ensure_period(NOON))) == []


def test_what_a_person_put_back_stays_counted(
    city: City, asked: Ask, in_force: Callable[..., Declaration]
) -> None:
    counted(city, asked)
    in_force()
    declaring.leave_out_declared(LATER)
    exclusions.revoke(Exclusion.objects.get(), opinion="与事件无关", by=city.supervisor, at=LATER)
    assert declaring.leave_out_declared(LATER) == 0
    assert Exclusion.objects.get().state == "revoked"


def test_a_scheme_without_the_ground_refuses(city: City, second: User) -> None:
    Scheme.objects.update(grounds=["X1"])
    row = declaring.declare(Event("暴雨", NOON, LATER, "市应急办公告"), by=city.supervisor, at=NOON)
    with pytest.raises(Refused):
        declaring.confirm(row, by=second, at=NOON)
    assert Declaration.objects.get().confirmed_at is None


def test_a_month_is_published_without_what_was_declared(
    city: City, asked: Ask, in_force: Callable[..., Declaration]
) -> None:
    counted(city, asked)
    in_force()
    freeze(ensure_period(NOON), by=city.supervisor, at=timezone.now())
    line = ScoreLine.objects.get(source="excluded")
    assert (line.period.code, line.about) == ("2026-03", None)


def test_a_month_waits_until_all_that_was_declared_is_left_out(
    city: City, asked: Ask, in_force: Callable[..., Declaration], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declaring, "BATCH", 1)
    monkeypatch.setattr(declaring, "MOST", 2)
    for _n in range(3):
        counted(city, asked)
    in_force()
    with pytest.raises(Refused):
        freeze(ensure_period(NOON), by=city.supervisor, at=timezone.now())
    assert ensure_period(NOON).frozen_at is None
    assert ScoreLine.objects.filter(source="excluded").count() == 2
    freeze(ensure_period(NOON), by=city.supervisor, at=timezone.now())
    assert ScoreLine.objects.filter(source="excluded").count() == 3


@pytest.mark.parametrize("many", [1, 20])
def test_the_list_asks_the_database_as_often_for_twenty_as_for_one(
    in_force: Callable[..., Declaration],
    client_of: ClientOf,
    django_assert_num_queries: Callable,
    many: int,
) -> None:
    for _n in range(many):
        in_force()
    client = client_of("auditor")
    client.get(reverse("ruler:declarations"))
    with django_assert_num_queries(2):
        client.get(reverse("ruler:declarations"))
