"""The arithmetic of the ruler, worked by hand."""

from datetime import date
from decimal import Decimal
from itertools import chain

import pytest

from scoring.rules import (
    PARTS,
    Month,
    Rate,
    Standing,
    Told,
    Values,
    amounts_of,
    mean,
    month_of,
    rank,
    rounded,
    same_day,
    score_of,
)

WEIGHTS = {"responded": 100, "solved": 500, "satisfied": 400}
VALUES = Values(
    contacted={"yes": 1000, "no": 0, "unsure": None},
    solved={"solved": 1000, "unsolved": 0},
    satisfied={"satisfied": 1000, "basic": 900, "dissatisfied": 0},
)


def told(contacted: str, solved: str, satisfied: str, ended: bool = True) -> Told:
    return Told(valid=True, ended=ended, contacted=contacted, solved=solved, satisfied=satisfied)


def standing(code: str, valid: int, responded: int, solved: int, satisfied: int) -> Standing:
    """A unit with so many whole "yes" of its valid follow-ups."""
    amounts = {
        "valid": valid,
        "responded_num": responded * 1000,
        "responded_base": valid,
        "solved_num": solved * 1000,
        "solved_base": valid,
        "satisfied_num": satisfied * 1000,
        "satisfied_base": valid,
    }
    return Standing(code, amounts, WEIGHTS)


@pytest.mark.parametrize(
    ("day", "start", "month"),
    [
        (date(2026, 10, 18), 19, Month("2026-10", date(2026, 9, 19), date(2026, 10, 19))),
        (date(2026, 10, 19), 19, Month("2026-11", date(2026, 10, 19), date(2026, 11, 19))),
        (date(2026, 12, 25), 19, Month("2027-01", date(2026, 12, 19), date(2027, 1, 19))),
        (date(2027, 1, 1), 19, Month("2027-01", date(2026, 12, 19), date(2027, 1, 19))),
        (date(2028, 2, 29), 1, Month("2028-02", date(2028, 2, 1), date(2028, 3, 1))),
        (date(2026, 12, 31), 1, Month("2026-12", date(2026, 12, 1), date(2027, 1, 1))),
        (date(2026, 3, 1), 2, Month("2026-03", date(2026, 2, 2), date(2026, 3, 2))),
        (date(2026, 2, 28), 28, Month("2026-03", date(2026, 2, 28), date(2026, 3, 28))),
    ],
)
def test_a_period_is_named_after_the_month_it_ends_in(day: date, start: int, month: Month) -> None:
    assert month_of(day, start) == month


def test_every_day_of_four_years_lies_in_the_period_it_is_given() -> None:
    for start in (1, 2, 15, 19, 28):
        for ordinal in range(date(2024, 1, 1).toordinal(), date(2028, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            month = month_of(day, start)
            assert month.begins <= day < month.ends
            assert month_of(month.begins, start) == month_of(
                date.fromordinal(month.ends.toordinal() - 1), start
            )


def test_a_period_cannot_start_on_a_day_that_february_lacks() -> None:
    with pytest.raises(ValueError, match="29"):
        month_of(date(2026, 1, 1), 29)


def test_the_same_day_of_a_shorter_period_is_its_last() -> None:
    february = month_of(date(2026, 2, 10), 1)
    assert same_day(date(2026, 3, 1), date(2026, 3, 5), february) == date(2026, 2, 5)
    assert same_day(date(2026, 3, 1), date(2026, 3, 31), february) == date(2026, 2, 28)


def test_a_good_answer_counts_in_everything() -> None:
    assert amounts_of(told("yes", "solved", "satisfied"), VALUES) == {
        "accepted": 0,
        "closed": 1,
        "overdue": 0,
        "valid": 1,
        "contacted": 1,
        "solved": 1,
        "satisfied": 1,
        "basic": 0,
        "responded_num": 1000,
        "responded_base": 1,
        "solved_num": 1000,
        "solved_base": 1,
        "satisfied_num": 1000,
        "satisfied_base": 1,
    }


def test_basic_is_nine_tenths_and_an_answer_the_scheme_leaves_out_has_no_base() -> None:
    amounts = amounts_of(told("unsure", "unsolved", "basic", ended=False), VALUES)
    assert (amounts["closed"], amounts["valid"], amounts["basic"], amounts["satisfied"]) == (0, 1, 1, 0)
    assert (amounts["responded_num"], amounts["responded_base"]) == (0, 0)
    assert (amounts["solved_num"], amounts["solved_base"]) == (0, 1)
    assert (amounts["satisfied_num"], amounts["satisfied_base"]) == (900, 1)


def test_a_caller_nobody_reached_is_closed_and_in_no_base() -> None:
    counted = amounts_of(Told(valid=False, ended=True), VALUES)
    assert {name for name, n in counted.items() if n} == {"closed"}


def test_a_rate_is_rounded_half_up_only_when_told() -> None:
    assert Rate(2000, 3).percent == Decimal("66.67")
    assert Rate(0, 0).percent is None
    assert Rate(0, 5).percent == Decimal("0.00")
    assert rounded(9325, 100, 1) == Decimal("93.3")
    assert rounded(932499, 10000, 1) == Decimal("93.2")
    assert rounded(-5, 100, 1) == Decimal("-0.1")


def _amounts(*rates: tuple[int, int]) -> dict[str, int]:
    """The columns of the three rates."""
    columns = [column for _name, *columns in PARTS for column in columns]
    return dict(zip(columns, chain(*rates), strict=True))


def test_points_are_weighed_and_rounded_once() -> None:
    # 0.1 × 1 + 0.5 × 7/8 + 0.4 × (5 + 0.9) / 8 = 0.1 + 0.4375 + 0.295 = 0.8325 → 83.25 → 83.3
    assert score_of(_amounts((8000, 8), (7000, 8), (5900, 8)), WEIGHTS) == Decimal("83.3")


def test_the_weight_of_a_rate_nobody_was_asked_about_goes_to_the_others() -> None:
    # (0.5 × 0.8 + 0.4 × 0.9) / 0.9 = 0.8444…
    assert score_of(_amounts((0, 0), (4000, 5), (9000, 10)), WEIGHTS) == Decimal("84.4")
    assert score_of(_amounts((0, 0), (0, 0), (0, 0)), WEIGHTS) is None


def test_units_rank_by_score_then_solved_then_satisfied_then_code() -> None:
    rows = [
        standing("d", 10, 10, 8, 8),  # 0.1 + 0.40 + 0.32 = 82.0
        standing("c", 10, 10, 8, 8),  # the same: the code decides
        standing("b", 10, 6, 8, 9),  # 0.06 + 0.40 + 0.36 = 82.0, more satisfied
        standing("a", 10, 5, 9, 8),  # 0.05 + 0.45 + 0.32 = 82.0, more solved
        standing("e", 10, 10, 9, 9),  # 91.0
    ]
    ranked, low = rank(rows, 10)
    assert [(row.rank, row.code, row.score) for row in ranked] == [
        (1, "e", Decimal("91.0")),
        (2, "a", Decimal("82.0")),
        (3, "b", Decimal("82.0")),
        (4, "c", Decimal("82.0")),
        (5, "d", Decimal("82.0")),
    ]
    assert low == []


def test_a_unit_with_too_few_answers_is_listed_apart_without_a_rank() -> None:
    ranked, low = rank([standing("x", 9, 9, 9, 9), standing("y", 10, 1, 1, 1)], 10)
    assert [(row.code, row.rank) for row in ranked] == [("y", 1)]
    assert [(row.code, row.rank, row.score) for row in low] == [("x", None, Decimal("100.0"))]


def test_a_mean_leaves_out_the_units_without_a_rate() -> None:
    assert mean([Decimal(1), None, Decimal("0.5")], 2) == Decimal("0.75")
    assert mean([Decimal(1) / 3, Decimal(2) / 3], 4) == Decimal("0.5000")
    assert mean([Decimal("89.6"), Decimal("100.0"), Decimal("100.0")], 1) == Decimal("96.5")
    assert mean([None], 2) is None
