"""The board as a file, safe against formulas in names."""

import csv
from collections.abc import Callable, Iterable
from decimal import Decimal
from io import BytesIO, StringIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from reports.queries.boards import Board, Pooled, Row
from reports.rules import safe_cell
from scoring.models import COUNTS
from scoring.rules import RATE_NAMES

Cell = str | int | Decimal | None
Cells = list[Cell]


def table(board: Board) -> list[Cells]:
    """The columns people expect (DOMAIN §11), the low sample below, and how the group sums up."""
    rows = [_header()]
    rows += [_row(row) for row in board.ranked]
    rows += [_row(row) for row in board.low]
    counts: Cells = [board.whole.amounts[name] for name in COUNTS]
    blanks: Cells = [None] * len(COUNTS)
    rows.append([None, _("全部回访汇总率"), *counts, *_rates(board.whole), board.whole.score, None])
    means: Cells = [board.whole.means[name] for name in RATE_NAMES]
    rows.append([None, _("各单位算术平均"), *blanks, *means, board.whole.mean_score, None])
    return rows


def _header() -> Cells:
    return [
        _("序号"),
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
        _("综合成绩"),
        _("名次变化"),
    ]


def _row(row: Row) -> Cells:
    standing = row.standing
    counts: Cells = [count for _name, count in row.counts]
    rates: Cells = [standing.rates[name].percent for name in RATE_NAMES]
    rank: Cell = _("样本不足") if standing.rank is None else standing.rank
    return [rank, str(row.unit), *counts, *rates, standing.score, row.change]


def _rates(whole: Pooled) -> Cells:
    return [whole.rates[name] for name in RATE_NAMES]


def _safe(rows: Iterable[Cells]) -> Iterable[Cells]:
    for row in rows:
        yield [safe_cell(cell) if isinstance(cell, str) else cell for cell in row]


def as_csv(board: Board) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read the Chinese."""
    text = StringIO()
    csv.writer(text).writerows(["" if cell is None else cell for cell in row] for row in _safe(table(board)))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(board: Board) -> bytes:
    """One sheet, named after the period; text cells are text, whatever they begin with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(board.period.code)
    for row in _safe(table(board)):
        cells = [WriteOnlyCell(sheet, value=cell) for cell in row]
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                cell.data_type = "s"
        sheet.append(cells)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


#: Ending → its media type and its writer.
FORMATS: dict[str, tuple[str, Callable[[Board], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}
