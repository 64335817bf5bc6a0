"""Rows of another system's export: CSV or XLSX, each with its line."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

Cell = str | datetime


class Unreadable(ValueError):
    """The file as a whole cannot be read; the text says why."""


@dataclass(frozen=True)
class Line:
    """One row; `wrong` says why its cells cannot be told apart."""

    number: int
    cells: Mapping[str, Cell]
    wrong: str = ""


@dataclass(frozen=True)
class Layout:
    """How the file is written."""

    encoding: str = "utf-8-sig"
    delimiter: str = ","
    sheet: str = ""
    #: The line that holds the column names; what stands above is passed over.
    header: int = 1


def read(path: Path, layout: Layout) -> tuple[list[str], Iterator[Line]]:
    """The column names, and the rows below them; empty rows are left out. Raises Unreadable."""
    if not path.exists():
        raise Unreadable(f"{path}: there is no such file")
    numbered = _sheet(path, layout) if path.suffix.lower() == ".xlsx" else _csv(path, layout)
    for number, cells in numbered:
        if number >= layout.header:
            names = [str(cell).strip() for cell in cells]
            return names, _lines(numbered, names)
    raise Unreadable(f"{path}: there is no line {layout.header} with column names")


def _csv(path: Path, layout: Layout) -> Iterator[tuple[int, Sequence[Cell]]]:
    body = path.read_bytes()
    try:
        text = body.decode(layout.encoding)
    except LookupError as error:
        raise Unreadable(f"unknown encoding {layout.encoding!r}") from error
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise Unreadable(
            f"{path.name}:{line}: the text is not {layout.encoding}; set file: encoding"
        ) from error
    reader = csv.reader(text.splitlines(keepends=True), delimiter=layout.delimiter)
    return ((reader.line_num, row) for row in reader)


def _sheet(path: Path, layout: Layout) -> Iterator[tuple[int, Sequence[Cell]]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, OSError, ValueError) as error:
        raise Unreadable(f"{path.name} is not an XLSX file") from error
    if layout.sheet and layout.sheet not in book.sheetnames:
        raise Unreadable(f"{path.name} has no sheet {layout.sheet!r}; it has {', '.join(book.sheetnames)}")
    sheet = book[layout.sheet] if layout.sheet else book.worksheets[0]
    rows = enumerate(sheet.iter_rows(values_only=True), 1)
    return ((number, [_cell(value) for value in row]) for number, row in rows)


def _cell(value: object) -> Cell:
    """A sheet's value as somebody reads it: whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, datetime) else str(value)


def _lines(numbered: Iterable[tuple[int, Sequence[Cell]]], names: Sequence[str]) -> Iterator[Line]:
    for number, cells in numbered:
        values = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
        if not any(values):
            continue
        extra = [value for value in values[len(names) :] if value]
        if extra or len(values) < len(names):
            yield Line(number, {}, f"{len(values)} cells where the header has {len(names)}")
        else:
            yield Line(number, dict(zip(names, values, strict=False)))
