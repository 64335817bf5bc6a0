"""The board as rows of cells, for a file."""

from decimal import Decimal

from django.utils.translation import gettext as _

from reports.queries.board_rows import Pooled, Row
from reports.queries.boards import Board
from scoring.models import COUNTS
from scoring.rules import RATE_NAMES
from scoring.rules.intervals import Interval

Cell = str | int | Decimal | None
Cells = list[Cell]


def board_table(board: Board, *, bands: bool = False) -> list[Cells]:
    """The columns people expect (DOMAIN §11) and what goes with them, the low sample below, and how the
    group sums up. As `bands`: the band in the place of the place, units by code, and no score.
    """
    rows = [_header(bands)]
    if bands:
        ordered = sorted(board.ranked, key=lambda row: (row.band, row.standing.code))
        rows += [_cells(row, [row.band], []) for row in ordered]
        rows += [_cells(row, [_("样本不足")], []) for row in board.low]
    else:
        rows += [_cells(row, _place(row), _score(row)) for row in (*board.ranked, *board.low)]
    width = len(rows[0])
    return [*rows, *(_filled(row, width) for row in _sums(board, bands))]


def _header(bands: bool) -> Cells:
    place = [_("分档")] if bands else [_("序号"), _("名次区间")]
    score = [
        _("综合成绩"),
        _("成绩区间"),
        _("其中加减分"),
        _("名次变化"),
        _("成绩环比"),
        _("成绩同比"),
    ]
    return [
        *place,
        _("承办单位"),
        _("受理量"),
        _("办结量"),
        _("有效回访"),
        _("联系数"),
        _("解决数"),
        _("满意数"),
        _("基本满意"),
        _("响应率%"),
        _("解决率%"),
        _("满意率%"),
        _("响应率区间%"),
        _("解决率区间%"),
        _("满意率区间%"),
        _("剔除率%"),
        _("受理量环比%"),
        _("受理量同比%"),
        _("万人诉求比"),
        *([] if bands else score),
    ]


def _place(row: Row) -> Cells:
    if row.places is None:
        return [_("样本不足"), None]
    return [row.standing.rank, "{}–{}".format(*row.places)]


def _score(row: Row) -> Cells:
    return [
        row.standing.score,
        _told(row.interval),
        row.points if row.standing.tenths else None,
        row.change,
        row.gain,
        row.gain_year,
    ]


def _cells(row: Row, place: Cells, score: Cells) -> Cells:
    rates = row.rates
    return [
        *place,
        str(row.unit),
        *(count for _name, count in row.counts),
        *(value for _name, value, _interval in rates),
        *(_told(interval) for _name, _value, interval in rates),
        row.left_out,
        row.growth,
        row.growth_year,
        row.per_10k,
        *score,
    ]


def _told(interval: Interval | None) -> str | None:
    return None if interval is None else str(interval)


def _sums(board: Board, bands: bool) -> list[Cells]:
    lead: Cells = [None] if bands else [None, None]
    whole: Pooled = board.whole
    after: Cells = [None, None, None]
    return [
        [
            *lead,
            _("全部回访汇总率"),
            *(whole.amounts[name] for name in COUNTS),
            *(whole.rates[name] for name in RATE_NAMES),
            *after,
            whole.left_out,
            *after,
            *([] if bands else [whole.score]),
        ],
        [
            *lead,
            _("各单位算术平均"),
            *(None for _name in COUNTS),
            *(whole.means[name] for name in RATE_NAMES),
            *after,
            None,
            *after,
            *([] if bands else [whole.mean_score]),
        ],
    ]


def _filled(row: Cells, width: int) -> Cells:
    return row + [None] * (width - len(row))
