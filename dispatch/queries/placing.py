"""The catalogue in force as values, kept for a few seconds, and what it says of a request."""

from dataclasses import dataclass
from datetime import date, datetime

from cachetools.func import ttl_cache

from dispatch.models import Catalogue
from dispatch.rules import Decision, Row, UnitMap, Where, route
from tickets.book import FRESH_SECONDS, local_day
from tickets.models import Ticket
from units.models import Place, Unit


@dataclass(frozen=True)
class Table:
    """A version of the catalogue, by leaf."""

    catalogue_id: int
    version: str
    rows: dict[str, list[Row]]


@ttl_cache(maxsize=8, ttl=FRESH_SECONDS)
def table(day: date) -> Table | None:
    """The catalogue that routes on this day; None before a city has one."""
    catalogue = Catalogue.objects.in_force(day)
    if catalogue is None:
        return None
    rows: dict[str, list[Row]] = {}
    # Values, not models: the whole catalogue is read anew every few seconds in every process.
    told = catalogue.rules.values_list("pk", "category__code", "lead", "co", "scope__code", "kind", "basis")
    for key, category, lead, co, scope, kind, basis in told:
        row = Row(
            id=key, category=category, lead=lead, co=tuple(co), scope=scope or "", kind=kind, basis=basis
        )
        rows.setdefault(category, []).append(row)
    return Table(catalogue.pk, catalogue.version, rows)


@ttl_cache(maxsize=1, ttl=FRESH_SECONDS)
def unit_map() -> UnitMap:
    """Which active unit stands for a place or a code."""
    units = list(Unit.objects.active().values_list("pk", "code", "type", "function", "place__code"))
    of_place = {(kind, place): pk for pk, _code, kind, _function, place in units if place is not None}
    streets = {
        place: pk for (kind, place), pk in of_place.items() if kind in (Unit.Type.STREET, Unit.Type.TOWN)
    }
    districts = {place: pk for (kind, place), pk in of_place.items() if kind == Unit.Type.DISTRICT}
    departments = {
        (place, function): pk
        for pk, _code, kind, function, place in units
        if place is not None and kind == Unit.Type.DISTRICT_DEPT
    }
    by_code = {code: pk for pk, code, _kind, _function, _place in units}
    return UnitMap(by_code, streets, districts, departments)


def where_of(place: Place | None) -> Where:
    """The place as routing sees it."""
    if place is None:
        return Where()
    return Where(
        code=place.code,
        street=place.street.code if place.street else "",
        district=place.district.code if place.district else "",
    )


def suggestion(
    category: str, place: Place | None, kind: str, at: datetime, accused: int | None = None
) -> Decision | None:
    """Where such a request would go now."""
    current = table(local_day(at))
    rows = current.rows.get(category, []) if current else []
    barred = frozenset({accused} if accused else ())
    return route(rows, where_of(place), kind, unit_map(), barred)


def decision_for(ticket: Ticket, at: datetime) -> Decision | None:
    """Where this ticket goes by the catalogue in force."""
    category = ticket.category.code if ticket.category else ""
    return suggestion(category, ticket.place, ticket.kind, at, ticket.accused_id)
