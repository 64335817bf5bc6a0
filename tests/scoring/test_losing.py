"""What each answer takes from a score, worked by hand."""

from decimal import Decimal
from fractions import Fraction

from scoring.rules.losing import lost, points, score_with, score_without

WEIGHTS = {"responded": 100, "solved": 500, "satisfied": 400}


def amounts(
    responded: tuple[int, int], solved: tuple[int, int], satisfied: tuple[int, int]
) -> dict[str, int]:
    told = {}
    for name, (num, base) in (("responded", responded), ("solved", solved), ("satisfied", satisfied)):
        told |= {f"{name}_num": num, f"{name}_base": base}
    return told


def test_what_an_answer_costs_is_what_the_score_would_gain_had_it_been_the_best() -> None:
    whole = amounts((3000, 4), (3000, 4), (2900, 4))
    bad = amounts((0, 1), (0, 1), (0, 1))
    assert lost(bad, whole, WEIGHTS) == Fraction(100, 4)
    assert lost(bad, whole, WEIGHTS, ("solved",)) == Fraction(50, 4)
    assert points(lost(amounts((1000, 1), (1000, 1), (900, 1)), whole, WEIGHTS)) == Decimal("1.000")


def test_a_rate_without_a_base_costs_nothing_and_its_weight_is_with_the_others() -> None:
    whole = amounts((0, 0), (1000, 2), (2000, 2))
    assert lost(whole, whole, WEIGHTS) == Fraction(100 * 5, 9 * 2)
    nothing = amounts((0, 0), (0, 0), (0, 0))
    assert lost(nothing, nothing, WEIGHTS) == 0


def test_a_line_that_takes_an_answer_back_gives_back_what_it_cost() -> None:
    whole = amounts((3000, 4), (3000, 4), (3000, 4))
    assert lost(amounts((0, -1), (0, -1), (0, -1)), whole, WEIGHTS) == Fraction(-100, 4)


def test_a_score_without_some_lines_and_with_more() -> None:
    whole = amounts((3000, 3), (3000, 3), (3000, 3))
    assert score_with(whole, amounts((0, 1), (0, 1), (0, 1)), WEIGHTS) == Decimal("75.0")
    assert score_without(whole, amounts((0, -1), (0, -1), (0, -1)), WEIGHTS) == Decimal("75.0")
    assert score_without(whole, whole, WEIGHTS) is None
