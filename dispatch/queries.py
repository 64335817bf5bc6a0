"""The catalogue in force as values, kept for a few seconds."""

from dataclasses import dataclass
from datetime import date, datetime

from cachetools.func import ttl_cache
from django.db.models import QuerySet

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
    for rule in catalogue.rules.select_related("category", "scope"):
        row = Row(
            id=rule.pk,
            category=rule.category.code,
            lead=rule.lead,
            co=tuple(rule.co),
            scope=rule.scope.code if rule.scope else "",
            kind=rule.kind,
            basis=rule.basis,
        )
        rows.setdefault(row.category, []).append(row)
    return Table(catalogue.pk, catalogue.version, rows)


@ttl_cache(maxsize=1, ttl=FRESH_SECONDS)
def unit_map() -> UnitMap:
    """Which active unit stands for a place or a code."""
    units = list(Unit.objects.active().select_related("place"))
    of_place = {(u.type, u.place.code): u.pk for u in units if u.place is not None}
    streets = {code: pk for (type_, code), pk in of_place.items() if type_ in (Unit.Type.STREET, Unit.Type.TOWN)}
    districts = {code: pk for (type_, code), pk in of_place.items() if type_ == Unit.Type.DISTRICT}
    departments = {
        (u.place.code, u.function): u.pk for u in units if u.place is not None and u.type == Unit.Type.DISTRICT_DEPT
    }
    return UnitMap({u.code: u.pk for u in units}, streets, districts, departments)


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


def desk(user_tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """What waits for a dispatcher, the most pressing first: urgent, then by remaining dispatch time."""
    found = user_tickets.waiting_dispatch().select_related("category", "place__district", "place__street", "limit")
    return found.order_by("dispatch_due", "pk")
