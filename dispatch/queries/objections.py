"""Objections: whether a unit may raise one, what waits for a ruling and for whose, how they ended."""

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.models import Assignment, Objection
from tickets.book import book
from tickets.models import Ticket
from tickets.states import State
from units.models import Unit, User
from units.roles import Role

Verdict = Objection.Verdict
#: A ruling that took the order from the unit; a binding one did so where it awarded another unit.
LOST = Q(verdict=Verdict.UPHELD) | (Q(verdict=Verdict.RULED) & ~Q(awarded=F("unit")))
#: The unit got the order by one of these.
HANDED = frozenset({"dispatch", "redispatch"})
#: By these it took the order up: it is no stranger's any more.
TAKEN_UP = frozenset({"sign", "contact", "report", "whistle", "coordinate", "extend_ask", "plan_ask"})


@dataclass(frozen=True)
class Standing:
    """Whether the lead may object now: the `number`-th of at most `most`, until a moment.

    `obstacle`: why not, in words, and what to do instead; empty when it may.
    """

    assignment: Assignment
    until: datetime
    number: int
    most: int
    obstacle: str

    @property
    def last(self) -> bool:
        """Whether it will be answered with a binding ruling."""
        return self.number >= self.most


def standing(ticket: Ticket, at: datetime) -> Standing | None:
    """How the lead stands to the order it got (DOMAIN §3.4); None where nobody has it.

    An objection that lapsed was not ruled on, and is none of those a ticket may see.
    """
    made = ticket.assignments.order_by("-pk").first()
    if made is None or ticket.limit_id is None:
        return None
    limit = book().limit_of(ticket.limit_id)
    since, back = _since(ticket)
    until = book().due_in(limit.side_calendar_id, back or made.at, limit.object_minutes)
    number = ticket.objections.exclude(verdict=Verdict.LAPSED).count() + 1
    most = book().number("objection_max", at)
    if ticket.bound or number > most:
        obstacle = _("承办单位已经裁定，不能再提异议。请按裁定办理，确有困难可提请协调。")
    else:
        unsigned = ticket.state != State.HANDLING or "auto_sign" in since or back is not None
        obstacle = _obstacle(since, unsigned, at, until)
    return Standing(made, until, number, most, obstacle)


def _since(ticket: Ticket) -> tuple[set[str], datetime | None]:
    """What happened to the order since its unit has it; and when the unit got it back unruled, or None: its
    caller had taken it back in the middle of an objection, and then wanted it kept.
    """
    told = ticket.events.order_by("-seq").values_list("kind", "was", "at")
    kinds, unruled, back = set(), False, None
    for kind, was, at in reversed(list(takewhile(lambda event: event[0] not in HANDED, told))):
        unruled |= kind == "withdraw" and was == State.OBJECTED
        if unruled and kind == "keep_on":
            kinds, unruled, back = set(), False, at
        else:
            kinds.add(kind)
    return kinds, back


def _obstacle(since: set[str], unsigned: bool, at: datetime, until: datetime) -> str:
    if "overrule" in since:
        return _("本单位的异议已经审核，不能重复提出。请继续办理，确有困难可提请协调。")
    if "object" in since:
        return _("办理时限已到，本单位的异议未审核即自动终止，不能再提。请继续办理，确有困难可提请协调。")
    if since & TAKEN_UP or not unsigned:
        return _("本单位已签收或已开始办理，不能再提异议。请继续办理，确有困难可提请协调。")
    if at > until:
        said = timezone.localtime(until).strftime("%m-%d %H:%M")
        return _("提出异议的时限为 %s，现已超过。请继续办理，确有困难可提请协调。") % said
    return ""


def is_last(objection: Objection) -> bool:
    """Whether it reached the number a ticket may see, and is answered with a binding ruling."""
    return objection.number >= book().number("objection_max", objection.at)


def within_district(objection: Objection) -> Unit | None:
    """The district whose own matter it is: the unit and the proposed one lie in it, and it is neither."""
    district = objection.unit.district
    if district is None or objection.unit_id == district.pk or not district.covers(objection.proposed):
        return None
    return district


def may_rule(user: User, objection: Objection) -> bool:
    """Reviewers rule on any; a district on its own units' matters, but never for good (DOMAIN §3.4)."""
    if objection.verdict != Verdict.WAITING or user.unit_id == objection.unit_id:
        return False
    if user.has_role(Role.REVIEWER):
        return True
    district = within_district(objection)
    return user.has_role(Role.DISTRICT) and user.unit == district is not None and not is_last(objection)


def lost(objection: Objection) -> bool:
    """Whether it took the order from the unit: the same as `LOST`, of one row."""
    if objection.verdict == Verdict.RULED:
        return objection.awarded_id != objection.unit_id
    return objection.verdict == Verdict.UPHELD


def freed(ticket: Ticket) -> frozenset[int]:
    """The units an upheld objection took the order from: only a binding ruling brings it back to them."""
    rows = ticket.objections.filter(verdict=Verdict.UPHELD)
    return frozenset(rows.values_list("unit", flat=True))


_WITH = (
    "ticket__category", "ticket__place__district", "ticket__place__street", "ticket__limit", "ticket__lead",
    "assignment__rule", "assignment__catalogue", "assignment__by", "assignment__unit",
    "unit__district", "proposed", "awarded", "by", "ruled_by",
)  # fmt: skip


def waiting(user: User) -> QuerySet[Objection]:
    """What waits for a ruling this reader is concerned with, the most pressing first."""
    found = Objection.objects.filter(verdict=Verdict.WAITING, ticket__state=State.OBJECTED)
    if user.has_role(Role.DISTRICT) and not user.has_role(Role.REVIEWER):
        if user.unit is None:
            return found.none()
        within = user.unit.path
        found = found.filter(unit__path__startswith=within, proposed__path__startswith=within)
        found = found.filter(ticket__in=Ticket.objects.visible_to(user)).exclude(unit=user.unit)
    return found.select_related(*_WITH).order_by("due", "pk")


def unruled() -> int:
    """How many wait in the whole city."""
    return Objection.objects.filter(verdict=Verdict.WAITING, ticket__state=State.OBJECTED).count()


def history(ticket: Ticket) -> list[Objection]:
    """Every objection to the ticket, the latest first, with its papers."""
    found = ticket.objections.select_related(*_WITH).prefetch_related("evidence")
    return list(found.order_by("-pk"))


def raised_by(unit: Unit) -> QuerySet[Objection]:
    """What the unit and those below it ever raised."""
    found = Objection.objects.filter(unit__path__startswith=unit.path)
    return found.select_related("ticket", "unit", "proposed", "awarded", "by", "ruled_by")


@dataclass(frozen=True)
class Aside:
    """What the unit's pane says of objections: those to this order, and whether one may be raised now."""

    rows: list[Objection]
    #: None for people who may not object to it in any case.
    standing: Standing | None

    @property
    def waiting(self) -> Objection | None:
        """The one that waits for its ruling."""
        return next((row for row in self.rows if row.verdict == Verdict.WAITING), None)


def aside(ticket: Ticket, user: User, at: datetime) -> Aside:
    """Where the order stands, for this reader."""
    may = any(move.name == "object" for move in ticket.moves_for(user))
    return Aside(history(ticket), standing(ticket, at) if may else None)
