"""An answer that was written down wrongly, put right on its page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from followup.models import Answer
from handling import actions as handling
from scoring.actions import score
from scoring.models import Correction, ScoreLine
from tests.city import City
from tickets.models import Ticket

Ask = Callable[..., Answer]
ClientOf = Callable[[str], Client]
RIGHT = {"contacted": "yes", "solved": "solved", "satisfied": "basic", "why": "复听录音，诉求人答已解决"}


@pytest.fixture
def bad(city: City, asked: Ask) -> Answer:
    """An answer that counts against the street."""
    answer = asked(city.street, "no unsolved dissatisfied", at=timezone.now())
    score(answer, timezone.now())
    return answer


def post(client: Client, answer: Answer, **data: object) -> object:
    url = reverse("ruler:right", args=[answer.ticket.number, answer.pk])
    version = Ticket.objects.get(pk=answer.ticket_id).version
    return client.post(url, {"version": version} | RIGHT | data)


def nothing(answer: Answer) -> bool:
    version = Ticket.objects.get(pk=answer.ticket_id).version
    return not Correction.objects.exists() and version == answer.ticket.version


def test_the_right_answer_counts_and_the_wrong_one_is_still_shown(bad: Answer, client_of: ClientOf) -> None:
    url = reverse("ruler:answers", args=[bad.ticket.number])
    page = client_of("supervisor").get(url)
    assert page.context["form"].initial == {
        "contacted": "no",
        "solved": "unsolved",
        "satisfied": "dissatisfied",
    }
    response = post(client_of("supervisor"), bad)
    assert (response.status_code, response.url) == (302, url)
    line = ScoreLine.objects.get(source="corrected")
    assert (line.solved_num, line.satisfied_num, line.contacted) == (1000, 900, 1)
    assert Answer.objects.get(pk=bad.pk).solved == "unsolved"
    after = client_of("auditor").get(url).content.decode()
    assert "已更正" in after and "复听录音" in after


@pytest.mark.parametrize(
    "wrong",
    [
        {"why": "错"},
        {"solved": "nonsense"},
        {"contacted": "no", "solved": "unsolved", "satisfied": "dissatisfied"},
    ],
)
def test_what_is_no_correction_is_422_and_keeps_what_was_typed(
    bad: Answer, client_of: ClientOf, wrong: dict[str, str]
) -> None:
    response = post(client_of("supervisor"), bad, **wrong)
    assert response.status_code == 422 and "提交的信息有误" in response.content.decode()
    assert wrong.get("why", "复听录音") in response.content.decode()
    assert nothing(bad)


def test_nobody_corrects_what_they_wrote_down_themselves(
    city: City, bad: Answer, client_of: ClientOf
) -> None:
    Answer.objects.filter(pk=bad.pk).update(by=city.supervisor)
    response = post(client_of("supervisor"), bad)
    assert response.status_code == 422 and "不能更正自己记录的回访" in response.content.decode()
    assert nothing(bad)


def test_an_old_page_is_409_with_what_was_typed(city: City, bad: Answer, client_of: ClientOf) -> None:
    version = bad.ticket.version
    handling.note(bad.ticket, text="已再次上门", by=city.street_clerk, at=timezone.now())
    response = post(client_of("supervisor"), bad, version=version)
    assert response.status_code == 409
    assert "别人已先一步" in response.content.decode() and "复听录音" in response.content.decode()
    assert not Correction.objects.exists()


@pytest.mark.parametrize("who", ["auditor", "street_leader", "caller_back", "agent", "dispatcher"])
def test_only_the_supervisor_corrects(bad: Answer, client_of: ClientOf, who: str) -> None:
    assert post(client_of(who), bad).status_code == 403
    assert nothing(bad)


def test_an_unreached_caller_and_anothers_answer_have_no_form(
    city: City, asked: Ask, bad: Answer, client_of: ClientOf
) -> None:
    nobody = asked(city.street, "", at=timezone.now())
    client = client_of("supervisor")
    assert client.get(reverse("ruler:answers", args=[nobody.ticket.number])).context["form"] is None
    assert post(client, nobody).status_code == 404
    url = reverse("ruler:right", args=[nobody.ticket.number, bad.pk])
    assert client.post(url, {"version": nobody.ticket.version} | RIGHT).status_code == 404
    assert nothing(bad)


def test_each_round_has_its_own_form(city: City, bad: Answer, client_of: ClientOf) -> None:
    first = Answer.objects.create(
        ticket=bad.ticket, round=1, unit=city.street, reach="reached", channel="phone",
        contacted="yes", solved="unsolved", satisfied="basic", at=timezone.now(),
    )  # fmt: skip
    url = reverse("ruler:answers", args=[bad.ticket.number])
    client = client_of("supervisor")
    assert client.get(url).context["answer"] == bad
    assert client.get(f"{url}?round=1").context["answer"] == first
    assert client.get(f"{url}?round=nonsense").context["answer"] == bad
