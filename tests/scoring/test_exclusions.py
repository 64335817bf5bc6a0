"""An answer is left out of the scores when somebody other than the unit says so, and never by an edit."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from dispatch.models import Rebound
from followup.models import Answer
from hotline.watch import sweep
from scoring.actions import adjusting, ensure_period, exclusions, fold, score, score_waiting
from scoring.actions.rebounds import revoke_returned
from scoring.audit import differences
from scoring.models import AMOUNTS, Exclusion, Scheme, ScoreLine
from scoring.queries import amounts
from tests.city import NOON, City
from tests.handling.conftest import photo
from tickets.errors import Refused
from tickets.models import Notice, Ticket
from units.models import Unit, User

Ask = Callable[..., Answer]


def asks(answer: Answer, by: User, ground: str = "X2", at: datetime = NOON) -> Exclusion:
    row = exclusions.ask(answer, ground=ground, text="已进入诉讼程序", by=by, at=at, files=[photo()])
    return Exclusion.objects.select_related("ticket", "unit", "ground").get(pk=row.pk)


def counted(unit: Unit) -> dict[str, int]:
    """What the unit's period adds up to, without the columns that are zero."""
    (row,) = amounts([ensure_period(NOON)], credited=unit) or [None]
    return {name: n for name, n in row.amounts.items() if n} if row else {}


@pytest.fixture
def bad(city: City, asked: Ask) -> Answer:
    """An unsolved, dissatisfied answer about an order of the street, in the ledger."""
    answer = asked(city.street, "no unsolved dissatisfied")
    score(answer, NOON)
    return answer


def test_a_granted_exclusion_takes_the_answer_back_and_is_counted_beside(city: City, bad: Answer) -> None:
    before = counted(city.street)
    assert (before["valid"], before["solved_base"], before["closed"]) == (1, 1, 1)
    row = asks(bad, city.street_clerk)
    assert counted(city.street) == before
    exclusions.agree(row, opinion="案号属实", by=city.supervisor, at=NOON + timedelta(hours=1))
    assert counted(city.street) == {"closed": 1, "excluded": 1}
    assert list(differences(ensure_period(NOON))) == []
    assert [event.kind for event in bad.ticket.events.order_by("seq")][-2:] == [
        "exclude_ask",
        "exclude_grant",
    ]


def test_the_caller_goes_on_as_before(city: City, bad: Answer) -> None:
    state = bad.ticket.state
    exclusions.agree(asks(bad, city.street_clerk), opinion="属实", by=city.supervisor, at=NOON)
    assert Ticket.objects.get(pk=bad.ticket_id).state == state


def test_two_different_people_must_agree_where_the_ground_says_so(city: City, bad: Answer) -> None:
    row = asks(bad, city.street_clerk, ground="X1")
    exclusions.agree(row, opinion="录音为证", by=city.supervisor, at=NOON)
    assert (row.state, counted(city.street)["valid"]) == ("seconded", 1)
    with pytest.raises(Refused):
        exclusions.agree(row, opinion="录音为证", by=city.supervisor, at=NOON)
    second = User.objects.create(username="second", roles=["supervisor"], unit=city.centre)
    row = Exclusion.objects.get(pk=row.pk)
    exclusions.agree(row, opinion="同意", by=second, at=NOON)
    assert (row.state, counted(city.street)) == ("granted", {"closed": 1, "excluded": 1})


def test_the_unit_does_not_decide_for_itself(city: City, bad: Answer) -> None:
    row = asks(bad, city.street_clerk)
    judge = User.objects.create(username="judge", roles=["supervisor"], unit=city.street)
    with pytest.raises(Refused):
        exclusions.agree(row, opinion="同意", by=judge, at=NOON)
    assert Exclusion.objects.get().state == "asked"
    assert counted(city.street)["valid"] == 1


def test_it_is_asked_once_and_within_three_working_days(city: City, bad: Answer) -> None:
    # Monday noon + 24 working hours of 9–17: Thursday noon.
    with pytest.raises(Refused):
        asks(bad, city.street_clerk, at=NOON + timedelta(days=3, seconds=1))
    asks(bad, city.street_clerk, at=NOON + timedelta(days=3))
    with pytest.raises(Refused):
        asks(bad, city.street_clerk)
    assert Exclusion.objects.count() == 1


@pytest.mark.parametrize("ground", ["X6", "X7", "X8", "X99"])
def test_what_the_platform_itself_does_cannot_be_asked_for(city: City, bad: Answer, ground: str) -> None:
    with pytest.raises(Refused):
        asks(bad, city.street_clerk, ground=ground)
    assert not Exclusion.objects.exists()


def test_a_ground_the_scheme_does_not_know_is_refused(city: City, bad: Answer) -> None:
    Scheme.objects.update(grounds=["X1"])
    with pytest.raises(Refused):
        asks(bad, city.street_clerk)


def test_a_stranger_cannot_ask(city: City, bad: Answer) -> None:
    with pytest.raises(Refused):
        asks(bad, city.stranger)
    assert not Exclusion.objects.exists()


def test_one_review_by_somebody_else_is_the_last_word(city: City, bad: Answer) -> None:
    row = asks(bad, city.street_clerk)
    exclusions.refuse(row, opinion="证据不足", by=city.supervisor, at=NOON)
    exclusions.ask_review(row, text="补充案号材料", by=city.street_leader, at=NOON + timedelta(hours=2))
    with pytest.raises(Refused):
        exclusions.agree(row, opinion="同意", by=city.supervisor, at=NOON + timedelta(hours=3))
    second = User.objects.create(username="second", roles=["supervisor"], unit=city.centre)
    exclusions.refuse(row, opinion="维持", by=second, at=NOON + timedelta(hours=3))
    assert row.state == "upheld"
    with pytest.raises(Refused):
        exclusions.ask_review(row, text="再次申请复核", by=city.street_leader, at=NOON + timedelta(hours=4))
    assert counted(city.street)["valid"] == 1


def test_a_revoked_exclusion_counts_again(city: City, bad: Answer) -> None:
    before = counted(city.street)
    row = asks(bad, city.street_clerk)
    exclusions.agree(row, opinion="属实", by=city.supervisor, at=NOON)
    with pytest.raises(Refused):
        exclusions.revoke(row, opinion="抽查不实", by=city.supervisor, at=NOON)
    second = User.objects.create(username="second", roles=["supervisor"], unit=city.centre)
    exclusions.revoke(row, opinion="抽查不实", by=second, at=NOON)
    assert counted(city.street) == before
    assert list(differences(ensure_period(NOON))) == []


def test_silence_is_told_and_decides_nothing(city: City, bad: Answer) -> None:
    row = asks(bad, city.street_clerk)
    # 16 working hours after Monday noon: Wednesday noon.
    assert row.due == NOON + timedelta(days=2)
    sweep(row.due)
    sweep(row.due)
    row.refresh_from_db()
    assert (row.late, row.state) == (True, "asked")
    assert bad.ticket.events.filter(kind="exclude_late").count() == 1


def told(ticket: Ticket) -> list[tuple[str, str, str]]:
    """Kind, unit and role of every notice about exclusions, in their order."""
    rows = Notice.objects.filter(ticket=ticket, kind__startswith="exclude").order_by("pk")
    return [(row.kind, row.unit.code if row.unit else "", row.role) for row in rows]


def test_those_who_decide_are_told_of_a_request_when_its_time_nears_and_when_it_is_over(
    city: City, bad: Answer
) -> None:
    row = asks(bad, city.street_clerk)
    assert told(bad.ticket) == [("exclude_ask", "", "supervisor")]
    # Eight working hours after Monday noon: Tuesday noon.
    sweep(NOON + timedelta(days=1))
    sweep(row.due)
    sweep(row.due + timedelta(days=9))
    assert told(bad.ticket)[1:] == [("exclude_near", "", "supervisor"), ("exclude_late", "", "supervisor")]
    assert bad.ticket.events.filter(kind="exclude_near").count() == 1


def test_a_decision_stops_both_clocks_and_the_unit_is_told_of_it_and_of_its_end(
    city: City, bad: Answer
) -> None:
    row = asks(bad, city.street_clerk)
    exclusions.agree(row, opinion="案号属实", by=city.supervisor, at=NOON)
    sweep(row.due + timedelta(days=9))
    second = User.objects.create(username="second", roles=["supervisor"], unit=city.centre)
    row = Exclusion.objects.get(pk=row.pk)
    exclusions.revoke(row, opinion="抽查不实", by=second, at=NOON + timedelta(days=12))
    both = [("110108009", "clerk"), ("110108009", "leader")]
    assert told(bad.ticket)[1:] == [
        (kind, *who) for kind in ("exclude_grant", "exclude_revoke") for who in both
    ]


def test_the_second_person_and_whoever_reviews_are_told_too(city: City, bad: Answer, asked: Ask) -> None:
    row = asks(bad, city.street_clerk, "X1")
    exclusions.agree(row, opinion="录音属实", by=city.supervisor, at=NOON)
    assert told(row.ticket)[-1] == ("exclude_second", "", "supervisor")
    other = asked(city.street, "no unsolved dissatisfied")
    row = asks(other, city.street_clerk)
    exclusions.refuse(row, opinion="证据不足", by=city.supervisor, at=NOON)
    exclusions.ask_review(row, text="补充判决书", by=city.street_clerk, at=NOON)
    assert told(other.ticket)[-1] == ("exclude_review", "", "supervisor")


def test_both_rounds_of_a_ticket_are_left_out_and_a_later_one_too(city: City, asked: Ask) -> None:
    first = asked(city.street, "no unsolved dissatisfied", round_=1)
    score(first, NOON)
    exclusions.agree(asks(first, city.street_clerk), opinion="属实", by=city.supervisor, at=NOON)
    second = Answer.objects.create(
        ticket=first.ticket, round=2, unit=city.street, reach="reached", channel="phone", contacted="yes",
        solved="unsolved", satisfied="dissatisfied", at=NOON + timedelta(hours=1),
    )  # fmt: skip
    score_waiting(NOON + timedelta(hours=1))
    assert counted(city.street) == {"closed": 1, "excluded": 2}
    assert ScoreLine.objects.filter(answer=second).count() == 2
    assert list(differences(ensure_period(NOON))) == []


def test_a_correction_counts_the_difference_and_keeps_what_was_said(city: City, bad: Answer) -> None:
    right = {"contacted": "yes", "solved": "solved", "satisfied": "basic"}
    adjusting.right_answer(bad, right, why="录音显示诉求人答已解决", by=city.supervisor, at=NOON)
    told = counted(city.street)
    assert (told["solved_num"], told["solved_base"], told["satisfied_num"], told["basic"]) == (
        1000,
        1,
        900,
        1,
    )
    assert Answer.objects.get(pk=bad.pk).solved == "unsolved"
    assert list(differences(ensure_period(NOON))) == []
    with pytest.raises(Refused):
        adjusting.right_answer(bad, right, why="与上次相同", by=city.supervisor, at=NOON)


def test_the_reason_of_a_correction_keeps_no_telephone_number(city: City, bad: Answer) -> None:
    right = {"contacted": "yes", "solved": "solved", "satisfied": "basic"}
    row = adjusting.right_answer(bad, right, why="诉求人 13800002046 来电更正", by=city.supervisor, at=NOON)
    row.refresh_from_db()
    assert row.why == "诉求人 138****2046 来电更正"


def test_a_rebound_revokes_the_solved_once(city: City, asked: Ask) -> None:
    good = asked(city.street)
    score(good, NOON)
    again = asked(city.street).ticket
    Rebound.objects.create(ticket=good.ticket, returned=again, round=good.round, at=NOON)
    assert (revoke_returned(NOON), adjusting.revoke_solved(good, again, NOON)) == (1, None)
    told = counted(city.street)
    assert "closed" not in told
    assert (told["valid"], told["solved_base"]) == (1, 1)
    assert "solved" not in told and "solved_num" not in told
    assert list(differences(ensure_period(NOON))) == []


def test_the_folded_totals_are_the_lines_whatever_was_taken_back(city: City, bad: Answer) -> None:
    fold(NOON)
    row = asks(bad, city.street_clerk)
    exclusions.agree(row, opinion="属实", by=city.supervisor, at=NOON)
    fold(NOON + timedelta(hours=1))
    assert counted(city.street) == {"closed": 1, "excluded": 1}
    assert {name for name in AMOUNTS if counted(city.street).get(name, 0) < 0} == set()
