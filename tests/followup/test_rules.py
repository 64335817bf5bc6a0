from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from dispatch.rules import second_limit
from followup.rules import Policy, Try, band, enough, quiet
from tests.city import NOON, ZONE

POLICY = Policy(
    attempts=3,
    channels=2,
    gap=timedelta(days=1),
    quiet_from=time(21),
    quiet_to=time(8),
    zone=ZONE,
)


@pytest.mark.parametrize(
    ("clock", "still"),
    [("07:59", True), ("08:00", False), ("20:59", False), ("21:00", True), ("00:00", True), ("12:00", False)],
)
def test_people_are_left_alone_from_nine_to_eight(clock: str, still: bool) -> None:
    hour, minute = map(int, clock.split(":"))
    assert quiet(datetime(2026, 3, 2, hour, minute, tzinfo=ZONE), POLICY) is still


def test_the_quiet_hours_are_those_of_the_city_not_of_the_server() -> None:
    assert quiet(datetime(2026, 3, 2, 13, 30, tzinfo=UTC), POLICY) is True  # 21:30 in Beijing


def test_quiet_hours_may_lie_within_a_day() -> None:
    noon_rest = Policy(3, 2, timedelta(days=1), time(12), time(14), ZONE)
    assert quiet(NOON, noon_rest) is True
    assert quiet(NOON + timedelta(hours=2), noon_rest) is False


def tries(*steps: tuple[int, str, str]) -> list[Try]:
    """Hours after noon, channel, outcome."""
    return [Try(NOON + timedelta(hours=hours), channel, reach) for hours, channel, reach in steps]


def test_three_attempts_by_two_ways_over_a_day_are_enough() -> None:
    made = tries((0, "phone", "no_answer"), (5, "message", "no_answer"), (24, "phone", "no_answer"))
    assert enough(made, POLICY) is True


@pytest.mark.parametrize(
    "made",
    [
        [],
        tries((0, "phone", "no_answer"), (24, "message", "no_answer")),
        tries((0, "phone", "no_answer"), (5, "phone", "no_answer"), (24, "phone", "no_answer")),
        tries((0, "phone", "no_answer"), (5, "message", "no_answer"), (23, "phone", "no_answer")),
        tries((0, "phone", "language")),
    ],
    ids=["none", "two", "one way", "within a day", "language"],
)
def test_fewer_attempts_one_way_or_within_a_day_are_not(made: list[Try]) -> None:
    assert enough(made, POLICY) is False


@pytest.mark.parametrize("reach", ["wrong_number", "refused", "anonymous"])
def test_a_final_outcome_is_enough_at_once(reach: str) -> None:
    assert enough(tries((0, "phone", reach)), POLICY) is True


@pytest.mark.parametrize(
    ("minutes", "expected"), [(120, 1440), (1440, 1440), (2880, 1440), (10080, 5040), (21600, 10800)]
)
def test_a_second_round_has_half_the_limit_and_a_day_at_least(minutes: int, expected: int) -> None:
    assert second_limit(minutes, 2, 1440) == expected


BANDED = replace(POLICY, bands=2, edges=(time(12), time(18)))


@pytest.mark.parametrize(
    ("clock", "part"), [("08:00", 0), ("11:59", 0), ("12:00", 1), ("17:59", 1), ("18:00", 2), ("20:59", 2)]
)
def test_a_day_has_three_parts(clock: str, part: int) -> None:
    hour, minute = map(int, clock.split(":"))
    assert band(datetime(2026, 3, 2, hour, minute, tzinfo=ZONE), BANDED) == part


def test_the_parts_of_the_day_are_those_of_the_city() -> None:
    assert band(datetime(2026, 3, 2, 4, 0, tzinfo=UTC), BANDED) == 1  # noon in Beijing


def test_three_attempts_in_one_part_of_the_day_are_not_enough_where_the_city_asks_for_two() -> None:
    noons = tries((0, "phone", "no_answer"), (5, "message", "no_answer"), (24, "phone", "no_answer"))
    assert (enough(noons, POLICY), enough(noons, BANDED)) == (True, False)
    evening = tries((0, "phone", "no_answer"), (6, "message", "no_answer"), (24, "phone", "no_answer"))
    assert enough(evening, BANDED) is True
    assert enough(evening, replace(BANDED, bands=3)) is False
    assert enough(tries((0, "phone", "refused")), BANDED) is True
