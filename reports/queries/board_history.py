"""A rank group through the periods, and in a small group each of its units."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.queries.board_rows import Pooled
from scoring import queries as ruler
from scoring.models import COMPARED, Period
from scoring.rules import score_of, summed

#: Periods offered and drawn.
SHOWN = 12
#: In larger groups no row has a line of its own: nobody could read 343 of them.
DRAWN = 60


@dataclass(frozen=True)
class History:
    """The group as one in each real period, oldest first; of a small group also each unit's scores."""

    whole: Sequence[tuple[str, Pooled]]
    lines: dict[int, list[Decimal]]


def until(period: Period, known: Sequence[Period]) -> list[Period]:
    """The last periods up to this one, newest first as `known` are."""
    return [row for row in known if row.begins <= period.begins][:SHOWN]


def history(group: str, shown: Sequence[Period], *, single: bool = False) -> History:
    """What the group's units amounted to in these periods, newest first; `single`: also each of them."""
    rows = ruler.amounts(shown, group=group, by_period=True, by_unit=single, columns=COMPARED)
    told: list[tuple[str, Pooled]] = []
    lines: dict[int, list[Decimal]] = {}
    for period in reversed(shown):
        weights = ruler.weights_of(period)
        here = [row for row in rows if row.period == period.pk]
        if here:
            told.append((period.code, Pooled(summed([row.amounts for row in here], COMPARED), weights)))
        for row in here if single else ():
            score = score_of(row.amounts, weights)
            if score is not None:
                lines.setdefault(row.unit, []).append(score)
    return History(told, lines)
