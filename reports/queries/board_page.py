"""What the board's pages show around the table: tiles, the formula, the map, the changes of rank."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.queries.board_choices import bands, choices, in_bands, marked, named
from reports.queries.board_history import DRAWN, History, history, until
from reports.queries.board_rows import Pooled, Row
from reports.queries.boards import Board
from reports.queries.charts import tile_places
from reports.queries.lines import AGAINST, COLUMNS, missing
from reports.rules import Asked
from scoring import queries as ruler
from scoring.models import AMOUNTS, COUNTS, Period
from scoring.rules import RATE_NAMES, beyond, rounded, summed
from tickets.models import Category
from units.models import Unit

#: More lines than this in a drawing of changes cannot be told apart.
DRAWN_CHANGES = 24
#: Rows of a table shown at first: a page of 343 would be slow on an old machine, and nobody asked for it.
HEAD = 50
#: Places marked at the top and, in a group at least three times as long, at the bottom.
MARKED = 3

RATE_LABELS = {"responded": _("响应率"), "solved": _("解决率"), "satisfied": _("满意率")}


@dataclass(frozen=True)
class Change:
    """How much more a figure is than in another period up to the same day, also in words: "+3.2%"."""

    value: Decimal
    told: str


@dataclass(frozen=True)
class Tile:
    """A figure with its change since the last period and since a year ago, and its real history."""

    label: str | Promise
    value: Decimal | int | None
    suffix: str = ""
    #: 环比, 同比.
    before: Change | None = None
    year: Change | None = None
    history: Sequence[Decimal | int | None] = ()


def board_page(
    board: Board, asked: Asked, known: Sequence[Period], at: datetime, *, whole: bool = False
) -> dict[str, object]:
    """The context of the board's template; unless the `whole` is asked for, of long tables the head."""
    past = history(board.group, until(board.period, known), single=board.size <= DRAWN)
    in_order = not in_bands(board, asked)
    mapped = in_order and board.group == Unit.RankGroup.DISTRICTS and not board.empty
    return {
        "board": board,
        "period": board.period,
        "here": asked.but(),
        "more": asked.but(all="1"),
        "choices": choices(board, asked),
        "bands": [] if in_order else bands(board, None if whole else HEAD),
        "lists": named(board) if in_order else [],
        "marks": marked(board),
        "history": past.whole,
        "tiles": _tiles(board, past),
        "weights": percents(board.period),
        "confidence": f"{board.period.scheme.confidence / 10:g}",
        "count_names": COUNTS,
        "beyond": _beyond(board, past),
        "peopled": any(row.unit.residents for row in board.ranked),
        **_table(board, past, whole=whole),
        "cells": _cells(board, at) if mapped else [],
        "bounds": _bounds(board.ranked),
        "changes": _changes(board.ranked) if in_order and len(board.ranked) <= DRAWN_CHANGES else [],
    }


def _table(board: Board, past: History, *, whole: bool) -> dict[str, object]:
    """The rows of the league table, and how they are drawn."""
    count = len(board.ranked)
    ranked = board.ranked if whole else board.ranked[:HEAD]
    return {
        "ranked": [row._replace(history=past.lines.get(row.unit.pk, ())) for row in ranked],
        "low": board.low if whole else board.low[:HEAD],
        "head": HEAD,
        "cut": not whole and max(count, len(board.low)) > HEAD,
        "drawn": count <= DRAWN,
        "traced": any(len(past.lines.get(row.unit.pk, ())) > 1 for row in ranked),
        "bars_from": _floor(board.ranked),
        "marked_low": count - MARKED if count >= 3 * MARKED else count,
    }


def percents(period: Period) -> dict[str, str]:
    """The scheme's weights as people write them: 0.500 → 50%."""
    return {name: f"{weight / 10:g}%" for name, weight in ruler.weights_of(period).items()}


def _beyond(board: Board, past: History) -> bool:
    """Whether a rate that is shown is outside 0 to 100 %, which a sentence explains."""
    wholes = [board.whole, *(whole for _code, whole in past.whole)]
    return any(row.beyond for row in (*wholes, *board.ranked, *board.low))


def _tiles(board: Board, drawn: History) -> list[Tile]:
    """Volume, the three rates of all answers together, the score they make, and how many answered."""
    now = board.whole
    past = [row.whole if row else None for row in (board.previous, board.year)]
    history = [] if board.within else [whole for _code, whole in drawn.whole]
    tiles = [_counted("accepted", now, past, history)]
    for name in RATE_NAMES:
        changes = [_points(now.rates[name], old.rates[name] if old else None, "%") for old in past]
        tiles.append(
            Tile(RATE_LABELS[name], now.rates[name], "%", *changes, [w.rates[name] for w in history])
        )
    changes = [_points(now.score, old.score if old else None) for old in past]
    tiles.append(Tile(_("综合成绩（汇总）"), now.score, "", *changes, [w.score for w in history]))
    return [*tiles, _counted("valid", now, past, history)]


def _points(now: Decimal | None, old: Decimal | None, unit: str = "") -> Change | None:
    """A change in points, of per cent or of the score."""
    if now is None or old is None:
        return None
    words = gettext("%(change)s 个百分点") if unit else gettext("%(change)s 分")
    return Change(now - old, words % {"change": f"{now - old:+}"})


def _counted(name: str, now: Pooled, past: Iterable[Pooled | None], history: Iterable[Pooled]) -> Tile:
    """A count, with its changes in per cent."""
    changes = [_grown(now.amounts[name], old.amounts[name] if old else 0) for old in past]
    return Tile(COLUMNS[name][0], now.amounts[name], "", *changes, [w.amounts[name] for w in history])


def _grown(now: int, old: int) -> Change | None:
    if old <= 0:
        return None
    change = rounded(100 * (now - old), old, 1)
    return Change(change, f"{change:+}%")


def _floor(ranked: Sequence[Row]) -> int:
    """Where the bars begin: the ten below the lowest score, so that differences can be seen."""
    scores = [row.standing.score for row in ranked if row.standing.score is not None]
    return min(90, max(0, int(min(scores) // 10) * 10 - 10)) if scores else 0


def _cells(board: Board, at: datetime) -> list[dict[str, object]]:
    """Every district with a row, where it lies; the score and place beneath its name."""
    rows = [*board.ranked, *board.low]
    places = tile_places([row.unit for row in rows], at)
    cells = []
    for row in rows:
        column, line = places[row.unit.code]
        score = row.standing.score if row.standing.rank else None
        note = f"{score} · {row.standing.rank}" if row.standing.rank else ""
        cells.append({"name": str(row.unit), "col": column, "row": line, "value": score, "note": note})
    return cells


def _bounds(ranked: Sequence[Row]) -> list[Decimal]:
    """Four scores that cut the reach of the ranked into five equal parts: the map shows differences."""
    scores = [row.standing.score for row in ranked if row.standing.score is not None] or [Decimal(100)]
    low, high = min(scores), max(scores)
    return [(low + (high - low) * part / 5).quantize(Decimal("0.1")) for part in (1, 2, 3, 4)]


def _changes(ranked: Sequence[Row]) -> list[dict[str, object]]:
    """Rows of the drawing of ranks, when there was a ranking before."""
    if not any(row.before and row.before.rank for row in ranked):
        return []
    return [
        {
            "name": str(row.unit),
            "prev": row.before.rank if row.before else None,
            "rank": row.standing.rank,
        }
        for row in ranked
    ]


def unit_page(unit: Unit, period: Period, known: Sequence[Period], at: datetime) -> dict[str, object]:
    """The context of a unit's page: its month, its history, its categories."""
    shown = until(period, known)
    rows = {row.period: row.amounts for row in ruler.amounts(shown, credited=unit, by_period=True)}
    given = ruler.marks_of_unit(unit, shown)
    none, tenths = summed([], AMOUNTS), given.get(period.pk, 0)
    now = Pooled(rows.get(period.pk) or none, ruler.weights_of(period), tenths=tenths)
    told = [row for row in reversed(shown) if row.pk in rows]
    history = [
        (row.code, Pooled(rows[row.pk], ruler.weights_of(row), tenths=given.get(row.pk, 0))) for row in told
    ]
    categories = _categories(unit, period)
    return {
        "unit": unit,
        "period": period,
        "periods": known,
        "running": at < period.ends,
        "whole": now,
        "low": now.amounts["valid"] < period.scheme.min_sample,
        "weights": percents(period),
        "counts": [(name, COLUMNS[name][0], now.amounts[name]) for name in COUNTS],
        "against": [(name, COLUMNS[name][0], missing(now.amounts, name)) for name in AGAINST],
        "rates": [
            Tile(RATE_LABELS[name], now.rates[name], "%", history=[w.rates[name] for _code, w in history])
            for name in RATE_NAMES
        ],
        "history": history,
        "categories": categories,
        "beyond": any(row.beyond for row in (now, *(whole for _code, whole in history)))
        or any(row["beyond"] for row in categories),
    }


def _categories(unit: Unit, period: Period) -> list[dict[str, object]]:
    """What the unit was asked about, most orders first, each with its own rates."""
    rows = ruler.amounts([period], credited=unit, by_category=True)
    names = Category.objects.in_bulk([row.category for row in rows if row.category])
    told = [
        {
            "category": names[row.category],
            "amounts": row.amounts,
            "percents": Pooled(row.amounts, ruler.weights_of(period)).percents,
            "beyond": beyond(row.amounts),
            "not_solved": missing(row.amounts, "not_solved"),
        }
        for row in rows
        if row.category and any(row.amounts.values())
    ]
    return sorted(told, key=lambda row: (-row["amounts"]["accepted"], row["category"].code))
