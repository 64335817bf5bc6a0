"""Pages by key: every row once, whatever the cursor says."""

import pytest

from dispatch.actions import route
from intake import actions as intake
from tests.city import NOON, City
from tickets.models import Ticket
from tickets.pages import page


@pytest.fixture
def seven(city: City) -> list[Ticket]:
    """Seven orders with one and the same moment, then one that is due later."""
    made = [intake.file(city.request(), by=city.agent, at=NOON, then=route) for _turn in range(7)]
    Ticket.objects.filter(pk=made[6].pk).update(handle_due=made[6].handle_due.replace(year=2099))
    return made


@pytest.mark.parametrize(
    ("key", "order"),
    [
        ("pk", [0, 1, 2, 3, 4, 5, 6]),
        ("-pk", [6, 5, 4, 3, 2, 1, 0]),
        ("handle_due", [0, 1, 2, 3, 4, 5, 6]),
        ("-handle_due", [6, 5, 4, 3, 2, 1, 0]),
    ],
)
def test_rows_with_the_same_moment_come_once_each(seven: list[Ticket], key: str, order: list[int]) -> None:
    seen, after = [], ""
    for _page in range(4):
        part = page(Ticket.objects.all(), key, 2, after)
        seen += part.rows
        after = part.after
    assert after == ""
    assert seen == [seven[n] for n in order]


def test_a_page_that_ends_with_the_last_row_has_no_cursor(seven: list[Ticket]) -> None:
    assert page(Ticket.objects.all(), "pk", 7).after == ""
    assert page(Ticket.objects.all(), "pk", 6).after == str(seven[5].pk)


@pytest.mark.parametrize(
    "cursor", ["x", "_", "2026-11-23_1", "2026-11-23T12:00:00_1", "_5", "5", "a_b", "٣_²"]
)
def test_a_cursor_that_is_none_gives_the_first_page(seven: list[Ticket], cursor: str) -> None:
    assert page(Ticket.objects.all(), "handle_due", 2, cursor).rows == seven[:2]
