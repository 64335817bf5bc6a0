"""What tests of objections say again and again."""

from datetime import datetime, timedelta

from dispatch.actions.objections import Grounds, Ruling, raise_objection, rule_on
from dispatch.models import Assignment, Objection
from tests.city import NOON, City
from tickets.models import Event, Notice, Pause, Ticket, Timer
from units.models import Unit, User

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WORDS = {"ground": "remit", "clause": "履职事项清单第 12 项", "text": "该小区供暖由物业自管锅炉房负责。"}
OPINION = "经核实，供热设施由该单位运维。"


def grounds(proposed: Unit, **changes: object) -> Grounds:
    """Complete grounds, unless told otherwise."""
    return Grounds(**{**WORDS, "proposed": proposed, **changes})


def objected(
    ticket: Ticket, city: City, *, by: User | None = None, to: Unit | None = None, at: datetime = NOON
) -> Objection:
    """The heating company says that the street must do it, unless told otherwise."""
    return raise_objection(ticket, grounds(to or city.street), by=by or city.clerk, at=at)


def ruled(
    ticket: Ticket,
    city: City,
    verdict: str,
    *,
    to: Unit | None = None,
    by: User | None = None,
    at: datetime = NOON + 20 * MINUTE,
    opinion: str = OPINION,
) -> Objection:
    return rule_on(ticket, Ruling(verdict, opinion, to), by=by or city.reviewer, at=at)


def second(city: City, ticket: Ticket, at: datetime = NOON + 25 * MINUTE) -> Objection:
    """Upheld for the heating company, then the sibling street says it is the housing department's."""
    objected(ticket, city)
    ruled(ticket, city, "upheld", to=city.sibling)
    return objected(ticket, city, by=city.sibling_clerk, to=city.housing, at=at)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("seq").values_list("kind", flat=True))


def traces(ticket: Ticket) -> dict[str, object]:
    """Everything a refused act must leave as it was."""
    now = fresh(ticket)
    return {
        "ticket": (now.state, now.version, now.lead_id, now.handle_due, now.bound, now.aside_at),
        "events": Event.objects.filter(ticket=ticket).count(),
        "objections": list(Objection.objects.order_by("pk").values_list("pk", "verdict", "awarded")),
        "assignments": Assignment.objects.count(),
        "pauses": Pause.objects.count(),
        "timers": list(Timer.objects.order_by("pk").values_list("pk", "due", "stopped_at", "rang_at")),
        "files": ticket.attachments.count(),
    }


def ruling_clocks(ticket: Ticket) -> int:
    """How many clocks of rulings still run."""
    return ticket.timers.open().filter(kind="objection").count()


def told(kind: str) -> set[tuple[str, str]]:
    """Unit code (empty: the city) and role of those who were told of a kind."""
    rows = Notice.objects.filter(kind=kind).values_list("unit__code", "role")
    return {(code or "", role) for code, role in rows}
