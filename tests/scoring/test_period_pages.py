"""Months of the ruler: points by hand, publishing with a typed confirmation, what was adjusted since."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from followup.models import Answer
from scoring import tasks
from scoring.actions import adjusting, ensure_period, fold, marks, score, score_waiting
from scoring.actions.freezing import ask_to_freeze, freeze
from scoring.models import Mark, Period, Published, ScoreTotal
from tests.city import NOON, City
from tests.scoring.asking import asked_often
from tickets.errors import Refused

Ask = Callable[..., Answer]
ClientOf = Callable[[str], Client]
LIST = reverse("ruler:periods")


@pytest.fixture
def month(city: City) -> Period:
    """A counted month that is over: ten good answers of the street."""
    asked_often(city, city.street, ["yes solved satisfied"] * 10, NOON)
    score_waiting(timezone.now())
    return ensure_period(NOON)


def version(period: Period) -> str:
    held = Period.objects.get(pk=period.pk)
    state = "published" if held.frozen_at else "asked" if held.asked_at else "open"
    return f"{state}-{period.marks.count()}"


def publish(client: Client, period: Period, typed: str = "2026-03", **data: object) -> object:
    url = reverse("ruler:publish", args=[period.code])
    return client.post(url, {"version": version(period), "publish-code": typed} | data)


def mark(client: Client, period: Period, **data: object) -> object:
    form = {
        "version": version(period),
        "mark-unit": "110108009",
        "mark-points": "-1.5",
        "mark-why": "瞒报办理情况，经查属实",
    }
    return client.post(reverse("ruler:mark", args=[period.code]), form | data)


def open_still(period: Period) -> bool:
    return Period.objects.get(pk=period.pk).frozen_at is None and not Published.objects.exists()


def test_the_list_tells_where_each_month_stands(city: City, month: Period, client_of: ClientOf) -> None:
    current = ensure_period(timezone.now())
    page = client_of("auditor").get(LIST)
    assert [(row.period, row.over) for row in page.context["rows"]] == [(current, False), (month, True)]
    freeze(month, by=city.supervisor, at=timezone.now())
    text = client_of("auditor").get(LIST).content.decode()
    assert "已发布" in text and Period.objects.get(pk=month.pk).digest[:12] in text


def test_a_month_is_published_with_its_code_typed(city: City, month: Period, client_of: ClientOf) -> None:
    response = publish(client_of("supervisor"), month)
    assert (response.status_code, response.url) == (302, reverse("ruler:period", args=["2026-03"]))
    assert tasks.freeze_asked() == 1
    held = Period.objects.get(pk=month.pk)
    assert (held.frozen_by, held.lines_frozen) == (city.supervisor, 10)
    page = client_of("auditor").get(response.url).content.decode()
    assert held.digest in page and "10 笔" in page


def test_while_a_worker_publishes_the_page_says_so_and_asks_again(
    city: City, month: Period, client_of: ClientOf
) -> None:
    client, url = client_of("supervisor"), reverse("ruler:period", args=["2026-03"])
    publish(client, month)
    page = client.get(url)
    assert "正在发布" in page.content.decode() and 'hx-trigger="every 3s"' in page.content.decode()
    assert (page.context["forms"], page.context["slow"]) == ({"publish": None, "mark": None}, False)
    assert "发布中" in client.get(LIST).content.decode()
    waits = reverse("ruler:publishing", args=["2026-03"])
    assert client.get(waits, HTTP_HX_REQUEST="true").status_code == 204
    tasks.freeze_asked()
    over = client.get(waits, HTTP_HX_REQUEST="true")
    assert (over.status_code, over.headers["HX-Refresh"]) == (200, "true")
    assert client.get(waits).url == url
    text = client.get(url).content.decode()
    assert "已发布" in text and "正在发布" not in text


def test_a_worker_that_is_slow_is_told(city: City, month: Period, client_of: ClientOf) -> None:
    ask_to_freeze(month, by=city.supervisor, at=timezone.now() - timedelta(minutes=6))
    page = client_of("auditor").get(reverse("ruler:period", args=["2026-03"]))
    assert page.context["slow"] and "比平时久" in page.content.decode()


def test_what_cannot_be_published_says_why_and_can_be_asked_again(
    city: City, month: Period, client_of: ClientOf
) -> None:
    fold(timezone.now())
    ScoreTotal.objects.filter(period=month).update(valid=9)
    client, url = client_of("supervisor"), reverse("ruler:period", args=["2026-03"])
    publish(client, month)
    assert tasks.freeze_asked() == 0 and open_still(month)
    page = client.get(url)
    assert "上次发布没有成功：账目核对不一致" in page.content.decode()
    assert page.context["forms"]["publish"] is not None
    ScoreTotal.objects.filter(period=month).update(valid=10)
    publish(client, month)
    assert tasks.freeze_asked() == 1
    assert "上次发布没有成功" not in client.get(url).content.decode()


def test_while_it_is_published_nobody_gives_points(city: City, month: Period, client_of: ClientOf) -> None:
    publish(client_of("supervisor"), month)
    response = mark(client_of("supervisor"), month)
    assert response.status_code == 422 and "正在发布" in response.content.decode()
    assert not Mark.objects.exists()


@pytest.mark.parametrize("typed", ["", "2026-04", "3月"])
def test_without_the_code_nothing_is_published(month: Period, client_of: ClientOf, typed: str) -> None:
    response = publish(client_of("supervisor"), month, typed)
    assert response.status_code == 422 and "提交的信息有误" in response.content.decode()
    assert open_still(month)


def test_a_running_month_has_no_form_and_is_refused(city: City, client_of: ClientOf) -> None:
    current = ensure_period(timezone.now())
    client = client_of("supervisor")
    page = client.get(reverse("ruler:period", args=[current.code]))
    assert page.context["forms"]["publish"] is None and "此后才能发布" in page.content.decode()
    response = publish(client, current, current.code)
    assert response.status_code == 422 and "周期尚未结束" in response.content.decode()
    assert open_still(current)


def test_a_page_from_before_the_last_mark_is_409(city: City, month: Period, client_of: ClientOf) -> None:
    before = version(month)
    marks.add(month, city.street, tenths=5, why="专项工作突出", by=city.supervisor, at=timezone.now())
    response = publish(client_of("supervisor"), month, version=before)
    assert response.status_code == 409 and "加减分有变动" in response.content.decode()
    assert open_still(month)


def test_publishing_twice_is_409(city: City, month: Period, client_of: ClientOf) -> None:
    before = version(month)
    for _asked_and_then_published in range(2):
        publish(client_of("supervisor"), month)
        held = Period.objects.get(pk=month.pk)
        assert publish(client_of("supervisor"), month, version=before).status_code == 409
        assert Period.objects.get(pk=month.pk).asked_at == held.asked_at
        tasks.freeze_asked()
    assert Period.objects.get(pk=month.pk).frozen_at == held.frozen_at is not None


@pytest.mark.parametrize("who", ["auditor", "street_leader", "district_officer", "caller_back", "admin"])
def test_only_the_supervisor_publishes_and_gives_points(month: Period, client_of: ClientOf, who: str) -> None:
    assert publish(client_of(who), month).status_code == 403
    assert mark(client_of(who), month).status_code == 403
    assert open_still(month) and not Mark.objects.exists()


def test_points_by_hand_are_in_the_published_score(city: City, month: Period, client_of: ClientOf) -> None:
    assert mark(client_of("supervisor"), month).status_code == 302
    row = Mark.objects.get()
    assert (row.unit, row.tenths, row.by) == (city.street, -15, city.supervisor)
    page = client_of("auditor").get(reverse("ruler:period", args=[month.code])).content.decode()
    assert "-1.5" in page and "瞒报办理情况" in page
    publish(client_of("supervisor"), month)
    tasks.freeze_asked()
    assert Published.objects.get(unit=city.street).score == Decimal("98.5")


@pytest.mark.parametrize(
    "wrong",
    [
        {"mark-points": "0"},
        {"mark-points": "100.1"},
        {"mark-points": "0.25"},
        {"mark-why": "无"},
        {"mark-unit": "110108-housing"},
        {"mark-unit": "nowhere"},
    ],
)
def test_points_that_cannot_be_are_422_and_keep_what_was_typed(
    month: Period, client_of: ClientOf, wrong: dict[str, str]
) -> None:
    response = mark(client_of("supervisor"), month, **wrong)
    assert response.status_code == 422
    assert wrong.get("mark-why", "瞒报办理情况") in response.content.decode()
    assert not Mark.objects.exists()


def test_a_published_month_takes_no_points(city: City, month: Period, client_of: ClientOf) -> None:
    freeze(month, by=city.supervisor, at=timezone.now())
    with pytest.raises(Refused):
        marks.add(month, city.street, tenths=10, why="专项工作突出", by=city.supervisor, at=timezone.now())
    response = mark(client_of("supervisor"), month)
    assert response.status_code == 422 and "已经发布" in response.content.decode()
    assert not Mark.objects.exists()


def test_nobody_gives_points_to_their_own_unit(city: City, month: Period) -> None:
    with pytest.raises(Refused):
        marks.add(month, city.street, tenths=10, why="专项工作突出", by=city.street_leader, at=timezone.now())
    assert not Mark.objects.exists()


def test_adjustments_since_are_listed_with_their_ticket(
    city: City, month: Period, client_of: ClientOf
) -> None:
    freeze(month, by=city.supervisor, at=timezone.now())
    answer = Answer.objects.order_by("pk").first()
    right = {"contacted": "yes", "solved": "unsolved", "satisfied": "basic"}
    adjusting.right_answer(answer, right, why="复听录音，答未解决", by=city.supervisor, at=timezone.now())
    page = client_of("auditor").get(reverse("ruler:period", args=[month.code]))
    assert [line.source for line in page.context["adjustments"]] == ["corrected"]
    assert "发布后调整 1 笔" in page.content.decode() and answer.ticket.number in page.content.decode()


def test_what_waits_is_told_before_publishing(city: City, month: Period, client_of: ClientOf) -> None:
    asked_often(city, city.street, ["yes solved satisfied"] * 2, NOON + timedelta(days=1))
    row = client_of("supervisor").get(reverse("ruler:period", args=[month.code])).context["month"]
    assert (row.uncounted, row.asked, row.adjusted) == (2, 0, 0)


@pytest.mark.parametrize("many", [1, 30])
def test_a_month_asks_the_database_as_often_for_thirty_adjustments_as_for_one(
    city: City,
    month: Period,
    asked: Ask,
    client_of: ClientOf,
    django_assert_num_queries: Callable,
    many: int,
) -> None:
    freeze(month, by=city.supervisor, at=timezone.now())
    for number in range(many):
        score(asked(city.street, at=NOON + timedelta(minutes=number)), timezone.now())
        Mark(period=month, unit=city.street, tenths=1, why="x", by=city.supervisor, at=NOON).save()
    client = client_of("auditor")
    url = reverse("ruler:period", args=[month.code])
    client.get(url)
    with django_assert_num_queries(6):
        client.get(url)
