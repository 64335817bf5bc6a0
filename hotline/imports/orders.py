"""A row of the other system as a request here. A reason never repeats what a caller said or who they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from hotline.city.categories import ARROW
from hotline.city.reader import NO, YES, Bad
from hotline.imports.mapping import Field, Map
from hotline.imports.source import Cell, Line
from intake.requests import CONTENT_LENGTH, Request
from intake.rules import clean_phone
from tickets.models import Category
from tickets.states import Channel, Kind
from units.models import Place, Unit

LONGEST_ORDER, LONGEST_LOCATION, LONGEST_NAME, LONGEST_ADDRESS = 50, 200, 40, 200
#: In place of a row that more than one name here fits.
AMBIGUOUS = object()


@dataclass(frozen=True)
class Order:
    """What a row asks for."""

    number: str
    request: Request
    received: datetime | None
    unit: Unit | None


class Orders:
    """Turns lines into orders by a map, with the city's own rows at hand."""

    def __init__(self, mapping: Map, now: datetime) -> None:
        self.mapping = mapping
        self.now = now
        self._zone = timezone.get_default_timezone()

    def order(self, line: Line) -> Order:
        """Raises Bad with the reason, as "what is wrong: with which code"."""
        if line.wrong:
            raise Bad(line.wrong)
        number = self.number(line)
        content = self._text(line, "content", CONTENT_LENGTH)
        if not content:
            raise Bad("content is empty")
        request = Request(
            kind=self._kind(line),
            content=content,
            category=self._named(line, "category", self._categories),
            place=self._named(line, "place", self._places),
            location=self._text(line, "location", LONGEST_LOCATION),
            phone=self._phone(line),
            name=self._text(line, "name", LONGEST_NAME),
            address=self._text(line, "address", LONGEST_ADDRESS),
            channel=Channel.IMPORT,
            hide_identity=self._flag(line, "secret"),
            urgent=self._flag(line, "urgent"),
            client_key=f"{self.mapping.source}:{number}",
        )
        return Order(number, request, self._received(line), self._named(line, "unit", self._units))

    def number(self, line: Line) -> str:
        number = self._text(line, "order", LONGEST_ORDER)
        if not number:
            raise Bad("order is empty")
        return number

    def _cell(self, line: Line, name: str) -> Cell:
        """The field's value after its map of values; a path's parts are joined."""
        told = self.mapping.fields.get(name)
        if told is None:
            return ""
        if not told.columns:
            return told.value
        cells = [line.cells.get(column, "") for column in told.columns]
        if len(cells) == 1 and isinstance(cells[0], datetime):
            return cells[0]
        parts = [str(cell).strip() for cell in cells]
        if told.separator:
            parts = [part.strip() for part in parts[0].split(told.separator)]
        value = ARROW.join(part for part in parts if part)
        return told.values.get(value, value) or told.default

    def _text(self, line: Line, name: str, longest: int) -> str:
        value = str(self._cell(line, name))
        if len(value) > longest:
            raise Bad(f"{name} is longer than {longest} characters")
        return value

    def _kind(self, line: Line) -> str:
        kind = str(self._cell(line, "kind"))
        if kind not in Kind.values:
            raise Bad(f"kind unknown: {kind!r}")
        return kind

    def _phone(self, line: Line) -> str:
        try:
            typed = str(self._cell(line, "phone"))
            return clean_phone(typed) if typed else ""
        except ValueError:
            raise Bad("phone is not a telephone number") from None

    def _flag(self, line: Line, name: str) -> bool:
        value = str(self._cell(line, name)).lower()
        if value and value not in YES | NO:
            raise Bad(f"{name} is neither yes nor no: {value!r}")
        return value in YES

    def _received(self, line: Line) -> datetime | None:
        """When the other system took it; without such a field nobody knows."""
        told = self.mapping.fields.get("received")
        if told is None:
            return None
        value = self._cell(line, "received")
        if not isinstance(value, datetime):
            value = _moment(value, told.format)
        at = value if timezone.is_aware(value) else value.replace(tzinfo=self._zone)
        if at > self.now:
            raise Bad(f"received lies in the future: {value}")
        return at

    def _named(self, line: Line, name: str, rows: Mapping[str, Mapping[str, object]]) -> object:
        """The city's row that the cell names, or None for an empty cell."""
        told = self.mapping.fields.get(name, Field())
        key = str(self._cell(line, name))
        if not key:
            return None
        row = rows[told.by].get(key)
        if row is AMBIGUOUS:
            raise Bad(f"{name} names more than one: {key!r}")
        if row is None and told.unknown == "refuse":
            raise Bad(f"{name} unknown: {key!r}")
        return row

    @cached_property
    def _categories(self) -> Mapping[str, Mapping[str, object]]:
        leaves = list(Category.objects.leaves())
        return {
            "code": _index((leaf.code, leaf) for leaf in leaves),
            "path": _index((leaf.path_name, leaf) for leaf in leaves),
            "name": _index((leaf.name, leaf) for leaf in leaves),
        }

    @cached_property
    def _places(self) -> Mapping[str, Mapping[str, object]]:
        places = list(Place.objects.select_related("district", "street"))
        return {
            "code": _index((place.code, place) for place in places),
            "name": _index((place.name, place) for place in places),
        }

    @cached_property
    def _units(self) -> Mapping[str, Mapping[str, object]]:
        units = list(Unit.objects.active())
        named = [(name, unit) for unit in units for name in {unit.name, unit.short_name} if name]
        return {"code": _index((unit.code, unit) for unit in units), "name": _index(named)}


def _moment(text: str, format_: str) -> datetime:
    """The text as a date or a date and time, without a zone unless it names one. Raises Bad."""
    try:
        return datetime.strptime(text, format_) if format_ else datetime.fromisoformat(text)  # noqa: DTZ007
    except ValueError:
        raise Bad(f"received is not a date: {text!r}") from None


def _index(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, row in pairs:
        found[key] = AMBIGUOUS if key in found else row
    return found
