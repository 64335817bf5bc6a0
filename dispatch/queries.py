"""The catalogue in force as values, kept for a few seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cachetools.func import ttl_cache
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dispatch.models import Catalogue
from dispatch.rules import Decision, Row, UnitMap, Where, route
from tickets.book import FRESH_SECONDS, book, local_day
from tickets.models import Category, Limit, Ticket
from tickets.states import State
from units.models import Place, Unit, User


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


def desk(user_tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """What waits for a dispatcher, the most pressing first (urgent ones have the shortest time)."""
    return _rows(user_tickets.waiting_dispatch()).order_by("dispatch_due", "pk")


def district_desk(user_tickets: QuerySet[Ticket], user: User) -> QuerySet[Ticket]:
    """What a district may still pass on among its units: unsigned within it, or signed by itself."""
    if user.unit is None:
        return user_tickets.none()
    own = Q(state=State.HANDLING, lead=user.unit)
    found = user_tickets.filter(Q(state=State.DISPATCHED) | own).led_under(user.unit)
    return _rows(found).order_by("sign_due", "pk")


def _rows(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    return tickets.select_related("category", "place__district", "place__street", "limit", "lead")


@dataclass(frozen=True)
class Proposal:
    """What would happen to a request if it were dispatched now, in rows and moments a person can read."""

    limit: Limit
    sign_by: datetime
    contact_by: datetime
    done_by: datetime
    version: str = ""
    lead: Unit | None = None
    co: Sequence[Unit] = ()
    #: The rule that names the lead; None when the district government takes what no rule placed.
    rule: Row | None = None
    #: Why a person must decide, when there is no lead.
    obstacle: str = ""


def propose(
    category: Category | None,
    place: Place | None,
    kind: str,
    at: datetime,
    *,
    accused: int | None = None,
    limit: Limit | None = None,
) -> Proposal:
    """The suggestion with its reason and moments; `limit` None: the class of the category in force now."""
    decision = suggestion(category.code if category else "", place, kind, at, accused)
    if limit is None:
        code = category.limit_code if category and category.limit_code else book().text("default_limit", at)
        limit = book().limit(code, at)
    moments = {
        "limit": limit,
        "sign_by": book().due(limit, at, limit.sign_minutes),
        "contact_by": book().due(limit, at, limit.contact_minutes),
        "done_by": book().due(limit, at, limit.handle_minutes),
    }
    if decision is None:
        return Proposal(obstacle=obstacle(category, place, accused), **moments)
    units = Unit.objects.in_bulk([decision.lead, *decision.co])
    current = table(local_day(at))
    return Proposal(
        version=current.version if current else "",
        lead=units[decision.lead],
        co=[units[key] for key in decision.co],
        rule=decision.rule,
        **moments,
    )


def proposal_for(ticket: Ticket, at: datetime) -> Proposal:
    """The same for a ticket, by the limit it carries."""
    return propose(
        ticket.category, ticket.place, ticket.kind, at, accused=ticket.accused_id, limit=ticket.limit
    )


def obstacle(category: Category | None, place: Place | None, accused: int | None) -> str:
    """What keeps the catalogue from placing a request, in words."""
    if category is None:
        return _("未填分类")
    if place is None or place.district_id is None:
        return _("未填地点")
    if accused is not None:
        return _("目录指定的单位是被举报单位")
    return _("目录无规则")


def waits_because(ticket: Ticket, at: datetime) -> str:
    """Why a pending ticket lies on the desk."""
    if decision_for(ticket, at) is not None:
        return _("等待系统按目录派单")
    return obstacle(ticket.category, ticket.place, ticket.accused_id)
