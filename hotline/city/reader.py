"""Rows of a city's files, each knowing its file and line, and what is wrong with them."""

import csv
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

import yaml

T = TypeVar("T")

YES, NO = frozenset({"1", "true", "yes", "是"}), frozenset({"0", "false", "no", "否"})


class Bad(ValueError):
    """A row that cannot be used; the text says why and, where it helps, what would be right."""


class PackRefused(ValueError):
    """The folder was not loaded and nothing changed; `problems` says why, line by line."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"{len(problems)} problem(s) in the city's folder; nothing was loaded")
        self.problems = list(problems)


@dataclass
class Problems:
    """What is wrong (nothing is loaded), and what is only doubtful (it is loaded, and said)."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def error(self, at: str, reason: str) -> None:
        self.errors.append(f"{at}: {reason}")

    def warn(self, at: str, reason: str) -> None:
        self.warnings.append(f"{at}: {reason}")

    def refuse(self) -> None:
        """Raises PackRefused when there was an error."""
        if self.errors:
            raise PackRefused(self.errors)


@dataclass(frozen=True)
class Row:
    """A line of a CSV file, or a YAML mapping; every cell is stripped text."""

    at: str
    cells: Mapping[str, str]

    def text(self, name: str, longest: int = 200) -> str:
        value = self.cells.get(name, "")
        if len(value) > longest:
            raise Bad(f"{name} is longer than {longest} characters")
        return value

    def needed(self, name: str, longest: int = 200) -> str:
        value = self.text(name, longest)
        if not value:
            raise Bad(f"{name} is empty")
        return value

    def one_of(self, name: str, allowed: Collection[str], *, empty: bool = False) -> str:
        value = self.text(name) if empty else self.needed(name)
        if value and value not in allowed:
            raise Bad(f"{name} {value!r} is none of {', '.join(sorted(allowed))}")
        return value

    def known(self, name: str, codes: Collection[str], of: str, *, empty: bool = False) -> str:
        """A code that another row, in the file named by `of`, must have."""
        value = self.text(name) if empty else self.needed(name)
        if value and value not in codes:
            raise Bad(f"{name} {value!r} is not in {of}")
        return value

    def number(self, name: str, least: int = 0, most: int = 2**31 - 1) -> int:
        return whole(self.needed(name), name, least, most)

    def day(self, name: str) -> date:
        return as_day(self.needed(name), name)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name).lower()
        if value and value not in YES | NO:
            raise Bad(f"{name} {value!r} is neither 1 nor 0")
        return value in YES if value else default

    def listed(self, name: str, separator: str = "|", longest: int = 60) -> list[str]:
        """The parts between separators, each once, in order."""
        parts = [part.strip() for part in self.cells.get(name, "").split(separator)]
        for part in parts:
            if len(part) > longest:
                raise Bad(f"{name}: {part[:20]!r}… is longer than {longest} characters")
        return list(dict.fromkeys(part for part in parts if part))


def whole(text: str, name: str, least: int = 0, most: int = 2**31 - 1) -> int:
    """The text as a whole number. Raises Bad."""
    try:
        value = int(text)
    except ValueError:
        raise Bad(f"{name} {text!r} is not a whole number") from None
    if not least <= value <= most:
        raise Bad(f"{name} {value} is not between {least} and {most}")
    return value


def as_day(text: str, name: str) -> date:
    """The text as a date. Raises Bad."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Bad(f"{name} {text!r} is not a date such as 2026-01-31") from None


def read_csv(
    folder: Path, name: str, problems: Problems, *, needed: Sequence[str], optional: Sequence[str] = ()
) -> list[Row]:
    """The rows of a file; a bad header or bad bytes leave a problem and no rows."""
    path = folder / name
    if not path.exists():
        problems.error(name, "the file is missing")
        return []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        problems.error(f"{name}:{line}", "the text is not UTF-8")
        return []
    reader = csv.reader(lines)
    header = [cell.strip() for cell in next(reader, [])]
    if not _header_fits(header, f"{name}:1", problems, needed, optional):
        return []
    return list(_rows(reader, header, name, problems))


def _header_fits(
    header: Sequence[str], at: str, problems: Problems, needed: Sequence[str], optional: Sequence[str]
) -> bool:
    before = len(problems.errors)
    for column in needed:
        if column not in header:
            problems.error(at, f"the column {column!r} is missing")
    for column in header:
        if column not in needed and column not in optional:
            problems.error(at, f"unknown column {column!r}; known are {', '.join([*needed, *optional])}")
        elif header.count(column) > 1:
            problems.error(at, f"the column {column!r} stands there twice")
    return len(problems.errors) == before


def _rows(reader: "csv._reader", header: Sequence[str], name: str, problems: Problems) -> Iterable[Row]:
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        at = f"{name}:{reader.line_num}"
        if len(cells) != len(header):
            problems.error(at, f"{len(cells)} cells where the header has {len(header)}")
            continue
        yield Row(at, dict(zip(header, (cell.strip() for cell in cells), strict=True)))


def parsed(rows: Iterable[Row], parse: Callable[[Row], T], problems: Problems) -> list[T]:
    """What `parse` makes of each row; a row it finds bad becomes a problem."""
    made: list[T] = []
    for row in rows:
        try:
            made.append(parse(row))
        except Bad as bad:
            problems.error(row.at, str(bad))
    return made


def once(rows: Iterable[Row], problems: Problems, *columns: str) -> None:
    """Complains about every row whose key an earlier row has."""
    first: dict[tuple[str, ...], str] = {}
    for row in rows:
        key = tuple(row.cells.get(column, "") for column in columns)
        if key in first:
            problems.error(row.at, f"{', '.join(columns)} {' '.join(key)!r} stands already at {first[key]}")
        first.setdefault(key, row.at)


def codes(rows: Iterable[Row], column: str = "code") -> set[str]:
    return {row.cells[column] for row in rows}


@dataclass(frozen=True)
class Document:
    """A YAML file's top mapping, with the line of each key."""

    name: str
    values: Mapping[str, object]
    lines: Mapping[str, int]

    def at(self, key: str) -> str:
        return f"{self.name}:{self.lines.get(key, 1)}"

    def row(self) -> Row:
        """The plain values as a row, for the same checks as a CSV line has."""
        plain = {
            k: str(v) for k, v in self.values.items() if v is not None and not isinstance(v, dict | list)
        }
        return Row(f"{self.name}:1", plain)


def read_yaml(
    folder: Path, name: str, problems: Problems, *, needed: Sequence[str], optional: Sequence[str] = ()
) -> Document:
    """A YAML file's mapping; what is missing or unknown leaves a problem."""
    empty = Document(name, {}, {})
    try:
        text = (folder / name).read_text(encoding="utf-8-sig")
        node, values = yaml.compose(text), yaml.safe_load(text)
    except FileNotFoundError:
        problems.error(name, "the file is missing")
        return empty
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.error(
            f"{name}:{mark.line + 1 if mark else 1}", f"not YAML: {getattr(error, 'problem', error)}"
        )
        return empty
    if not isinstance(values, dict):
        problems.error(f"{name}:1", "the file must be a mapping of keys to values")
        return empty
    document = Document(name, values, {key.value: key.start_mark.line + 1 for key, _value in node.value})
    for key in needed:
        if values.get(key) is None:
            problems.error(f"{name}:1", f"{key} is missing")
    for key in values:
        if key not in needed and key not in optional:
            problems.error(
                document.at(key), f"unknown key {key!r}; known are {', '.join([*needed, *optional])}"
            )
    return document
