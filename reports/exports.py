"""Tables as files, safe against formulas in names."""

import csv
from collections.abc import Callable, Iterable
from io import BytesIO, StringIO

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from reports.queries.lines import Told
from reports.rules import safe_cell
from reports.tables import Cells


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
    clock: Cells = [_yes(answer.recorded), _yes(answer.late_contact), _yes(answer.overdue)]
    return [*cells, *said, answer.get_reason_display(), answer.round, *clock, row.lost]


def _yes(true: bool) -> str:
    return _("是") if true else _("否")


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


#: Ending → its media type and its writer.
WRITERS: dict[str, tuple[str, Callable[[Iterable[Cells], str], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
}
