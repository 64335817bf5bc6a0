"""The dispatch desk: what waits, and what would happen to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from dispatch.queries.placing import (
    Terms,
    decision_for,
    rows_for,
    suggestion,
    table,
    terms,
    terms_for,
    where_of,
)
from dispatch.rules import Asked, Decision, Row, choose
from tickets.book import book, local_day
from tickets.models import Category, Limit, Ticket
from tickets.states import State
from units.models import Place, Unit, User


def desk(user_tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """What waits for a dispatcher, the most pressing first (urgent ones have the shortest time)."""
    return _rows(user_tickets.waiting_dispatch()).order_by("dispatch_due", "pk")


def merged_desk(user_tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """What was merged and may be given back, the latest first."""
    found = user_tickets.filter(state=State.MERGED, master__isnull=False)
    return _rows(found).select_related("master__lead").order_by("-pk")


def district_desk(user_tickets: QuerySet[Ticket], user: User) -> QuerySet[Ticket]:
    """What a district may still pass on among its units: unsigned within it, or signed by itself."""
    if user.unit is None:
        return user_tickets.none()
    own = Q(state=State.HANDLING, lead=user.unit)
    found = user_tickets.filter(Q(state=State.DISPATCHED) | own).led_under(user)
    return _rows(found).order_by("sign_due", "pk")


def _rows(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    found = tickets.select_related("category", "place__district", "place__street", "limit", "lead")
    # A rule may ask who the caller is: read with the rows, not row by row, and nothing sealed.
    return found.annotate(caller_type=F("case__caller__type"))


@dataclass(frozen=True)
class Proposal:
    """What would happen to a request if it were dispatched now, in rows and moments a person can read."""

    terms: Terms
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

    @property
    def limit(self) -> Limit:
        return self.terms.limit


def propose(
    category: Category | None,
    place: Place | None,
    asked: Asked,
    at: datetime,
    *,
    accused: int | None = None,
    limit: Limit | None = None,
) -> Proposal:
    """The suggestion with its reason and moments; `limit`: the class an agent raised it to."""
    leaf = category.code if category else ""
    code = category.limit_code if category and category.limit_code else book().text("default_limit", at)
    carried = limit or book().limit(code, at)
    asked = replace(asked, urgent=carried.urgent)
    row = None if limit else choose(rows_for(leaf, at), where_of(place), asked)
    found = terms(carried, row, at)
    decision = suggestion(leaf, place, asked, at, accused)
    return _proposal(decision, found, at, obstacle(category, place, accused))


def proposal_for(ticket: Ticket, at: datetime) -> Proposal:
    """The same for a ticket, by the limits it would get."""
    why_not = obstacle(ticket.category, ticket.place, ticket.accused_id)
    return _proposal(decision_for(ticket, at), terms_for(ticket, at), at, why_not)


def _proposal(decision: Decision | None, found: Terms, at: datetime, why_not: str) -> Proposal:
    limit = found.limit
    moments = {
        "terms": found,
        "sign_by": book().due(limit, at, limit.sign_minutes),
        "contact_by": book().due(limit, at, limit.contact_minutes),
        "done_by": book().due(limit, at, found.handle_minutes),
    }
    if decision is None:
        return Proposal(obstacle=why_not, **moments)
    units = Unit.objects.in_bulk([decision.lead, *decision.co])
    current = table(local_day(at))
    return Proposal(
        version=current.version if current else "",
        lead=units[decision.lead],
        co=[units[key] for key in decision.co],
        rule=decision.rule,
        **moments,
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
    if ticket.clock_from is not None:
        return _("异议成立，等待改派")
    if decision_for(ticket, at) is not None:
        return _("等待系统按目录派单")
    return obstacle(ticket.category, ticket.place, ticket.accused_id)


@dataclass(frozen=True)
class Hint:
    """What a row of the desk says of its ticket: where the catalogue would send it and why, or why not."""

    lead: str = ""
    basis: str = ""
    obstacle: str = ""


def suggested(ticket: Ticket, at: datetime) -> Decision | None:
    """Where a dispatcher may send it by a nod; None where they must think, as after an upheld objection."""
    return decision_for(ticket, at) if ticket.clock_from is None else None


def hints(tickets: Sequence[Ticket], at: datetime) -> list[Hint]:
    """One for each ticket; their units are read in one statement."""
    decisions = [suggested(ticket, at) for ticket in tickets]
    leads = {decision.lead for decision in decisions if decision is not None}
    names = dict(Unit.objects.filter(pk__in=leads).values_list("pk", "name")) if leads else {}
    told = []
    for ticket, decision in zip(tickets, decisions, strict=True):
        if decision is None:
            told.append(Hint(obstacle=waits_because(ticket, at)))
        elif decision.rule is None:
            told.append(Hint(lead=names[decision.lead], basis=_("区政府兜底")))
        else:
            told.append(Hint(lead=names[decision.lead], basis=decision.rule.basis or _("目录规则")))
    return told
