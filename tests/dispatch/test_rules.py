"""Routing as pure thinking."""

import pytest

from dispatch.rules import Asked, Decision, Row, UnitMap, Where, choose, resolve, route

HERE = Where(code="110108009001", street="110108009", district="110108")
ELSEWHERE = Where(code="110105001", street="110105001", district="110105")
UNITS = UnitMap(
    by_code={"E-heating": 1, "D-planning": 2},
    streets={"110108009": 10, "110105001": 11},
    districts={"110108": 20, "110105": 21},
    departments={("110108", "housing"): 30},
)
STREET = Row(id=1, category="x", lead="street", co=("district_dept:housing", "unit:E-heating"))


@pytest.mark.parametrize(
    ("resolver", "unit"),
    [
        ("street", 10),
        ("district", 20),
        ("district_dept:housing", 30),
        ("district_dept:water", None),
        ("unit:E-heating", 1),
        ("unit:E-none", None),
    ],
)
def test_a_resolver_names_the_unit_of_the_place(resolver: str, unit: int | None) -> None:
    assert resolve(resolver, HERE, UNITS) == unit


def test_an_unknown_resolver_is_an_error_of_the_catalogue() -> None:
    with pytest.raises(ValueError, match="unknown resolver: nearest"):
        resolve("nearest", HERE, UNITS)


def test_the_nearest_scope_wins_then_the_rule_for_the_kind_then_the_older_one() -> None:
    anywhere = Row(id=1, category="x", lead="street")
    for_kind = Row(id=2, category="x", lead="street", kind="complaint")
    district = Row(id=3, category="x", lead="street", scope="110108")
    street = Row(id=4, category="x", lead="street", scope="110108009")
    twin = Row(id=5, category="x", lead="street", scope="110108009")
    rows = [twin, street, district, for_kind, anywhere]
    assert choose(rows, HERE, Asked("complaint")) == street
    assert choose([district, for_kind, anywhere], HERE, Asked("complaint")) == district
    assert choose([for_kind, anywhere], HERE, Asked("complaint")) == for_kind
    assert choose([for_kind, anywhere], HERE, Asked("inquiry")) == anywhere
    assert choose([street, district], ELSEWHERE, Asked("complaint")) is None


def test_a_rule_gives_the_lead_and_its_co_units_each_once() -> None:
    assert route([STREET], HERE, Asked("complaint"), UNITS) == Decision(lead=10, co=(30, 1), rule=STREET)


def test_a_co_unit_that_is_not_there_is_left_out() -> None:
    assert route([STREET], ELSEWHERE, Asked("complaint"), UNITS) == Decision(lead=11, co=(1,), rule=STREET)


def test_the_lead_is_not_its_own_co_unit() -> None:
    row = Row(id=1, category="x", lead="unit:E-heating", co=("unit:E-heating", "street"))
    assert route([row], HERE, Asked("complaint"), UNITS) == Decision(lead=1, co=(10,), rule=row)


def test_without_a_rule_the_district_takes_it() -> None:
    assert route([], HERE, Asked("complaint"), UNITS) == Decision(lead=20)


def test_a_rule_whose_unit_is_missing_falls_back_to_the_district_and_says_so() -> None:
    row = Row(id=1, category="x", lead="district_dept:water")
    assert route([row], HERE, Asked("complaint"), UNITS) == Decision(lead=20, passed_over=True)


def test_without_a_place_only_a_named_unit_can_be_found() -> None:
    named = Row(id=1, category="x", lead="unit:D-planning", co=("street",))
    assert route([named], Where(), Asked("complaint"), UNITS) == Decision(lead=2, rule=named)
    assert route([STREET], Where(), Asked("complaint"), UNITS) is None
    assert route([], Where(), Asked("complaint"), UNITS) is None


def test_the_accused_neither_leads_nor_helps() -> None:
    assert route([STREET], HERE, Asked("tip_off"), UNITS, frozenset({10})) == Decision(
        lead=20, passed_over=True
    )
    assert route([STREET], HERE, Asked("tip_off"), UNITS, frozenset({30})) == Decision(
        lead=10, co=(1,), rule=STREET
    )


def test_where_rule_and_district_are_the_accused_a_person_decides() -> None:
    row = Row(id=1, category="x", lead="district")
    assert route([row], HERE, Asked("tip_off"), UNITS, frozenset({20})) is None
