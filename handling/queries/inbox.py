"""The unit's inbox: its views, how many orders lie in each, and what a clerk needs to see of one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dispatch.models import CoTask, Oversight
from handling.models import Contact, Note, Report
from handling.rules import may_hold
from intake.models import Case
from tickets import pages
from tickets.models import Attachment, Event, Ticket
from tickets.notices import command_of
from tickets.states import WITH_UNIT, State
from units.models import Unit, User
from units.roles import CITY_WIDE, OF_THE_UNIT, Role

PAGE = 30
#: Events shown beside the list; the full page has them all.
SHOWN = 8

Pick = Callable[[QuerySet[Ticket], User, datetime], QuerySet[Ticket]]


@dataclass(frozen=True)
class View:
    """A named list of the inbox. `hot`: something waits there that should not."""

    key: str
    label: Promise
    icon: str
    pick: Pick
    order: str = "handle_due"
    hot: bool = False
    roles: frozenset[str] = frozenset(Role)


def _overseen(q: QuerySet[Ticket], user: User, at: datetime) -> QuerySet[Ticket]:
    """A reply to the supervision is owed."""
    return q.filter(Exists(Oversight.objects.filter(ticket=OuterRef("pk"), state=Oversight.State.OPEN)))


def _reported_late() -> Q:
    """The limit had ended when the result came, or before the leader looked at it."""
    waiting = Report.objects.filter(ticket=OuterRef("pk"), verdict=Report.Verdict.WAITING)
    return Q(Exists(waiting), state=State.FOLLOWUP)


def _owed(q: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The limit has ended, and nothing was reported yet."""
    return q.filter(state=State.FOLLOWUP, overdue_at__isnull=False, reported_at=None, withdrawn_at=None)


def _month(at: datetime) -> datetime:
    """The first moment of the city's current month."""
    return timezone.localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


VIEWS = {
    view.key: view
    for view in (
        View(
            "unsigned", _("待签收"), "inbox", lambda q, user, at: q.filter(state=State.DISPATCHED), hot=True
        ),
        View(
            "soon",
            _("即将超时"),
            "clock-exclamation",
            lambda q, user, at: q.filter(warn_at__lte=at),
            hot=True,
        ),
        View("open", _("全部未办结"), "list", lambda q, user, at: q.with_unit()),
        View("mine", _("我负责的"), "user", lambda q, user, at: q.filter(assignee=user)),
        View(
            "reported",
            _("待审核"),
            "user-check",
            lambda q, user, at: q.filter(Q(state=State.REPORTED) | _reported_late()),
            hot=True,
            roles=frozenset({Role.LEADER}),
        ),
        View("overseen", _("督办"), "urgent", _overseen, hot=True, roles=OF_THE_UNIT),
        View("co", _("协办"), "share", lambda q, user, at: q.open(), order="co_due", roles=OF_THE_UNIT),
        View("plan", _("挂账"), "pin", lambda q, user, at: q.filter(state=State.ON_PLAN), roles=OF_THE_UNIT),
        View(
            "followup",
            _("待回访"),
            "phone",
            lambda q, user, at: q.waiting_followup(),
            order="followup_due",
        ),
        View("owed", _("逾期待补报"), "alarm", lambda q, user, at: _owed(q), hot=True),
        View("again", _("回访未解决"), "mood-sad", lambda q, user, at: q.filter(round__gt=1), hot=True),
        View(
            "closed",
            _("本月已办结"),
            "circle-check",
            lambda q, user, at: q.filter(state=State.CLOSED, closed_at__gte=_month(at)),
            order="-closed_at",
        ),
    )
}
#: These count what runs at the unit; the others choose states of their own.
_RUNNING = frozenset({"soon", "mine", "again"})


def views_for(user: User) -> list[View]:
    return [view for view in VIEWS.values() if user.has_role(*view.roles)]


def listed(user: User, view: View, at: datetime) -> QuerySet[Ticket]:
    """The orders of a view, as far as this person may see them. A grid worker has only what is assigned."""
    if view.key == "co":
        found = _helped(user)
    elif not user.has_role(*OF_THE_UNIT):
        found = Ticket.objects.visible_to(user).filter(assignee=user)
    # What is to be signed is the lead's, though it gave it to somebody below already.
    elif view.key != "unsigned" and _inside(user):
        found = Ticket.objects.visible_to(user).filter(_ours(user))
    else:
        found = Ticket.objects.led_under(user)
    if view.key in _RUNNING:
        found = found.with_unit()
    return view.pick(found, user, at)


def _inside(user: User) -> bool:
    """Whether the person's unit may be the inner hand of the one above; the others' lists need not look."""
    above = command_of(user.unit_id)
    return may_hold(above.above_type, above.type)


def _ours(user: User) -> Q:
    return Q(lead__in=user.reach) | Q(inner__in=user.reach)


def _helped(user: User) -> QuerySet[Ticket]:
    """What the person's units still have to do as co-units, with the moment their first part is due."""
    parts = CoTask.objects.of(user).filter(done_at=None)
    # The parts first: so many joins are planned as they are written, and the unit has seen thousands.
    found = Ticket.objects.filter(pk__in=parts.values("ticket")).visible_to(user)
    first = parts.filter(ticket=OuterRef("pk")).order_by("due").values("due")[:1]
    due = Coalesce(Subquery(first), F("handle_due"), F("received_at"))
    return found.exclude(lead__in=user.reach).annotate(co_due=due)


def searched(tickets: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """Those that hold every word typed, in number, title, text or place.

    Plain LIKE: a unit's own view is small, and here parts of words and numbers must be found too.
    """
    for word in text.split():
        tickets = tickets.filter(
            Q(number__icontains=word)
            | Q(title__icontains=word)
            | Q(content__icontains=word)
            | Q(location__icontains=word)
            | Q(place__name__icontains=word)
        )
    return tickets


def page(user: User, view: View, at: datetime, *, text: str = "", after: str = "") -> pages.Page[Ticket]:
    """One page of a view; its key is null in none of its rows."""
    found = searched(listed(user, view, at), text)
    found = found.select_related("category", "place__street", "place__district", "lead", "assignee")
    return pages.page(found, view.order, PAGE, after)


@dataclass(frozen=True)
class Line:
    """An order as the list shows it to this reader."""

    ticket: Ticket
    user: User

    @property
    def may_sign(self) -> bool:
        """Whether it may be ticked, to be signed with others."""
        return self.ticket.may("sign", self.user)

    @property
    def running(self) -> bool:
        """Whether the unit's clock runs; it has stopped once the caller is to be asked."""
        return self.ticket.state in WITH_UNIT

    @property
    def due(self) -> datetime | None:
        """When it is due for the reader: among the co-units' orders, their own part."""
        return getattr(self.ticket, "co_due", None) or self.ticket.handle_due

    @property
    def hours(self) -> float:
        """The limit, by which a running clock knows when to change its colour."""
        return (self.ticket.handle_minutes or 0) / 60


def line(ticket: Ticket, user: User, view: View, at: datetime) -> Line:
    """The order as this view shows it; its own due moment is worked out where the view has one."""
    there = listed(user, view, at).filter(pk=ticket.pk).first() if view.order == "co_due" else None
    return Line(there or ticket, user)


def rail(user: User, at: datetime) -> list[tuple[View, str]]:
    """The views with how many lie in each, in one statement; "999+" beyond `pages.COUNTED`."""
    views = views_for(user)
    sums = {f"n_{view.key}": pages.Counted(listed(user, view, at)) for view in views}
    row = Unit.objects.filter(pk=user.unit_id).values(**sums).get()
    return [(view, pages.shown(row[f"n_{view.key}"])) for view in views]


def picked(user: User, numbers: Iterable[str]) -> list[Ticket]:
    """Those of the numbers this person may see, fresh."""
    return list(Ticket.objects.visible_to(user).filter(number__in=list(numbers)).select_related("lead"))


@dataclass(frozen=True)
class Desk:
    """Everything beside the ticket that its pane shows. `case` is empty when the caller is kept secret."""

    moves: frozenset[str]
    facts: frozenset[str]
    case: Case | None
    contacts: list[Contact]
    notes: list[Note]
    reports: list[Report]
    photos: list[Attachment]
    events: list[Event]
    #: The limit ended without a result, and this reader may still report it.
    owing: bool

    @property
    def waiting_report(self) -> Report | None:
        """The one the leader has to judge."""
        waiting = [row for row in self.reports if row.verdict == Report.Verdict.WAITING]
        return waiting[-1] if waiting else None

    @property
    def sent_back(self) -> Report | None:
        """What the leader or those above wanted done better, while it is the last word."""
        last = self.reports[-1] if self.reports else None
        back = (Report.Verdict.SENT_BACK, Report.Verdict.RETURNED)
        return last if last is not None and last.verdict in back else None

    @property
    def to_approve(self) -> bool:
        """Whether a result waits for this reader's word."""
        return "approve" in self.moves or ("approve_late" in self.facts and self.waiting_report is not None)


def desk(ticket: Ticket, user: User) -> Desk:
    """What stands beside the ticket, for this reader."""
    case = Case.objects.select_related("caller").filter(ticket=ticket).first()
    facts = frozenset(ticket.facts_for(user))
    return Desk(
        moves=frozenset(move.name for move in ticket.moves_for(user)),
        facts=facts,
        case=None if case is None or _kept_from(case, user) else case,
        contacts=list(ticket.contacts.select_related("by", "unit")),
        notes=list(ticket.notes.select_related("by", "unit")),
        reports=list(ticket.reports.select_related("by", "verdict_by").prefetch_related("evidence")),
        photos=list(ticket.attachments.order_by("pk")),
        events=list(ticket.events.select_related("actor", "unit").order_by("-seq")[:SHOWN]),
        owing="report_late" in facts and ticket.clocks.owing and ticket.withdrawn_at is None,
    )


def _kept_from(case: Case, user: User) -> bool:
    """Whether this reader may not even see the masked caller (DOMAIN §4.7)."""
    return case.hide_identity and not user.has_role(*CITY_WIDE)


def evidence_of(ticket: Ticket) -> QuerySet[Attachment]:
    """Evidence the ticket already holds, for the report to name."""
    return ticket.attachments.filter(purpose=Attachment.Purpose.EVIDENCE).order_by("pk")
