"""A unit's page of exclusions: what it may still ask, its form, what became of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from followup.models import Answer
from handling import actions as handling
from scoring.actions import exclusions, score
from scoring.models import Exclusion, Scheme
from tests.city import City
from tests.handling.conftest import photo
from tickets.models import Attachment, Ticket

Ask = Callable[..., Answer]
ClientOf = Callable[[str], Client]
BAD = "no unsolved dissatisfied"
MINE = reverse("ruler:mine")


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def asked(asked: Ask) -> Ask:
    """As everywhere, and in the ledger."""

    def counted(*about: object, **how: object) -> Answer:
        answer = asked(*about, **how)
        score(answer, answer.at)
        return answer

    return counted


@pytest.fixture
def bad(city: City, asked: Ask) -> Answer:
    """An answer of an hour ago that cost the street its points."""
    return asked(city.street, BAD, at=timezone.now() - timedelta(hours=1))


def post(client: Client, answer: Answer, **data: object) -> object:
    number = answer.ticket.number
    version = Ticket.objects.get(pk=answer.ticket_id).version
    form = {"version": version, "ground": "X2", "text": "已进入诉讼程序，见案号。", "files": [photo()]}
    return client.post(reverse("ruler:ask", args=[number]), form | data)


def untouched(answer: Answer) -> bool:
    """Nothing was asked, and the ticket is as it was."""
    ticket = Ticket.objects.get(pk=answer.ticket_id)
    return (
        not Exclusion.objects.exists()
        and not Attachment.objects.exists()
        and ticket.version == (answer.ticket.version)
    )


def test_the_unit_sees_what_cost_points_while_its_window_lasts(
    city: City, asked: Ask, bad: Answer, client_of: ClientOf
) -> None:
    now = timezone.now()
    good = asked(city.street, at=now)
    asked(city.street, "", at=now)
    asked(city.street, BAD, at=now - timedelta(days=40))
    asked(city.sibling, BAD, at=now)
    client = client_of("street_clerk")
    listed = client.get(MINE).context["rows"]
    assert [answer.pk for answer, _until in listed] == [bad.pk]
    assert [answer.pk for answer, _until in client.get(f"{MINE}?all=1").context["rows"]] == [bad.pk, good.pk]


def test_a_unit_asks_with_ground_words_and_evidence(city: City, bad: Answer, client_of: ClientOf) -> None:
    page = client_of("street_clerk").get(reverse("ruler:application", args=[bad.ticket.number]))
    assert "X2 属法定途径（须附：案号）" in page.content.decode()
    assert "X6" not in page.content.decode()
    response = post(client_of("street_clerk"), bad)
    assert (response.status_code, response.url) == (302, MINE)
    row = Exclusion.objects.get()
    assert (row.answer, row.unit, row.by, row.ground.code, row.state) == (
        bad,
        city.street,
        city.street_clerk,
        "X2",
        "asked",
    )
    assert row.evidence.get().purpose == "evidence"
    assert client_of("street_clerk").get(MINE).context["rows"] == []
    assert "待裁定" in client_of("street_clerk").get(MINE).content.decode()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"files": []}, "请附上所选理由要求的证据"),
        ({"text": "短"}, "至少"),
        ({"text": ""}, "申请说明：该字段是必填项。"),
        ({"ground": "X8"}, "X8"),
    ],
)
def test_an_incomplete_application_is_422_and_keeps_what_was_typed(
    bad: Answer, client_of: ClientOf, wrong: dict[str, object], told: str
) -> None:
    response = post(client_of("street_clerk"), bad, **wrong)
    page = response.content.decode()
    assert response.status_code == 422 and told in page
    assert str(wrong.get("text", "已进入诉讼程序")) in page
    assert untouched(bad)


def test_an_old_page_is_409_with_what_was_typed(city: City, bad: Answer, client_of: ClientOf) -> None:
    version = bad.ticket.version
    handling.note(bad.ticket, text="诉求人又来电", by=city.street_clerk, at=timezone.now())
    response = post(client_of("street_clerk"), bad, version=version)
    page = response.content.decode()
    assert response.status_code == 409 and "别人已先一步" in page and "已进入诉讼程序" in page
    assert not Exclusion.objects.exists()


def test_after_its_window_nothing_can_be_asked(city: City, asked: Ask, client_of: ClientOf) -> None:
    old = asked(city.street, BAD, at=timezone.now() - timedelta(days=40))
    client = client_of("street_clerk")
    page = client.get(reverse("ruler:application", args=[old.ticket.number]))
    assert page.context["form"] is None
    response = post(client, old)
    assert response.status_code == 422 and "已过申请时限" in response.content.decode()
    assert untouched(old)


def test_it_is_asked_once(bad: Answer, client_of: ClientOf) -> None:
    post(client_of("street_clerk"), bad)
    response = post(client_of("street_leader"), bad)
    assert response.status_code == 422 and "已申请过" in response.content.decode()
    assert Exclusion.objects.count() == 1


@pytest.mark.parametrize("who", ["stranger", "clerk", "sibling_clerk"])
def test_another_unit_cannot_even_find_it(bad: Answer, client_of: ClientOf, who: str) -> None:
    assert client_of(who).get(reverse("ruler:application", args=[bad.ticket.number])).status_code == 404
    assert post(client_of(who), bad).status_code == 404
    assert untouched(bad)


@pytest.mark.parametrize("who", ["agent", "dispatcher", "supervisor", "grid", "caller_back"])
def test_the_page_is_for_those_who_answer_for_a_unit(bad: Answer, client_of: ClientOf, who: str) -> None:
    assert client_of(who).get(MINE).status_code == 403
    assert post(client_of(who), bad).status_code == 403
    assert untouched(bad)


def test_a_helping_unit_finds_the_ticket_but_nothing_to_ask(
    city: City, dispatched: Ticket, client_of: ClientOf
) -> None:
    answer = Answer.objects.create(
        ticket=dispatched, round=1, unit=city.heating, reach="reached", channel="phone",
        contacted="no", solved="unsolved", satisfied="dissatisfied", at=timezone.now(),
    )  # fmt: skip
    assert (
        client_of("street_clerk").get(reverse("ruler:application", args=[dispatched.number])).status_code
        == 404
    )
    assert post(client_of("street_clerk"), answer).status_code in (404, 422)
    assert not Exclusion.objects.exists()


def test_what_was_refused_may_be_reviewed_once(city: City, bad: Answer, client_of: ClientOf) -> None:
    post(client_of("street_clerk"), bad)
    exclusions.refuse(Exclusion.objects.get(), opinion="证据不足", by=city.supervisor, at=timezone.now())
    client = client_of("street_leader")
    url = reverse("ruler:application", args=[bad.ticket.number])
    page = client.get(url).content.decode()
    assert "证据不足" in page and "申请复核" in page

    def review(text: str) -> object:
        version = Ticket.objects.get(pk=bad.ticket_id).version
        return client.post(
            reverse("ruler:review", args=[bad.ticket.number]), {"version": version, "text": text}
        )

    short = review("不服")
    assert short.status_code == 422 and Exclusion.objects.get().state == "refused"
    assert review("补充立案通知书，请复核。").status_code == 302
    assert Exclusion.objects.get().state == "review"
    again = review("再次请求复核此件。")
    assert again.status_code == 422 and "首次" in again.content.decode()
    assert client.get(url).context["form"] is None


def test_a_review_of_nothing_is_404(bad: Answer, client_of: ClientOf) -> None:
    response = client_of("street_leader").post(
        reverse("ruler:review", args=[bad.ticket.number]),
        {"version": bad.ticket.version, "text": "请求复核这一件。"},
    )
    assert response.status_code == 404 and untouched(bad)


def test_personal_numbers_in_the_words_are_masked(bad: Answer, client_of: ClientOf) -> None:
    post(client_of("street_clerk"), bad, text="诉求人电话13812345678，已起诉。")
    assert "13812345678" not in Exclusion.objects.get().text


def test_only_grounds_of_the_scheme_are_offered_ten_after_one(bad: Answer, client_of: ClientOf) -> None:
    Scheme.objects.update(grounds=["X10", "X1"])
    page = client_of("street_clerk").get(reverse("ruler:application", args=[bad.ticket.number]))
    assert [code for code, _label in page.context["form"].fields["ground"].choices] == ["X1", "X10"]


@pytest.mark.parametrize("many", [1, 30])
def test_the_page_asks_the_database_as_often_for_thirty_as_for_one(
    city: City, asked: Ask, client_of: ClientOf, django_assert_num_queries: Callable, many: int
) -> None:
    for _n in range(many):
        answer = asked(city.street, BAD, at=timezone.now())
        post(client_of("street_clerk"), answer)
        asked(city.street, BAD, at=timezone.now())
    client = client_of("street_clerk")
    client.get(MINE)
    with django_assert_num_queries(5):
        client.get(MINE)
