"""The desk where it is decided what is left out, and the shares that are."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from followup.models import Answer
from handling import actions as handling
from scoring.actions import ensure_period, exclusions, score
from scoring.models import Exclusion, ScoreLine
from scoring.queries import desk as queries
from tests.city import City
from tests.handling.conftest import HTMX, photo
from tests.scoring.asking import asked_often
from tickets.models import Ticket
from units.models import User

Ask = Callable[..., Answer]
ClientOf = Callable[[str], Client]
DESK = reverse("ruler:exclusions")
BAD = "no unsolved dissatisfied"
Asked = Callable[..., Exclusion]


@pytest.fixture
def asks(city: City, asked: Ask, settings: object, tmp_path: object) -> Asked:
    """The street asks to leave out one more answer."""
    settings.MEDIA_ROOT = tmp_path

    def made(ground: str = "X2", at: object = None) -> Exclusion:
        moment = at or timezone.now()
        answer = asked(city.street, BAD, at=moment)
        score(answer, moment)
        return exclusions.ask(
            answer, ground=ground, text="已进入诉讼程序", by=city.street_clerk, at=moment, files=[photo()]
        )

    return made


@pytest.fixture
def second(city: City, client_of: ClientOf) -> Client:
    """Another of the centre."""
    city.people["second"] = User.objects.create(username="second", roles=["supervisor"], unit=city.centre)
    return client_of("second")


def decide(client: Client, row: Exclusion, verdict: str = "agree", **data: object) -> object:
    form = {
        "version": Ticket.objects.get(pk=row.ticket_id).version,
        "decide-verdict": verdict,
        "decide-opinion": "案号属实",
    }
    return client.post(reverse("ruler:decide", args=[row.pk]), form | data)


def state(row: Exclusion) -> str:
    return Exclusion.objects.get(pk=row.pk).state


def taken(row: Exclusion) -> int:
    return ScoreLine.objects.filter(exclusion=row, source="excluded").count()


def test_the_most_pressing_stands_first_with_both_sides_in_the_pane(asks: Asked, client_of: ClientOf) -> None:
    later, first = asks(), asks(at=timezone.now() - timedelta(days=4))
    page = client_of("supervisor").get(DESK)
    assert [row.pk for row in page.context["rows"]] == [first.pk, later.pk]
    text = page.content.decode()
    assert "须附：案号" in text and "已进入诉讼程序" in text and "现场.jpg" in text and "未解决" in text
    part = client_of("supervisor").get(reverse("ruler:exclusion", args=[later.pk]), headers=HTMX)
    assert "<html" not in part.content.decode() and part.context["row"].pk == later.pk


def test_a_decision_takes_the_answer_back_and_leads_on(asks: Asked, client_of: ClientOf) -> None:
    row, other = asks(), asks()
    response = decide(client_of("supervisor"), row)
    assert (response.status_code, response.url) == (302, DESK)
    assert (state(row), taken(row)) == ("granted", 1)
    assert [one.pk for one in client_of("supervisor").get(DESK).context["rows"]] == [other.pk]
    done = client_of("supervisor").get(f"{DESK}?v=decided")
    assert [one.pk for one in done.context["rows"]] == [row.pk] and "案号属实" in done.content.decode()


def test_a_refusal_counts_on(asks: Asked, client_of: ClientOf) -> None:
    row = asks()
    assert decide(client_of("supervisor"), row, "refuse").status_code == 302
    assert (state(row), taken(row)) == ("refused", 0)


def test_the_second_of_two_sees_who_agreed_first_and_what_they_said(
    asks: Asked, client_of: ClientOf, second: Client, city: City
) -> None:
    row = asks("X1")
    decide(client_of("supervisor"), row, **{"decide-opinion": "录音为证，确属骚扰"})
    assert (state(row), taken(row)) == ("seconded", 0)
    own = client_of("supervisor").get(reverse("ruler:exclusion", args=[row.pk]))
    assert own.context["forms"]["decide"] is None and "须由另一人裁定" in own.content.decode()
    again = decide(client_of("supervisor"), row)
    assert again.status_code == 422 and state(row) == "seconded"
    page = second.get(reverse("ruler:exclusion", args=[row.pk])).content.decode()
    assert f"{city.supervisor} 于" in page and "录音为证，确属骚扰" in page
    assert decide(second, row).status_code == 302
    assert (state(row), taken(row)) == ("granted", 1)


def test_a_review_is_decided_by_another(asks: Asked, client_of: ClientOf, second: Client, city: City) -> None:
    row = asks()
    decide(client_of("supervisor"), row, "refuse")
    exclusions.ask_review(
        Exclusion.objects.get(pk=row.pk), text="补充材料，请复核", by=city.street_leader, at=timezone.now()
    )
    page = client_of("supervisor").get(DESK)
    assert "复核须由另一人裁定" in page.content.decode()
    refused = decide(client_of("supervisor"), row)
    assert refused.status_code == 422 and state(row) == "review"
    assert "补充材料，请复核" in second.get(DESK).content.decode()
    assert decide(second, row, "refuse").status_code == 302
    assert state(row) == "upheld"


def test_an_opinion_is_asked_for_and_what_was_chosen_stays(asks: Asked, client_of: ClientOf) -> None:
    row = asks()
    response = decide(client_of("supervisor"), row, **{"decide-opinion": ""})
    assert response.status_code == 422
    assert 'value="agree" id="id_decide-verdict_0" checked' in response.content.decode()
    assert (state(row), taken(row)) == ("asked", 0)


def test_an_old_page_is_409_with_what_was_typed(city: City, asks: Asked, client_of: ClientOf) -> None:
    row = asks()
    version = Ticket.objects.get(pk=row.ticket_id).version
    ticket = Ticket.objects.get(pk=row.ticket_id)
    handling.note(ticket, text="案件已撤诉", by=city.street_clerk, at=timezone.now())
    response = decide(client_of("supervisor"), row, version=version)
    assert response.status_code == 409
    assert "别人已先一步" in response.content.decode() and "案号属实" in response.content.decode()
    assert (state(row), taken(row)) == ("asked", 0)


def test_what_another_decided_meanwhile_is_409(asks: Asked, client_of: ClientOf, second: Client) -> None:
    row = asks()
    version = Ticket.objects.get(pk=row.ticket_id).version
    decide(second, row, "refuse")
    response = decide(client_of("supervisor"), row, version=version)
    assert response.status_code == 409 and (state(row), taken(row)) == ("refused", 0)


def test_a_check_puts_back_what_should_have_counted(asks: Asked, client_of: ClientOf, second: Client) -> None:
    row = asks()
    decide(client_of("supervisor"), row)
    url = reverse("ruler:revoke", args=[row.pk])
    form = {"version": Ticket.objects.get(pk=row.ticket_id).version, "revoke-opinion": "抽查不实"}
    assert (
        client_of("supervisor").get(reverse("ruler:exclusion", args=[row.pk])).context["forms"]["revoke"]
        is None
    )
    own = client_of("supervisor").post(url, form)
    assert own.status_code == 422 and state(row) == "granted"
    empty = second.post(url, form | {"revoke-opinion": ""})
    assert empty.status_code == 422 and state(row) == "granted"
    assert second.post(url, form).status_code == 302
    assert state(row) == "revoked"
    assert ScoreLine.objects.filter(exclusion=row, source="restored").count() == 1


def test_the_auditor_reads_and_decides_nothing(asks: Asked, client_of: ClientOf) -> None:
    row = asks()
    page = client_of("auditor").get(DESK)
    assert page.context["forms"]["decide"] is None and "由督办考评人员裁定" in page.content.decode()
    assert decide(client_of("auditor"), row).status_code == 403
    assert state(row) == "asked"


@pytest.mark.parametrize("who", ["street_clerk", "street_leader", "stranger", "dispatcher", "caller_back"])
def test_the_desk_is_closed_to_all_others(asks: Asked, client_of: ClientOf, who: str) -> None:
    row = asks()
    for name, args in (("exclusions", []), ("exclusion", [row.pk]), ("rates", [])):
        assert client_of(who).get(reverse(f"ruler:{name}", args=args)).status_code == 403
    assert decide(client_of(who), row).status_code == 403
    assert state(row) == "asked"


@pytest.mark.parametrize("many", [1, 30])
def test_the_desk_asks_the_database_as_often_for_thirty_as_for_one(
    asks: Asked, client_of: ClientOf, django_assert_num_queries: Callable, many: int
) -> None:
    for _n in range(many):
        asks()
    client = client_of("supervisor")
    client.get(DESK)
    with django_assert_num_queries(7):
        client.get(DESK)


def test_a_share_surely_above_its_group_is_marked(city: City, settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path
    now = timezone.now()
    for unit, out, kept in ((city.street, 6, 4), (city.sibling, 1, 59), (city.other_street, 0, 60)):
        for number, answer in enumerate(
            [*asked_often(city, unit, ["yes solved satisfied"] * kept, now),
             *asked_often(city, unit, [BAD] * out, now)]
        ):  # fmt: skip
            score(answer, now)
            if number == kept:
                row = exclusions.ask(
                    answer, ground="X2", text="已进入诉讼程序", files=[photo()], at=now,
                    by=User.objects.create(username=unit.code, roles=["clerk"], unit=unit),
                )  # fmt: skip
        if out:
            exclusions.agree(row, opinion="属实", by=city.supervisor, at=now)
    (streets,) = [g for g in queries.shares(ensure_period(now)) if g.rows[0].unit == city.street]
    assert [(row.unit, row.excluded, row.valid, row.above) for row in streets.rows] == [
        (city.street, 6, 4, True),
        (city.sibling, 1, 59, False),
    ]
    assert (streets.excluded, streets.valid, str(streets.percent)) == (7, 123, "5.38")
    assert str(streets.rows[0].percent) == "60.00"


def test_the_page_of_shares_marks_them_in_words(asks: Asked, client_of: ClientOf) -> None:
    decide(client_of("supervisor"), asks())
    page = client_of("auditor").get(reverse("ruler:rates")).content.decode()
    assert "学院路街道办事处" in page and "100.00%" in page
    assert client_of("auditor").get(reverse("ruler:rates"), {"month": "1999-01"}).status_code == 404
