"""What people type, and where staff belong."""

from datetime import datetime

import pytest

from portal.rules import full_number, home_of, household, next_hour, plain_code
from tests.city import ZONE

NUMBER = "BJ12345-20260302-000042"


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER,
        "bj12345-20260302-000042",
        "  BJ12345 20260302 000042 ",
        "BJ 12345 - 2026 0302 - 000042",
        "BJ１２３４５－２０２６０３０２－００００４２",
        "ｂｊ12345—20260302—000042",
        "BJ1234520260302000042",
        "12345-20260302-000042",
        "1234520260302000042",
        "20260302-000042",
        "BJ20260302000042",
        "BJ12345-2O26O3O2-OOOO42",
        "bj12345-20260302-ooo042",
    ],
)
def test_a_number_is_understood_however_it_is_typed(typed: str) -> None:
    assert full_number(typed, "BJ", "12345") == NUMBER


def test_a_number_with_more_than_six_digits_at_its_end_stays_whole() -> None:
    assert full_number("bj12345 20260302 1234567", "BJ", "12345") == "BJ12345-20260302-1234567"
    assert full_number("bj12345202603021234567", "BJ", "12345") == "BJ12345-20260302-1234567"


def test_a_number_keeps_a_head_of_other_times() -> None:
    assert full_number("hd12345-20190302-000042", "BJ", "12345") == "HD12345-20190302-000042"


@pytest.mark.parametrize(
    "typed", ["000042", "42", "BJ12345-000042", "BJ", "X1", "20260302", "", "查询", "-" * 60]
)
def test_a_number_that_is_not_whole_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=".*"):
        full_number(typed, "BJ", "12345")


@pytest.mark.parametrize("typed", ["K7M2", "k7m2", " K7 M2 ", "ｋ７ｍ２", "k-7-m-2"])
def test_a_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert plain_code(typed) == "K7M2"


def test_tries_are_counted_by_household() -> None:
    assert household("203.0.113.7") == "203.0.113.7"
    assert household("::ffff:203.0.113.7") == "203.0.113.7"
    assert household("2001:db8:1:2:3:4:5:6") == household("2001:db8:1:2::99") == "2001:db8:1:2::/64"
    assert household("2001:db8:1:3::99") == "2001:db8:1:3::/64"
    assert household("nonsense") == "unknown"


def test_counting_begins_anew_with_the_hour() -> None:
    at = datetime(2026, 3, 2, 14, 59, 30, tzinfo=ZONE)
    assert next_hour(at) == datetime(2026, 3, 2, 15, tzinfo=ZONE)


def test_staff_belong_to_the_desk_of_their_first_role() -> None:
    assert home_of(["agent"]) == "intake:desk"
    assert home_of(["district"]) == "dispatch:desk"
    assert home_of(["leader", "clerk"]) == "handling:inbox"
    assert home_of(["grid"]) == "handling:inbox"
    assert home_of(["caller_back"]) == "followup:desk"
    assert home_of(["supervisor", "dispatcher"]) == "dispatch:desk"
    assert home_of(["reviewer"]) == "dispatch:objections"
    assert home_of(["auditor"]) == "reports:board"
    assert home_of(["admin"]) == "admin:index"
    assert home_of([]) == ""
