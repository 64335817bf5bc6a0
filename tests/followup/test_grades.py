"""Three grades or five, and 部分解决: what may be answered is what the scheme has a value for."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from followup import actions
from followup.actions import Said
from followup.forms import AnswersForm
from followup.models import Answer
from scoring import audit
from scoring.actions import ensure_period, score
from scoring.models import ScoreLine
from scoring.queries import ground_in_force
from scoring.queries.grades import grades_at
from scoring.queries.mine import grounds_at
from tests.city import NOON, City, forget
from tests.followup.conftest import ASKED_FROM
from tests.scoring.asking import asked
from tickets.models import Setting, Ticket

FIVE = {
    "very_satisfied": 1000,
    "satisfied": 1000,
    "basic": 800,
    "dissatisfied": 0,
    "very_dissatisfied": 0,
}
HALF = {"solved": 1000, "partly": 500, "unsolved": 0}
AT = ASKED_FROM + timedelta(hours=2)


@pytest.fixture
def five(city: City) -> None:
    """The scheme has five grades, and 部分解决."""
    city.scheme.satisfied_values, city.scheme.solved_values = FIVE, HALF
    city.scheme.save()
    # No quiet hours, whenever the suite runs.
    Setting.objects.filter(key__startswith="followup_quiet").update(value="00:00")
    forget()


def offered(form: AnswersForm, name: str) -> list[str]:
    return [code for code, _label in form.fields[name].choices]


def test_the_default_scheme_offers_three_grades_and_no_half(city: City) -> None:
    form = AnswersForm(grades=grades_at(NOON))
    assert offered(form, "solved") == ["solved", "unsolved"]
    assert offered(form, "satisfied") == ["satisfied", "basic", "dissatisfied"]


def test_five_grades_are_offered_in_their_order(city: City, five: None) -> None:
    form = AnswersForm(grades=grades_at(NOON))
    assert offered(form, "solved") == ["solved", "partly", "unsolved"]
    assert offered(form, "satisfied") == list(FIVE)


def test_an_answer_the_scheme_does_not_know_is_refused(
    client_of: Callable[[str], Client], waiting: Ticket
) -> None:
    Setting.objects.filter(key__startswith="followup_quiet").update(value="00:00")
    forget()
    said = {"channel": "phone", "solved": "partly", "satisfied": "very_satisfied"}
    page = f"/callback/{waiting.number}/answers/"
    answer = client_of("caller_back").post(page, {**said, "version": waiting.version})
    assert (answer.status_code, Answer.objects.count()) == (422, 0)
    assert Ticket.objects.get(pk=waiting.pk).version == waiting.version


def test_the_desk_and_the_callers_own_page_ask_by_the_scheme(
    client_of: Callable[[str], Client], waiting: Ticket, five: None
) -> None:
    page = client_of("caller_back").get(f"/callback/{waiting.number}/").content.decode()
    for word in ("部分解决", "非常满意", "非常不满意"):
        assert word in page
    said = {"channel": "phone", "solved": "partly", "satisfied": "very_satisfied"}
    url = f"/callback/{waiting.number}/answers/"
    answer = client_of("caller_back").post(url, {**said, "version": waiting.version})
    assert answer.status_code == 302
    assert Ticket.objects.get(pk=waiting.pk).state == "closed"


def test_very_dissatisfied_reopens_as_dissatisfied_does(city: City, waiting: Ticket, five: None) -> None:
    said = Said(solved="solved", satisfied="very_dissatisfied", reason="attitude")
    actions.take_answers(waiting, said, channel="phone", by=city.caller_back, at=AT)
    assert Ticket.objects.get(pk=waiting.pk).state == "handling"


def test_a_scheme_that_begins_within_a_month_asks_by_its_grades_from_the_next_month(city: City) -> None:
    """What is asked is what the month counts: else the worst answers would have no value in it."""
    month = ensure_period(NOON)
    new = city.scheme
    new.pk, new.effective_from, new.satisfied_values = None, NOON.date() - timedelta(days=1), FIVE
    new.grounds = ["X1"]
    new.save()
    assert set(grades_at(NOON)["satisfied"]) == {"satisfied", "basic", "dissatisfied"}
    assert ground_in_force("X2", NOON) in grounds_at(NOON)
    assert set(grades_at(month.ends)["satisfied"]) == set(FIVE)
    assert [ground.code for ground in grounds_at(month.ends)] == ["X1"]


@pytest.mark.parametrize(
    ("said", "columns"),
    [
        # solved, satisfied, basic; thousandths of 解决 and 满意
        ("yes partly very_satisfied", (0, 1, 0, 500, 1000)),
        ("yes solved basic", (1, 0, 1, 1000, 800)),
        ("yes unsolved very_dissatisfied", (0, 0, 0, 0, 0)),
    ],
)
def test_the_ledger_counts_five_grades_and_the_audit_agrees(
    city: City, five: None, said: str, columns: tuple[int, ...]
) -> None:
    for round_ in (1, 2):
        score(asked(city, city.heating, said, round_=round_), NOON)
    for line in ScoreLine.objects.filter(source="answer"):
        found = (line.solved, line.satisfied, line.basic, line.solved_num, line.satisfied_num)
        assert found == columns
    assert list(audit.differences(ensure_period(NOON))) == []
