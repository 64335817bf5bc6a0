"""The board as a file, safe against formulas in names."""

import csv
from collections.abc import Callable, Iterable
from decimal import Decimal
from io import BytesIO, StringIO

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from scoring.models import COUNTS
from scoring.rules import RATE_NAMES

from reports.queries.boards import Board, Pooled, Row
from reports.queries.lines import Told
from reports.rules import safe_cell

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


def lines_table(told: Iterable[Told]) -> list[Cells]:
    """The lines behind a number: each with its answers, its clock and the points it cost."""
    rows: list[Cells] = [
        [
            _("时间"),
            _("工单号"),
            _("计入单位"),
            _("事项"),
            _("记录类别"),
            _("是否联系"),
            _("是否解决"),
            _("是否满意"),
            _("原因"),
            _("轮次"),
            _("有联系记录"),
            _("联系超时"),
            _("办理逾期"),
            _("失分"),
        ]
    ]
    return rows + [_line(row) for row in told]


def _line(row: Told) -> Cells:
    line, answer = row.line, row.line.answer
    moment = timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M")
    topic = line.category.name if line.category else None
    cells: Cells = [moment, row.number, str(line.unit), topic, line.get_source_display()]
    if answer is None:
        return [*cells, *[None] * 9]
    said: Cells = [
        answer.get_contacted_display(),
        answer.get_solved_display(),
        answer.get_satisfied_display(),
    ]
    if not answer.valid:
        said = [answer.get_reach_display(), None, None]
    clock: Cells = [_yes(answer.recorded), _yes(line.late), _yes(answer.overdue)]
    return [*cells, *said, answer.get_reason_display(), answer.round, *clock, row.lost]


def _yes(true: bool) -> str:
    return _("是") if true else _("否")


def as_csv(board: Board) -> bytes:
    """The board's table."""
    return write_csv(table(board), board.period.code)


def as_xlsx(board: Board) -> bytes:
    """The board's table."""
    return write_xlsx(table(board), board.period.code)


def write_csv(rows: Iterable[Cells], title: str) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read the Chinese."""
    text = StringIO()
    csv.writer(text).writerows(["" if cell is None else cell for cell in row] for row in _safe(rows))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def write_xlsx(rows: Iterable[Cells], title: str) -> bytes:
    """One sheet, named after the period; text cells are text, whatever they begin with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in _safe(rows):
        cells = [WriteOnlyCell(sheet, value=cell) for cell in row]
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                cell.data_type = "s"
        sheet.append(cells)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Ending → its media type and its writer of a board.
FORMATS: dict[str, tuple[str, Callable[[Board], bytes]]] = {"csv": (CSV, as_csv), "xlsx": (XLSX, as_xlsx)}
#: Ending → its media type and its writer of any rows.
WRITERS: dict[str, tuple[str, Callable[[Iterable[Cells], str], bytes]]] = {
    "csv": (CSV, write_csv),
    "xlsx": (XLSX, write_xlsx),
}
