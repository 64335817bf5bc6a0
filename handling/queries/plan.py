"""Long-term plans (挂账): those of an order, those that wait for a signature, those that run."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from handling.models import Contact, Milestone, Plan
from tickets.models import Event, Ticket
from tickets.states import State
from units.models import User
from units.roles import Role

ASKED = (Plan.State.ASKED, Plan.State.SIGNED)
#: Rows of the list of running plans.
SHOWN = 100


@dataclass(frozen=True)
class Aside:
    """The order's plans, the oldest first."""

    rows: list[Plan]

    @property
    def running(self) -> Plan | None:
        return next((row for row in self.rows if row.state == Plan.State.ACTIVE), None)

    @property
    def waiting(self) -> Plan | None:
        """The one that is asked for, unless the order left handling meanwhile."""
        found = next((row for row in self.rows if row.state in ASKED), None)
        return None if found is None or found.left else found


def aside(ticket: Ticket, user: User, at: datetime) -> Aside:
    """What was asked for and what became of it, with its milestones."""
    rows = ticket.plans.select_related("by", "unit", "signed_by", "approved_by", "refused_by")
    return Aside(list(rows.prefetch_related("milestones__done_by").annotate(left=_left())))


def _left() -> Exists:
    """Whether the order has left handling since the plan was asked for."""
    since = Event.objects.filter(ticket=OuterRef("ticket"), at__gt=OuterRef("at"), was=State.HANDLING)
    return Exists(since.exclude(now=State.HANDLING))


def in_time() -> Q:
    """Of a plan that still may be signed."""
    return ~Q(_left())


def lapsed(plan: Plan) -> bool:
    """Whether the order has left handling since this plan was asked for: then it must be asked for anew."""
    return Plan.objects.filter(_left(), pk=plan.pk, state__in=ASKED).exists()


def pending(ticket: Ticket) -> Plan | None:
    """The plan that is asked for, if any."""
    return ticket.plans.filter(state__in=ASKED).first()


def stretches(ticket: Ticket) -> int:
    """How often the order was put on a plan: each that was approved, and each renewal."""
    found = ticket.plans.exclude(approved_at=None).aggregate(
        plans=Count("pk"), more=Sum("renewals", default=0)
    )
    return found["plans"] + found["more"]


def told(ticket: Ticket) -> QuerySet[Contact]:
    """The contacts that reached the caller, the latest first: in one of them they were told of the plan."""
    return ticket.contacts.filter(reached=True).select_related("by").order_by("-at", "-pk")


def waiting(user: User) -> QuerySet[Plan]:
    """What waits for this person's signature: the district's first, then the city's; the oldest first."""
    rows = Plan.objects.filter(in_time(), ticket__state=State.HANDLING).select_related(
        "ticket__category", "ticket__place__district", "ticket__place__street", "ticket__lead", "unit", "by"
    )
    rows = rows.select_related("told__by", "signed_by").prefetch_related("milestones").order_by("at", "pk")
    if user.has_role(Role.SUPERVISOR):
        return rows.filter(state=Plan.State.SIGNED)
    if not user.has_role(Role.DISTRICT) or user.unit is None:
        return rows.none()
    rows = rows.filter(state=Plan.State.ASKED, ticket__lead__path__startswith=user.unit.path)
    return rows.exclude(ticket__accused__isnull=False, ticket__accused=user.unit)


def may_ask(ticket: Ticket, user: User) -> bool:
    """Whether this person may ask for a plan now."""
    found = pending(ticket)
    return "plan_ask" in ticket.facts_for(user) and (found is None or lapsed(found))


def running(user: User) -> QuerySet[Plan]:
    """The running plans of the orders this person may see, the one that ends first before the others.

    `ahead` of each holds its milestones that are not done, the next one first.
    """
    ahead = Milestone.objects.filter(done_at=None, missed=False)
    rows = Plan.objects.filter(state=Plan.State.ACTIVE, ticket__state=State.ON_PLAN)
    rows = rows.filter(ticket__in=Ticket.objects.visible_to(user))
    rows = rows.select_related("ticket__category", "ticket__lead", "unit")
    return rows.prefetch_related(Prefetch("milestones", ahead, to_attr="ahead")).order_by("until", "pk")
