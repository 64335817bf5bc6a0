"""The catalogue in force as values, kept for a few seconds, and what it says of a request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from cachetools.func import ttl_cache

from dispatch.models import Catalogue
from dispatch.queries.objections import freed
from dispatch.rules import Asked, Decision, Row, UnitMap, Where, choose, is_departmental, route
from intake.models import Case
from tickets.book import KEPT_SECONDS, book, local_day
from tickets.models import Limit, Ticket
from units.models import Place, Unit


@dataclass(frozen=True)
class Table:
    """A version of the catalogue, by leaf."""

    catalogue_id: int
    version: str
    rows: dict[str, list[Row]]


@dataclass(frozen=True)
class Terms:
    """The limits a request gets: those of a class, or a handling limit by law."""

    limit: Limit
    handle_minutes: int
    #: Days of the limit's calendar, where law set them.
    statutory_days: int | None = None
    #: What the limit rests on, in words of the catalogue or of the class.
    basis: str = ""


@ttl_cache(maxsize=8, ttl=KEPT_SECONDS)
def table(day: date) -> Table | None:
    """The catalogue that routes on this day; None before a city has one."""
    catalogue = Catalogue.objects.in_force(day)
    return table_of(catalogue) if catalogue is not None else None


def table_of(catalogue: Catalogue) -> Table:
    """A version as values, whether it routes or not."""
    rows: dict[str, list[Row]] = {}
    # Values, not models: the whole catalogue is read anew every few seconds in every process.
    told = catalogue.rules.values_list(
        "pk", "category__code", "lead", "co", "scope__code", "kind", "condition", "basis", "limit_code",
        "statutory_days", "legal_basis",
    )  # fmt: skip
    for key, category, lead, co, scope, *rest in told.order_by("pk"):
        row = Row(key, category, lead, tuple(co), scope or "", *rest)
        rows.setdefault(category, []).append(row)
    return Table(catalogue.pk, catalogue.version, rows)


@ttl_cache(maxsize=1, ttl=KEPT_SECONDS)
def unit_map() -> UnitMap:
    """Which active unit stands for a place, a code or a department's line of work."""
    told = Unit.objects.active().order_by("code")
    told = told.values_list("pk", "code", "type", "function", "place__code", "path")
    units = [row for *row, _path in told]
    # The hotline's own centre stands above all, and commands none of them.
    paths = {pk: path for pk, _code, kind, *_rest, path in told if kind != Unit.Type.CITY_CENTRE}
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
    of_city = {function: pk for pk, _code, kind, function, _place in units if kind == Unit.Type.CITY_DEPT}
    return UnitMap(by_code, streets, districts, departments, of_city, paths)


def where_of(place: Place | None) -> Where:
    """The place as routing sees it."""
    if place is None:
        return Where()
    return Where(
        code=place.code,
        street=place.street.code if place.street else "",
        district=place.district.code if place.district else "",
    )


def rows_for(category: str, at: datetime) -> list[Row]:
    """The rules of a leaf in the catalogue in force."""
    current = table(local_day(at))
    return current.rows.get(category, []) if current else []


def suggestion(
    category: str, place: Place | None, asked: Asked, at: datetime, accused: int | None = None
) -> Decision | None:
    """Where such a request would go now."""
    units = unit_map()
    return route(rows_for(category, at), where_of(place), asked, units, units.barred(accused))


def decision_for(ticket: Ticket, at: datetime) -> Decision | None:
    """Where this ticket goes by the catalogue in force; never back to whom an objection freed of it."""
    rows = rows_for(ticket.category.code if ticket.category else "", at)
    # Only what was dispatched before can have been objected to: a new request does not pay for the look.
    barred = freed(ticket) if ticket.clock_from is not None else frozenset()
    units = unit_map()
    barred |= units.barred(ticket.accused_id)
    return route(rows, where_of(ticket.place), asked_of(ticket, at), units, barred)


def rule_for(ticket: Ticket, at: datetime) -> Row | None:
    """The rule of the catalogue in force that fits this ticket, whether or not its unit is there."""
    rows = rows_for(ticket.category.code if ticket.category else "", at)
    return choose(rows, where_of(ticket.place), asked_of(ticket, at))


def is_a_departments(ticket: Ticket, at: datetime) -> bool:
    """Whether the catalogue in force gives this matter to a department."""
    row = rule_for(ticket, at)
    return row is not None and is_departmental(row, where_of(ticket.place), unit_map())


def asked_of(ticket: Ticket, at: datetime) -> Asked:
    """What conditions may ask of a ticket; its caller is looked up only where a rule of its leaf asks."""
    rows = rows_for(ticket.category.code if ticket.category else "", at)
    return Asked(
        kind=ticket.kind,
        urgent=ticket.urgent,
        channel=ticket.channel,
        caller=_caller(ticket) if _asks_the_caller(rows) else "",
        text=f"{ticket.title}\n{ticket.content}",
    )


def _asks_the_caller(rows: Iterable[Row]) -> bool:
    return any(row.condition.startswith("caller:") for row in rows)


def _caller(ticket: Ticket) -> str:
    """The type of the caller; empty for a ticket without one. The desk's rows bring it along."""
    brought = getattr(ticket, "caller_type", None)
    if brought is not None:
        return brought
    try:
        return ticket.case.caller.type
    except Case.DoesNotExist:
        return ""


def terms_for(ticket: Ticket, at: datetime) -> Terms:
    """The limits of this ticket by the catalogue in force; what an agent made urgent stays so."""
    carried = book().limit_of(ticket.limit_id)
    own = ticket.category.limit_code if ticket.category else ""
    raised = ticket.urgent and own != carried.code
    return terms(carried, None if raised else rule_for(ticket, at), ticket.received_at)


def terms(carried: Limit, row: Row | None, received: datetime) -> Terms:
    """The class a request carries, unless a rule sets another one or days by law (DOMAIN §3.2)."""
    if row is None:
        return Terms(carried, carried.handle_minutes, basis=carried.basis)
    limit = book().limit(row.limit, received) if row.limit not in ("", carried.code) else carried
    if row.statutory_days is None:
        return Terms(limit, limit.handle_minutes, basis=row.legal_basis or limit.basis)
    minutes = book().minutes_of_days(limit, row.statutory_days)
    return Terms(limit, minutes, row.statutory_days, row.legal_basis)
