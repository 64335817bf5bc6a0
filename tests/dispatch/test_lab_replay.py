"""The rule lab: the past through a draft."""

from collections.abc import Callable

import pytest

from dispatch.actions import route
from dispatch.models import Catalogue
from dispatch.queries import lab as queries
from intake import actions as intake
from tests.city import NOON, City
from tests.dispatch.drafting import begin, change, said
from tickets.models import Ticket


@pytest.fixture
def draft(city: City) -> Catalogue:
    return begin(city)


@pytest.fixture
def four(city: City) -> list[Ticket]:
    """Two orphans (one already at the street by hand), a heating complaint, and one that waits."""
    asked = [
        city.request(category=city.leaves["orphan"], content="电梯困人。"),
        city.request(category=city.leaves["orphan"], place=city.other_place),
        city.request(),
        city.request(category=city.leaves["property"], place=None),
    ]
    return [intake.file(one, by=city.agent, at=NOON, then=route) for one in asked]


def test_the_replay_names_exactly_what_would_go_elsewhere(
    city: City, draft: Catalogue, four: list[Ticket]
) -> None:
    change(city, draft, said(city))
    alone = said(city, "heating", lead="unit:E-heating", limit_code="E", basis="目录 heating")
    change(city, draft, alone, draft.rules.get(category=city.leaves["heating"]))
    result = queries.replayed(draft, city.dispatcher, NOON)
    assert (result.looked, result.moved, result.helped, result.timed) == (4, 2, 1, 1)
    assert [shift.past.number for shift in result.shifts] == [four[2].number, four[1].number, four[0].number]
    heat, other, first = result.shifts
    assert (heat.moved, heat.was.co, heat.now.co, heat.now.limit) == (False, (city.street.pk,), (), "E")
    assert (other.was.lead, other.now.lead) == (city.other_district.pk, city.other_street.pk)
    assert (first.was.lead, first.now.lead) == (city.district.pk, city.street.pk)
    assert {(row.unit, row.gained, row.lost) for row in result.effects} == {
        (city.street.pk, 1, 0), (city.district.pk, 0, 1),
        (city.other_street.pk, 1, 0), (city.other_district.pk, 0, 1),
    }  # fmt: skip
    assert (result.right_before, result.right_after) == (3, 1)


def test_the_replay_keeps_to_conditions(city: City, draft: Catalogue, four: list[Ticket]) -> None:
    change(city, draft, said(city, condition="words:电梯"))
    result = queries.replayed(draft, city.dispatcher, NOON)
    assert [shift.past.number for shift in result.shifts] == [four[0].number]


def test_the_replay_looks_at_the_last_requests_only(city: City, draft: Catalogue, four: list[Ticket]) -> None:
    assert [past.number for past in queries.past(city.dispatcher, 2)] == [four[3].number, four[2].number]


@pytest.mark.parametrize("many", [1, 500])
def test_a_replay_costs_six_statements_however_much_it_reads(
    city: City, draft: Catalogue, django_assert_max_num_queries: Callable, many: int
) -> None:
    change(city, draft, said(city))
    first = intake.file(city.request(category=city.leaves["orphan"]), by=city.agent, at=NOON, then=route)
    fields = {field.attname: getattr(first, field.attname) for field in Ticket._meta.concrete_fields}
    Ticket.objects.bulk_create(
        Ticket(**fields | {"id": None, "number": f"COPY-{turn}"}) for turn in range(many - 1)
    )
    with django_assert_max_num_queries(6):
        result = queries.replayed(draft, city.dispatcher, NOON)
    assert (result.looked, result.moved) == (many, many)
