"""Numbers, masks and scrubbing, to the letter."""

import pytest

from intake.rules import clean_phone, mask_name, mask_phone, scrub, title_of, transfer_line


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("13800002046", "13800002046"),
        (" 138 0000 2046 ", "13800002046"),
        ("138-0000-2046", "13800002046"),
        ("+8613800002046", "13800002046"),
        ("008613800002046", "13800002046"),
        ("(010) 6500 0000", "01065000000"),
        ("（010）65000000", "01065000000"),
        ("12345", "12345"),
        ("+4915112345678", "+4915112345678"),
    ],
)
def test_a_typed_number_becomes_its_digits(typed: str, digits: str) -> None:
    assert clean_phone(typed) == digits


@pytest.mark.parametrize("typed", ["1234", "12ab5678", "1234567890123456", "电话", "110;119"])
def test_what_cannot_be_a_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        clean_phone(typed)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800002046", "138****2046"),
        ("01065000000", "010****0000"),
        ("+4915112345678", "+49151****5678"),
        ("65001234", "******34"),
        ("12345", "***45"),
    ],
)
def test_a_number_is_masked(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(("name", "shown"), [("王女士", "王**"), ("李雷", "李*"), ("", "")])
def test_a_name_is_masked(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13800002046，请回电", "电话138****2046，请回电"),
        ("打 +86 13800002046", "打 138****2046"),
        ("座机010-65001234。", "座机010-****34。"),
        ("身份证11010119900307123X号", "身份证［证件号已隐去］号"),
        ("身份证110101199003071234", "身份证［证件号已隐去］"),
        ("卡号6222021234567890123", "卡号［卡号已隐去］"),
        ("3号楼2单元601，停暖4天", "3号楼2单元601，停暖4天"),
        ("工单000042，2026年3月2日", "工单000042，2026年3月2日"),
    ],
)
def test_text_leaves_the_desk_without_the_numbers_that_name_a_person(text: str, shown: str) -> None:
    assert scrub(text) == shown


def test_a_ticket_is_called_by_its_category_or_its_first_words() -> None:
    assert title_of("家里很冷。没有暖气。", "暖气不热") == "暖气不热"
    assert title_of("家里很冷。没有暖气。", "") == "家里很冷"
    assert title_of("冷" * 60, "") == "冷" * 40


@pytest.mark.parametrize(
    ("move", "line"),
    [("transfer-119", "119"), ("transfer-999", ""), ("transfer-", ""), ("110", ""), ("file", "")],
)
def test_only_the_four_emergency_lines_are_lines(move: str, line: str) -> None:
    assert transfer_line(move) == line
