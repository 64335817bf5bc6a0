from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.actions import route
from followup import actions
from followup.models import Answer, Attempt
from handling import actions as handling
from handling.actions import Result
from intake import actions as intake
from tests.city import City, forget
from tickets.models import Setting, Ticket

YES = {"channel": "phone", "contacted": "yes", "solved": "solved", "satisfied": "satisfied"}
NO = {**YES, "solved": "unsolved", "satisfied": "dissatisfied", "reason": "late"}
MISSED = {"try-channel": "phone", "try-reach": "no_answer"}
ClientOf = Callable[[str], Client]
Asked = Callable[..., Ticket]


@pytest.fixture(autouse=True)
def awake(city: City) -> Iterator[None]:
    """No quiet hours, whenever the suite runs; and nobody holds a case."""
    Setting.objects.filter(key__startswith="followup_quiet").update(value="00:00")
    forget()
    cache.clear()
    yield
    forget()


@pytest.fixture
def asked(city: City) -> Asked:
    """An order in the callers-back's list, approved `hours` ago."""

    def made(hours: int = 1, **request: object) -> Ticket:
        now = timezone.now()
        ticket = intake.file(city.request(**request), by=city.agent, at=now - timedelta(hours=hours + 1))
        assert route(ticket, ticket.received_at)
        at = now - timedelta(hours=hours)
        handling.sign(ticket, by=city.clerk, at=at)
        handling.contact(ticket, channel="visit", reached=True, note="约好三点上门", by=city.clerk, at=at)
        result = Result(outcome="explained", text="已上门解释。", reply="供暖自十五日起，请您留意。")
        handling.report(ticket, result, by=city.clerk, at=at)
        handling.approve(ticket, by=city.leader, at=at)
        return ticket

    return made


def post(client: Client, verb: str, ticket: Ticket, **data: object) -> object:
    data.setdefault("version", ticket.version)
    return client.post(reverse(f"followup:{verb}", args=[ticket.number]), data)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def numbers(response: object) -> list[str]:
    return [ticket.number for ticket in response.context["rows"]]


def tried(city: City, ticket: Ticket, at: datetime) -> None:
    actions.attempt(fresh(ticket), channel="phone", reach="no_answer", by=city.caller_back, at=at)


@pytest.mark.parametrize("name", ["agent", "clerk", "leader", "supervisor", "dispatcher", "admin"])
def test_the_desk_is_for_callers_back_alone(client_of: ClientOf, name: str) -> None:
    assert client_of(name).get(reverse("followup:desk")).status_code == 403


def test_the_longest_waiting_is_first_and_one_tried_lately_waits(
    city: City, asked: Asked, client_of: ClientOf
) -> None:
    late, newer, lately, before = asked(50), asked(2), asked(3), asked(4)
    now = timezone.now()
    tried(city, lately, now - timedelta(minutes=179))
    tried(city, before, now - timedelta(minutes=181))
    desk, url = client_of("caller_back"), reverse("followup:desk")
    expected = {
        "now": [late, before, newer],
        "later": [lately],
        "late": [late],
        "all": [late, before, lately, newer],
    }
    for key, tickets in expected.items():
        response = desk.get(url, {"v": key})
        assert numbers(response) == [ticket.number for ticket in tickets], key
        assert dict((queue.key, n) for queue, n in response.context["rail"])[key] == str(len(tickets))


def test_the_list_says_how_often_each_was_tried_in_this_round(
    city: City, asked: Asked, client_of: ClientOf
) -> None:
    ticket = asked(30)
    now = timezone.now()
    for hours in (20, 10):
        tried(city, ticket, now - timedelta(hours=hours))
    Attempt.objects.create(
        ticket=ticket, round=2, by=city.caller_back, channel="phone", reach="no_answer", at=now
    )
    (row,) = client_of("caller_back").get(reverse("followup:desk")).context["rows"]
    assert (row.tried, row.tried_at) == (2, now - timedelta(hours=10))


def test_the_unit_that_handled_it_does_not_find_it_in_its_list(
    city: City, asked: Asked, client_of: ClientOf
) -> None:
    ticket = asked()
    city.clerk.roles = ["clerk", "caller_back"]
    city.clerk.save()
    client = client_of("clerk")
    assert numbers(client.get(reverse("followup:desk"))) == []
    page = client.get(reverse("followup:case", args=[ticket.number])).content.decode()
    assert "不能回访自己办理" in page and "/answers/" not in page
    assert post(client, "answers", ticket, **YES).status_code == 422
    assert (fresh(ticket).state, Answer.objects.count()) == ("followup", 0)


def test_the_case_shows_what_was_promised_and_hides_the_number(asked: Asked, client_of: ClientOf) -> None:
    ticket = asked()
    page = client_of("caller_back").get(reverse("followup:case", args=[ticket.number])).content.decode()
    assert "约好三点上门" in page and "供暖自十五日起" in page
    assert "138****2046" in page and "13800002046" not in page


def test_answers_close_the_case_and_the_next_one_comes(asked: Asked, client_of: ClientOf) -> None:
    ticket, other = asked(5), asked(2)
    client = client_of("caller_back")
    response = post(client, "answers", ticket, **YES)
    assert (response.status_code, response.url) == (302, reverse("followup:next"))
    assert (fresh(ticket).state, Answer.objects.get().satisfied) == ("closed", "satisfied")
    onward = client.get(response.url)
    assert onward.url == reverse("followup:case", args=[other.number])


def test_when_none_is_left_the_desk_says_so(city: City, client_of: ClientOf) -> None:
    response = client_of("caller_back").get(reverse("followup:next"), follow=True)
    assert response.redirect_chain == [(reverse("followup:desk"), 302)]
    assert "现在没有可回访的工单" in response.content.decode()


def test_two_callers_back_are_not_sent_to_the_same_caller(
    city: City, asked: Asked, client_of: ClientOf
) -> None:
    first, second = asked(5), asked(2)
    city.people["other_agent"].roles = ["caller_back"]
    city.people["other_agent"].save()
    one, two = client_of("caller_back"), client_of("other_agent")
    one.get(reverse("followup:case", args=[first.number]))
    assert two.get(reverse("followup:next")).url == reverse("followup:case", args=[second.number])
    assert one.get(reverse("followup:next")).url == reverse("followup:case", args=[first.number])
    page = two.get(reverse("followup:case", args=[first.number])).content.decode()
    assert "caller_back 正在回访" in page


def test_a_no_without_a_reason_is_422_and_keeps_what_was_ticked(asked: Asked, client_of: ClientOf) -> None:
    ticket = asked()
    response = post(client_of("caller_back"), "answers", ticket, **{**NO, "reason": "", "remark": "等了很久"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "请选择原因" in page and "等了很久" in page
    assert 'value="unsolved" id="id_solved_1" checked' in page
    assert (fresh(ticket).state, Answer.objects.count()) == ("followup", 0)


def test_a_first_no_reopens(asked: Asked, client_of: ClientOf) -> None:
    ticket = asked()
    assert post(client_of("caller_back"), "answers", ticket, **NO).status_code == 302
    assert (fresh(ticket).state, fresh(ticket).round, Answer.objects.get().reason) == ("handling", 2, "late")


@pytest.mark.parametrize("missing", ["solved", "satisfied", "channel"])
def test_a_question_left_out_is_422(asked: Asked, client_of: ClientOf, missing: str) -> None:
    ticket = asked()
    data = {key: value for key, value in YES.items() if key != missing}
    assert post(client_of("caller_back"), "answers", ticket, **data).status_code == 422
    assert fresh(ticket).state == "followup"


def test_answers_from_an_old_page_are_409(city: City, asked: Asked, client_of: ClientOf) -> None:
    ticket = asked()
    tried(city, ticket, timezone.now())
    response = post(client_of("caller_back"), "answers", ticket, **YES)
    assert response.status_code == 409
    assert "别人已先一步" in response.content.decode()
    assert (fresh(ticket).state, Answer.objects.count()) == ("followup", 0)


def test_looking_at_the_number_first_does_not_make_the_page_old(
    city: City, asked: Asked, client_of: ClientOf
) -> None:
    ticket = asked()
    intake.look(fresh(ticket), reason="回访", by=city.caller_back, at=timezone.now())
    assert post(client_of("caller_back"), "answers", ticket, **YES).status_code == 302
    assert fresh(ticket).state == "closed"


def test_an_attempt_is_kept_and_the_next_one_comes(asked: Asked, client_of: ClientOf) -> None:
    ticket = asked()
    response = post(client_of("caller_back"), "attempt", ticket, **MISSED)
    assert (response.status_code, response.url) == (302, reverse("followup:next"))
    assert Attempt.objects.get().reach == "no_answer"


def test_after_a_refusal_the_case_stays_to_be_ended(asked: Asked, client_of: ClientOf) -> None:
    ticket = asked()
    client = client_of("caller_back")
    response = post(client, "attempt", ticket, **{**MISSED, "try-reach": "refused"})
    assert response.url == reverse("followup:case", args=[ticket.number])
    assert client.get(response.url).context["story"].may_end is True
    response = post(client, "end", fresh(ticket))
    assert (response.status_code, fresh(ticket).state, Answer.objects.get().reach) == (
        302,
        "closed",
        "refused",
    )


def test_ending_too_soon_is_422_and_the_button_is_off(asked: Asked, client_of: ClientOf) -> None:
    ticket = asked()
    client = client_of("caller_back")
    assert client.get(reverse("followup:case", args=[ticket.number])).context["story"].may_end is False
    assert post(client, "end", ticket).status_code == 422
    assert (fresh(ticket).state, Answer.objects.count()) == ("followup", 0)


def test_at_night_attempts_are_422_and_the_desk_says_why(asked: Asked, client_of: ClientOf) -> None:
    ticket = asked()
    Setting.objects.filter(key="followup_quiet_to").update(value="23:59")
    forget()
    client = client_of("caller_back")
    assert "免打扰" in client.get(reverse("followup:desk")).content.decode()
    assert post(client, "attempt", ticket, **MISSED).status_code == 422
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize("verb", ["answers", "attempt", "end"])
def test_no_clerk_asks(asked: Asked, client_of: ClientOf, verb: str) -> None:
    ticket = asked()
    assert post(client_of("clerk"), verb, ticket, **YES, **MISSED).status_code == 403
    assert fresh(ticket).version == ticket.version


@pytest.mark.parametrize("many", [1, 30])
def test_the_desk_asks_the_database_as_often_for_thirty_as_for_one(
    asked: Asked, client_of: ClientOf, django_assert_num_queries: Callable, many: int
) -> None:
    for hours in range(many):
        asked(hours + 1)
    client = client_of("caller_back")
    client.get(reverse("followup:desk"))
    with django_assert_num_queries(3):  # person, rows, counts
        assert len(numbers(client.get(reverse("followup:desk")))) == many


@pytest.mark.parametrize("many", [1, 30])
def test_the_case_asks_as_often_for_thirty_attempts_as_for_one(
    city: City, asked: Asked, client_of: ClientOf, django_assert_num_queries: Callable, many: int
) -> None:
    ticket = asked(40)
    for minutes in range(many):
        tried(city, ticket, timezone.now() - timedelta(minutes=minutes))
    client = client_of("caller_back")
    url = reverse("followup:case", args=[ticket.number])
    client.get(url)
    with django_assert_num_queries(10):
        client.get(url)
