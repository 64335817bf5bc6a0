"""Routing as pure thinking."""

from dataclasses import replace

import pytest

from dispatch.rules import (
    Asked,
    Decision,
    Effect,
    Past,
    Row,
    UnitMap,
    Where,
    agreement,
    choose,
    differences,
    holds,
    is_departmental,
    known_condition,
    known_resolver,
    replay,
    resolve,
    route,
    shares,
)

HERE = Where(code="110108009001", street="110108009", district="110108")
ELSEWHERE = Where(code="110105001", street="110105001", district="110105")
UNITS = UnitMap(
    by_code={"E-heating": 1, "D-planning": 2},
    streets={"110108009": 10, "110105001": 11},
    districts={"110108": 20, "110105": 21},
    departments={("110108", "housing"): 30},
    city_departments={"planning": 2},
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
        ("city_dept:planning", 2),
        ("city_dept:housing", None),
    ],
)
def test_a_resolver_names_the_unit_of_the_place(resolver: str, unit: int | None) -> None:
    assert resolve(resolver, HERE, UNITS) == unit


def test_an_unknown_resolver_is_an_error_of_the_catalogue() -> None:
    with pytest.raises(ValueError, match="unknown resolver: nearest"):
        resolve("nearest", HERE, UNITS)


ASKED = Asked("complaint", urgent=True, channel="web", caller="enterprise", text="电梯困人\n三单元电梯停运")


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ("", True),
        ("urgent", True),
        ("channel:web", True),
        ("channel:phone", False),
        ("caller:enterprise", True),
        ("caller:person", False),
        ("words:电梯", True),
        ("words:停运", True),
        ("words:锅炉", False),
    ],
)
def test_a_condition_asks_of_the_request(condition: str, met: bool) -> None:
    assert holds(condition, ASKED) is met
    assert known_condition(condition)


@pytest.mark.parametrize(
    "condition", ["weather", "urgent:yes", "channel:pigeon", "caller:dog", "words:", "words: "]
)
def test_what_can_never_be_met_is_no_condition(condition: str) -> None:
    assert not known_condition(condition)


def test_a_condition_nobody_knows_is_an_error_of_the_catalogue() -> None:
    with pytest.raises(ValueError, match="unknown condition: weather:rain"):
        holds("weather:rain", ASKED)


def test_at_one_scope_a_met_condition_goes_before_none_and_before_the_kind() -> None:
    plain = Row(id=1, category="x", lead="street", kind="complaint")
    lifts = Row(id=2, category="x", lead="district", condition="words:电梯")
    boilers = Row(id=3, category="x", lead="district", condition="words:锅炉")
    near = Row(id=4, category="x", lead="street", scope="110108")
    assert choose([plain, lifts, boilers], HERE, ASKED) == lifts
    assert choose([plain, boilers], HERE, ASKED) == plain
    assert choose([lifts, near], HERE, ASKED) == near


@pytest.mark.parametrize(
    ("resolver", "known", "departmental"),
    [
        ("street", True, False),
        ("district", True, False),
        ("street:1", False, None),
        ("district_dept:housing", True, True),
        ("district_dept:water", False, True),
        ("city_dept:planning", True, True),
        ("unit:D-planning", True, True),
        ("unit:E-heating", True, False),
        ("unit:E-none", False, False),
        ("nearest", False, None),
    ],
)
def test_which_resolvers_are_known_and_which_name_a_department(
    resolver: str, known: bool, departmental: bool | None
) -> None:
    assert known_resolver(resolver, UNITS) is known
    if departmental is not None:
        assert is_departmental(Row(id=1, category="x", lead=resolver), HERE, UNITS) is departmental


def past(number: str, lead: int, *barred: int) -> Past:
    return Past(number, "x", HERE, Asked("complaint"), frozenset(barred), lead)


def test_a_replay_tells_lead_co_units_and_limit_apart() -> None:
    old = {"x": [Row(id=1, category="x", lead="street", co=("district",))]}
    moved = {"x": [Row(id=2, category="x", lead="district_dept:housing", co=("district",))]}
    helped = {"x": [Row(id=2, category="x", lead="street")]}
    timed = {"x": [Row(id=2, category="x", lead="street", co=("district",), statutory_days=60)]}
    one = past("a", 10)
    told = [
        (s.moved, s.helped, s.timed) for new in (moved, helped, timed) for s in replay([one], old, new, UNITS)
    ]
    assert told == [(True, False, False), (False, True, False), (False, False, True)]
    assert replay([one], old, old, UNITS) == []


def test_gains_losses_and_agreement_are_counted_by_unit() -> None:
    old, new = (
        {"x": [Row(id=1, category="x", lead="street")]},
        {"x": [Row(id=2, category="x", lead="district")]},
    )
    pasts = [past("a", 20), past("b", 10), past("c", 10, 20)]
    shifts = replay(pasts, old, new, UNITS)
    assert [(s.past.number, s.was.lead, s.now.lead) for s in shifts] == [
        ("a", 10, 20), ("b", 10, 20), ("c", 10, None)
    ]  # fmt: skip
    assert shares(shifts) == [Effect(10, gained=0, lost=3), Effect(20, gained=2, lost=0)]
    assert (agreement(pasts, old, UNITS), agreement(pasts, new, UNITS)) == (2, 1)


def test_versions_differ_by_what_was_added_changed_and_removed() -> None:
    kept, old = Row(id=1, category="a", lead="street"), Row(id=2, category="b", lead="street")
    gone = Row(id=3, category="c", lead="street")
    same, new = replace(kept, id=11), replace(old, id=12, basis="清单")
    extra = Row(id=13, category="b", lead="district", condition="urgent")
    found = differences([kept, old, gone], [same, new, extra])
    assert ([r.id for r in found.added], [r.id for r in found.changed]) == ([13], [12])
    assert [row.category for row in found.removed] == ["c"]
    assert len(found) == 3
    assert len(differences([kept], [same])) == 0


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
