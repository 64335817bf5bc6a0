"""A rank group through the periods, and in a small group each of its units."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reports.queries.board_rows import Pooled
from reports.queries.board_units import Named
from scoring import queries as ruler
from scoring.models import COMPARED, Period
from scoring.rules import rates_of, score_of, summed

#: In larger groups no row has a line of its own: nobody could read 343 of them.
DRAWN = 60

History = list[tuple[str, Pooled]]
Lines = dict[int, list[Decimal]]


def history(group: str, shown: Sequence[Period], units: Mapping[int, Named]) -> tuple[History, Lines]:
    """The group as one in each real period, oldest first; in a small group also each unit's scores."""
    single = len(units) <= DRAWN
    rows = ruler.amounts(shown, group=group, by_period=True, by_unit=single, columns=COMPARED)
    told: History = []
    lines: Lines = {}
    for period in reversed(shown):
        weights = ruler.weights_of(period)
        here = [row for row in rows if row.period == period.pk and (not single or row.unit in units)]
        if here:
            told.append((period.code, Pooled(summed([row.amounts for row in here], COMPARED), weights)))
        for row in here if single else ():
            score = score_of(rates_of(row.amounts), weights)
            if score is not None:
                lines.setdefault(row.unit, []).append(score)
    return told, lines
