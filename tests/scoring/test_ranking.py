"""Places, lists, bands, and which places cannot be told apart."""

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scoring.models import AMOUNTS
from scoring.rules import Rate, Standing, rank
from scoring.rules.intervals import Interval, deviations, of_rate, of_score, ranges
from scoring.rules.ranking import band, lists, volume_band

WEIGHTS = {"responded": 100, "solved": 500, "satisfied": 400}
Z = deviations(950)


def standing(code: str, solved: int, valid: int = 100, **more: int) -> Standing:
    """A unit with so many solved of its valid follow-ups, everyone contacted and satisfied."""
    amounts = dict.fromkeys(AMOUNTS, 0) | {"valid": valid, "closed": valid, "accepted": valid}
    for name, good in (("responded", valid), ("solved", solved), ("satisfied", valid)):
        amounts |= {f"{name}_num": 1000 * good, f"{name}_base": valid}
    return Standing(code, amounts | more, WEIGHTS)


def placed(*rows: Standing) -> Sequence[Standing]:
    return rank(rows, 10)[0]


def test_a_95_percent_interval_has_the_usual_deviation() -> None:
    assert round(Z, 4) == 1.96


def test_wilsons_interval_is_the_textbooks() -> None:
    assert of_rate(Rate(9000, 10), Z) == Interval(Decimal("59.58"), Decimal("98.21"))
    assert of_rate(Rate(90_000, 100), Z) == Interval(Decimal("82.56"), Decimal("94.48"))
    assert of_rate(Rate(10_000, 10), Z) == Interval(Decimal("72.25"), Decimal("100.00"))
    assert of_rate(Rate(0, 0), Z) is None


def test_a_scores_interval_weighs_those_of_its_rates() -> None:
    amounts = standing("a", 90).amounts
    assert of_score(amounts, WEIGHTS, Z) == Interval(Decimal("89.4"), Decimal("97.2"))
    assert of_score(dict.fromkeys(amounts, 0), WEIGHTS, Z) is None


@given(st.integers(1, 5000), st.integers(0, 5000), st.integers(500, 999))
def test_the_rate_lies_in_its_interval_and_more_answers_narrow_it(n: int, good: int, sure: int) -> None:
    good, z = min(good, n), deviations(sure)
    small, large = of_rate(Rate(1000 * good, n), z), of_rate(Rate(4000 * good, 4 * n), z)
    share = Decimal(100 * good) / n
    assert small.low - Decimal("0.01") <= share <= small.high + Decimal("0.01")
    assert large.high - large.low <= small.high - small.low + Decimal("0.02")


def test_places_that_cannot_be_told_apart_are_said_so() -> None:
    told = [Interval(Decimal(low), Decimal(high)) for low, high in ((90, 98), (88, 96), (70, 80), (60, 71))]
    assert ranges(told) == [(1, 2), (1, 2), (3, 4), (3, 4)]
    assert ranges([None, *told[:1]]) == [(1, 2), (1, 2)]
    assert ranges([]) == []


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 10)), max_size=30))
def test_a_unit_is_always_within_its_own_range(pairs: list[tuple[int, int]]) -> None:
    rows = sorted((Interval(Decimal(low), Decimal(low + wide)) for low, wide in pairs), key=lambda i: -i.low)
    for place, (best, worst) in enumerate(ranges(rows), 1):
        assert 1 <= best <= place <= worst <= len(rows)


def test_the_lists_name_the_best_the_grown_the_last_and_the_largest() -> None:
    now = placed(*(standing(code, solved) for code, solved in (("a", 99), ("b", 90), ("c", 80), ("d", 70))))
    before = {row.code: row for row in placed(standing("a", 99), standing("b", 60), standing("c", 75))}
    sizes = {"advanced": 1, "progress": 2, "rectify": 2, "governance": 1}
    told = lists(now, before, sizes)
    assert (told.advanced, told.progress, told.rectify) == (["a"], ["b", "c"], ["d", "c"])
    big = placed(standing("a", 99), standing("b", 90, accepted=500))
    assert lists(big, {}, sizes).governance == ["b"]


def test_nobody_is_both_first_and_last() -> None:
    only = placed(standing("a", 50))
    told = lists(only, {}, {"advanced": 10, "rectify": 10})
    assert (told.advanced, told.rectify, told.progress, told.governance) == (["a"], [], [], [])


def test_a_scheme_says_what_decides_between_equals() -> None:
    small, large = standing("a", 90, 100), standing("b", 180, 200)
    by_volume = [Standing(r.code, r.amounts, WEIGHTS, ties=("volume:desc",)) for r in (small, large)]
    assert [row.code for row in rank(by_volume, 10)[0]] == ["b", "a"]
    late = standing("c", 90, overdue=5)
    by_late = [Standing(r.code, r.amounts, WEIGHTS, ties=("overdue:asc",)) for r in (late, standing("d", 90))]
    assert [row.code for row in rank(by_late, 10)[0]] == ["d", "c"]


def test_points_given_or_taken_are_in_the_score() -> None:
    row = standing("a", 90)
    given_more = Standing("a", row.amounts, WEIGHTS, tenths=-15)
    assert (row.score, given_more.score) == (Decimal("95.0"), Decimal("93.5"))


def test_bands_are_told_by_their_least_score() -> None:
    edges = [Decimal("95.0"), Decimal("85.0")]
    told = [
        band(score, edges) for score in (Decimal("95.0"), Decimal("94.9"), Decimal("85.0"), Decimal(0), None)
    ]
    assert told == ["A", "B", "B", "C", ""]
    assert [volume_band(n, [100, 300]) for n in (99, 100, 299, 300)] == [0, 1, 1, 2]
