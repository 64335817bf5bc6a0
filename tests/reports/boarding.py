"""Two months of three streets, worked out by hand, and the board they make."""

from datetime import datetime, timedelta

from reports.queries import boards
from reports.queries.boards import Board
from scoring.actions import score_waiting
from tests.city import NOON, City
from tests.scoring.asking import GOOD, asked_often
from units.models import Unit

#: The eleventh day of the last period; NOON is the twelfth of this one.
LAST_MONTH = NOON - timedelta(days=32)


def answers(city: City, unit: Unit, *, good: int, bad: int = 0, basic: int = 0, at: datetime = NOON) -> None:
    said = [GOOD] * good + ["no unsolved dissatisfied"] * bad + ["yes solved basic"] * basic
    asked_often(city, unit, said, at)


def board(group: str, at: datetime = NOON, code: str = "2026-03") -> Board:
    score_waiting(at)
    known = boards.periods()
    return boards.board(group, next(row for row in known if row.code == code), known, at)


def places(rows: list[boards.Row]) -> list[tuple[object, ...]]:
    return [(row.standing.rank, row.unit.code, row.standing.score, row.change) for row in rows]


def two_months(city: City) -> City:
    """Two ranked streets and one with a low sample; last month the order was the other way round.

    Street: 8 good, 1 bad, 1 basic: 90.00 %, 90.00 %, 89.00 %; 0.1×90 + 0.5×90 + 0.4×89 = 89.6.
    Sibling: 10 good: 100.0.
    """
    answers(city, city.street, good=10, at=LAST_MONTH)
    answers(city, city.sibling, good=5, bad=5, at=LAST_MONTH)
    answers(city, city.street, good=8, bad=1, basic=1)
    answers(city, city.sibling, good=10)
    answers(city, city.other_street, good=1)
    score_waiting(NOON)
    return city
