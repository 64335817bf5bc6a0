"""The withdrawal check on the callers-back's pages."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from followup.models import Answer
from intake import actions as intake
from tests.city import City
from tickets.models import Ticket

ClientOf = Callable[[str], Client]


@pytest.fixture
def withdrawn(city: City, dispatched: Ticket) -> Ticket:
    intake.withdraw(dispatched, reason="说是算了，打13912345678", by=city.agent, at=timezone.now())
    return dispatched


def told(ticket: Ticket, **changes: str) -> dict[str, object]:
    said = {"back-voluntary": "yes", "back-pressed": "no", "back-channel": "phone", "back-remark": ""}
    return {"version": ticket.version, **said, **changes}


def test_the_queue_names_what_was_taken_back_and_the_script_asks_about_it(
    client_of: ClientOf, withdrawn: Ticket
) -> None:
    page = client_of("caller_back").get("/callback/?v=withdrawn").content.decode()
    assert withdrawn.number in page
    assert "撤回核实" in page
    case = client_of("caller_back").get(f"/callback/{withdrawn.number}/").content.decode()
    assert "是否本人自愿撤回？" in case
    assert "有没有人给您施压？" in case
    assert "说是算了，打139****5678" in case
    assert "您反映的问题是否解决？" not in case


def test_whoever_presses_one_out_of_habit_accuses_nobody(client_of: ClientOf, withdrawn: Ticket) -> None:
    form = client_of("caller_back").get(f"/callback/{withdrawn.number}/").context["withdrawal_form"]
    assert [key for key, _word in form.fields["voluntary"].choices] == ["yes", "no"]
    assert [key for key, _word in form.fields["pressed"].choices] == ["no", "yes"]


def test_a_withdrawal_is_no_way_of_not_reaching_somebody(client_of: ClientOf, withdrawn: Ticket) -> None:
    said = {"version": withdrawn.version, "try-reach": "withdrawn", "try-channel": "phone"}
    answer = client_of("caller_back").post(f"/callback/{withdrawn.number}/attempt/", said)
    assert (answer.status_code, withdrawn.attempts.count()) == (422, 0)


def test_one_without_a_unit_is_listed_and_shown_as_well(city: City, client_of: ClientOf) -> None:
    said = city.request(category=None, place=None)
    ticket = intake.file(said, by=city.agent, at=timezone.now())
    intake.withdraw(ticket, reason="打错了", by=city.agent, at=timezone.now())
    assert ticket.number in client_of("caller_back").get("/callback/").content.decode()
    assert client_of("caller_back").get(f"/callback/{ticket.number}/").status_code == 200


def test_a_willing_caller_closes_it_and_the_next_one_comes(client_of: ClientOf, withdrawn: Ticket) -> None:
    answer = client_of("caller_back").post(f"/callback/{withdrawn.number}/withdrawal/", told(withdrawn))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/callback/next/")
    assert Ticket.objects.get().state == "closed"
    assert Answer.objects.get().reach == "withdrawn"


def test_an_unwilling_one_under_pressure_keeps_it_with_the_unit(
    client_of: ClientOf, withdrawn: Ticket
) -> None:
    said = told(withdrawn, **{"back-voluntary": "no", "back-pressed": "yes"})
    assert client_of("caller_back").post(f"/callback/{withdrawn.number}/withdrawal/", said).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.lead_id is not None) == ("handling", True)
    assert ticket.events.filter(kind="pressed").count() == 1


@pytest.mark.parametrize("field", ["voluntary", "pressed"])
def test_a_question_left_out_is_422_and_what_was_ticked_stays(
    client_of: ClientOf, withdrawn: Ticket, field: str
) -> None:
    said = told(withdrawn, **{f"back-{field}": "", "back-remark": "家人劝的"})
    answer = client_of("caller_back").post(f"/callback/{withdrawn.number}/withdrawal/", said)
    page = answer.content.decode()
    assert (answer.status_code, "未作答" in page, "家人劝的" in page) == (422, True, True)
    assert Ticket.objects.get().version == withdrawn.version


def test_an_old_page_is_409_and_changes_nothing(city: City, client_of: ClientOf, withdrawn: Ticket) -> None:
    old = told(withdrawn)
    withdrawn.record("attempt", by=city.caller_back, at=timezone.now())
    answer = client_of("caller_back").post(f"/callback/{withdrawn.number}/withdrawal/", old)
    assert answer.status_code == 409
    assert Ticket.objects.get().state == "followup"


def test_pressure_in_an_ordinary_follow_up_reaches_the_story(
    city: City, client_of: ClientOf, dispatched: Ticket
) -> None:
    dispatched.move(
        "expire", by=None, at=timezone.now(), followup_at=timezone.now(), followup_due=timezone.now()
    )
    said = {
        "version": dispatched.version,
        "contacted": "yes",
        "solved": "solved",
        "satisfied": "satisfied",
        "channel": "phone",
        "pressed": "on",
    }
    assert client_of("caller_back").post(f"/callback/{dispatched.number}/answers/", said).status_code == 302
    assert Answer.objects.get().pressed
    assert dispatched.events.filter(kind="pressed").count() == 1
