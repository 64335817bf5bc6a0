"""Answers and orders become lines, once; lines become totals, once; nothing is ever edited."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from dispatch import actions as dispatch
from dispatch.models import Assignment
from followup import actions as followup
from followup.models import Answer
from handling import actions as handling
from scoring.actions import count_assignment, ensure_period, fold, score, score_waiting
from scoring.models import AMOUNTS, COMPARED, Period, Scheme, ScoreDay, ScoreLine, ScoreTotal
from scoring.queries import amounts, amounts_until
from tests.city import NOON, ZONE, City
from tickets.models import Ticket
from units.models import Unit

Ask = Callable[..., Answer]


def of(line: ScoreLine | ScoreTotal) -> dict[str, int]:
    """The amounts of a row that are not zero."""
    return {name: getattr(line, name) for name in AMOUNTS if getattr(line, name)}


def test_a_period_is_made_once_with_the_scheme_in_force(city: City) -> None:
    period = ensure_period(NOON)
    assert period.code == "2026-03"
    assert period.begins == datetime(2026, 2, 19, tzinfo=ZONE)
    assert period.ends == datetime(2026, 3, 19, tzinfo=ZONE)
    assert period.scheme == city.scheme
    assert ensure_period(datetime(2026, 3, 18, 23, 59, tzinfo=ZONE)) == period
    assert ensure_period(datetime(2026, 3, 19, tzinfo=ZONE)).code == "2026-04"
    assert Period.objects.count() == 2


def test_a_moved_boundary_makes_no_period_double(city: City) -> None:
    december = ensure_period(datetime(2026, 12, 10, tzinfo=ZONE))
    city.scheme.pk, city.scheme.effective_from, city.scheme.period_start_day = None, date(2027, 1, 1), 1
    city.scheme.save()
    january = ensure_period(datetime(2027, 1, 20, tzinfo=ZONE))
    assert (january.code, january.begins, january.scheme) == ("2027-01", december.ends, city.scheme)
    assert january.ends == datetime(2027, 2, 1, tzinfo=ZONE)


def test_without_a_scheme_nothing_is_counted_and_nothing_is_lost(city: City, asked: Ask) -> None:
    Scheme.objects.all().delete()
    answer = asked(city.street)
    assert score(answer, NOON) is None
    assert score_waiting(NOON) == 1
    assert ScoreLine.objects.count() == 0
    assert Answer.objects.get().counted is False


def test_an_answer_has_one_line_however_often_it_is_counted(city: City, asked: Ask) -> None:
    answer = asked(city.street, "yes solved basic")
    line = score(answer, NOON)
    assert line is not None
    assert of(line) == {
        "closed": 1,
        "valid": 1,
        "contacted": 1,
        "solved": 1,
        "basic": 1,
        "responded_num": 1000,
        "responded_base": 1,
        "solved_num": 1000,
        "solved_base": 1,
        "satisfied_num": 900,
        "satisfied_base": 1,
    }
    assert (line.unit, line.period.code, line.category) == (city.street, "2026-03", city.leaves["heating"])
    assert score(answer, NOON) is None
    assert score(Answer.objects.get(), NOON) is None
    assert score_waiting(NOON) == 0
    assert ScoreLine.objects.count() == 1


def test_an_order_closed_without_an_answer_counts_as_closed_and_is_in_no_base(city: City, asked: Ask) -> None:
    line = score(asked(city.street, ""), NOON)
    assert of(line) == {"closed": 1}


def test_a_first_no_is_valid_but_the_order_is_not_closed_by_it(city: City, asked: Ask) -> None:
    first = score(asked(city.street, "no unsolved dissatisfied", round_=1), NOON)
    second = score(asked(city.street, "no unsolved dissatisfied", round_=2), NOON)
    bases = {"valid": 1, "responded_base": 1, "solved_base": 1, "satisfied_base": 1}
    assert of(first) == bases
    assert of(second) == {"closed": 1, **bases}


def test_an_answer_belongs_to_the_period_it_was_given_in_however_late_it_is_counted(
    city: City, asked: Ask
) -> None:
    answer = asked(city.street, at=datetime(2026, 3, 18, 23, 59, tzinfo=ZONE))
    line = score(answer, NOON + timedelta(days=60))
    assert (line.period.code, line.at) == ("2026-03", answer.at)


def test_the_line_is_there_as_soon_as_the_caller_answered(city: City, dispatched: Ticket) -> None:
    handling.sign(dispatched, by=city.clerk, at=NOON)
    dispatched.move("expire", by=None, at=NOON, followup_at=NOON)
    said = followup.Said(contacted="yes", solved="solved", satisfied="satisfied")
    answer = followup.take_answers(
        dispatched, said, channel="phone", by=city.caller_back, at=NOON, then=score
    )
    assert answer.lines.get().solved == 1
    assert Answer.objects.get().counted is True


def test_an_order_given_counts_as_accepted_once(city: City, dispatched: Ticket) -> None:
    assert score_waiting(NOON) == 1
    assert score_waiting(NOON) == 0
    assert count_assignment(Assignment.objects.get(), NOON) == []
    line = ScoreLine.objects.get()
    assert (line.unit, line.source, of(line)) == (city.heating, "accepted", {"accepted": 1})


def test_passing_an_order_on_within_the_district_takes_it_from_the_former_unit(
    city: City, pending: Ticket
) -> None:
    dispatch.dispatch_by_hand(pending, lead=city.district, reason="兜底", by=city.dispatcher, at=NOON)
    score_waiting(NOON)
    dispatch.redispatch(pending, lead=city.street, reason="属地", by=city.district_officer, at=NOON)
    score_waiting(NOON)
    dispatch.redispatch(pending, lead=city.sibling, reason="属地", by=city.district_officer, at=NOON)
    score_waiting(NOON)
    rows = {row.unit: row.amounts["accepted"] for row in amounts(Period.objects.all(), by_unit=True)}
    assert rows == {city.district.pk: 0, city.street.pk: 0, city.sibling.pk: 1}
    whole = amounts(Period.objects.all(), group="districts", by_unit=True)
    assert {row.unit: row.amounts["accepted"] for row in whole} == {city.district.pk: 1}


def test_totals_and_tail_read_the_same_before_and_after_folding(city: City, asked: Ask) -> None:
    for unit, said in (
        (city.street, "yes solved satisfied"),
        (city.street, "no unsolved basic"),
        (city.sibling, "unsure solved dissatisfied"),
        (city.other_street, ""),
    ):
        score(asked(unit, said), NOON)
    period = Period.objects.get()

    def read() -> dict[int, dict[str, int]]:
        rows = amounts([period], by_unit=True, group="streets")
        day = NOON.date()
        by_unit = {row.unit: row.amounts for row in rows}
        compared = {unit: {name: row[name] for name in COMPARED} for unit, row in by_unit.items()}
        assert amounts_until({period: day}, districts=False) == {period.pk: compared}
        assert amounts_until({period: day - timedelta(days=1)}, districts=False) == {period.pk: {}}
        return by_unit

    before = read()
    assert before[city.street.pk]["satisfied_num"] == 1900
    assert fold(NOON) == 4
    assert ScoreLine.objects.filter(folded=False).count() == 0
    assert read() == before
    score(asked(city.street), NOON)
    assert read()[city.street.pk]["satisfied_num"] == 2900
    assert fold(NOON) == 1
    assert read()[city.street.pk]["satisfied_num"] == 2900
    assert ScoreTotal.objects.get(unit=city.street).valid == 3
    assert ScoreDay.objects.get(unit=city.street).day == NOON.date()


def test_folding_twice_changes_nothing(city: City, asked: Ask) -> None:
    score(asked(city.street), NOON)
    assert fold(NOON) == 1
    before = list(ScoreTotal.objects.values())
    assert fold(NOON) == 0
    assert list(ScoreTotal.objects.values()) == before


def test_only_what_happened_by_the_moment_is_counted_and_folded(city: City, asked: Ask) -> None:
    asked(city.street, at=NOON + timedelta(hours=1))
    assert score_waiting(NOON) == 0
    assert score_waiting(NOON + timedelta(hours=1)) == 1
    assert fold(NOON) == 0
    assert fold(NOON + timedelta(hours=1)) == 1


def test_a_district_is_the_sum_of_its_whole_subtree(city: City, asked: Ask) -> None:
    for unit in (city.district, city.street, city.sibling, city.housing, city.other_street, city.heating):
        score(asked(unit), NOON)
    rows = amounts(Period.objects.all(), group=Unit.RankGroup.DISTRICTS, by_unit=True)
    assert {row.unit: row.amounts["valid"] for row in rows} == {
        city.district.pk: 4,
        city.other_district.pk: 1,
    }
    alone = amounts(Period.objects.all(), credited=city.district, by_category=True)
    assert [(row.category, row.amounts["valid"]) for row in alone] == [(city.leaves["heating"].pk, 4)]
    streets = amounts(Period.objects.all(), group=Unit.RankGroup.STREETS, by_unit=True)
    assert sum(row.amounts["valid"] for row in streets) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE scoring_scoreline SET solved = 1",
        "UPDATE scoring_scoreline SET folded = TRUE, solved = 1",
        "DELETE FROM scoring_scoreline",
    ],
)
def test_the_database_refuses_to_change_a_line(city: City, asked: Ask, statement: str) -> None:
    score(asked(city.street, "no unsolved dissatisfied"), NOON)
    before = list(ScoreLine.objects.values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
    assert list(ScoreLine.objects.values()) == before


def test_a_folded_line_cannot_be_unfolded(city: City, asked: Ask) -> None:
    score(asked(city.street), NOON)
    fold(NOON)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ScoreLine.objects.update(folded=False)
    assert ScoreLine.objects.get().folded is True


@pytest.mark.django_db(transaction=True)
def test_many_workers_count_and_fold_every_answer_once(city: City, asked: Ask) -> None:
    for _ in range(40):
        asked(city.street)

    def work(_n: int) -> int:
        try:
            score_waiting(NOON)
            return fold(NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    score_waiting(NOON)
    fold(NOON)
    assert ScoreLine.objects.count() == 40
    assert ScoreTotal.objects.get().valid == 40
    assert ScoreDay.objects.get().valid == 40
    assert Period.objects.count() == 1
