"""The supervisors' desk (督办台): cards, orders of supervision, and whatever is overdue."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dispatch.models import Card, Oversight
from tickets import pages
from tickets.models import Ticket, Timer
from tickets.queries import readable
from tickets.states import OPEN
from units.models import Unit, User
from units.roles import Role

PAGE = 30
#: A side clock that ran out longer ago is left to the ticket's own deadlines.
RECENT = timedelta(days=30)
#: Who reads the desk of the whole city; a district reads its own units'.
CITY_READERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})
READERS = CITY_READERS | {Role.DISTRICT}

#: kind of a side clock that rang → what was missed. Orders of supervision have a list of their own.
LATE: Mapping[str, Promise] = {
    "guidance": _("告知途径未按时确认"),
    "objection": _("异议未按时裁定"),
    "extension": _("延期申请未按时审批"),
    "milestone": _("挂账计划节点未按时完成"),
    "coordination": _("协调意见超时"),
    "on_site": _("未按现场办理令到场"),
    "whistle_ack": _("未按时应哨"),
    "whistle_arrive": _("吹哨未按时报到"),
    "co": _("协办超时"),
}


@dataclass(frozen=True)
class Filter:
    """Which cards: of a kind, of a group of units, acknowledged or not ("yes", "no"); empty: all."""

    kind: str = ""
    group: str = ""
    told: str = ""


#: Cards whose unit has not accounted for them.
WAITING = Filter(told="no")


@dataclass(frozen=True)
class Line:
    """A row of the desk, whichever list it stands in. `due`: a clock that runs or ran out."""

    ticket: Ticket
    unit: Unit | None
    tag: str | Promise
    colour: str
    at: datetime
    due: datetime | None = None
    note: str | Promise = ""
    #: Something that says more about the row, in grey.
    more: str = ""

    @property
    def hours(self) -> float:
        """How long the clock runs in all, by which it knows when to change its colour."""
        if self.due is not None and self.due > self.at:
            return (self.due - self.at).total_seconds() / 3600
        return (self.ticket.handle_minutes or 0) / 60


@dataclass(frozen=True)
class View:
    """A list of the desk. `hot`: something waits there that should not."""

    key: str
    label: Promise
    icon: str
    find: Callable[[User, datetime], QuerySet[Model]]
    order: str
    line: Callable[[Model, datetime], Line]
    hot: bool = False


def _within(user: User, found: QuerySet[Model], path: str) -> QuerySet[Model]:
    """The whole city's for its supervision; else what lies under the person's own unit."""
    return found if user.has_role(*CITY_READERS) else found.filter(**{f"{path}__in": user.reach})


def cards(user: User, at: datetime) -> QuerySet[Card]:
    found = Card.objects.select_related("unit", "ticket", "acknowledged_by")
    return _within(user, found, "unit")


def chosen(found: QuerySet[Card], by: Filter) -> QuerySet[Card]:
    """Those of the cards that fit the filter."""
    if by.kind:
        found = found.filter(kind=by.kind)
    if by.group:
        found = found.filter(unit__rank_group=by.group)
    return found.filter(acknowledged_at__isnull=by.told == "no") if by.told else found


def orders(user: User, at: datetime) -> QuerySet[Oversight]:
    """Orders of supervision that are not ended, by when the reply is or was due."""
    found = Oversight.objects.exclude(state=Oversight.State.ENDED).select_related("ticket__lead", "by")
    return _within(user, found, "ticket__lead")


def overdue(user: User, at: datetime) -> QuerySet[Ticket]:
    """The limit is over and still nothing was reported."""
    return _within(user, Ticket.objects.owing().select_related("lead"), "lead")


def far_overdue(user: User, at: datetime) -> QuerySet[Ticket]:
    """Beyond the top of the ladder: three times the limit, as the city's rows have it."""
    return overdue(user, at).filter(special_at__lte=at)


def late_sides(user: User, at: datetime) -> QuerySet[Timer]:
    """Side clocks of open tickets that ran out of late; found by the tickets, most of which have ended."""
    since = at - RECENT
    found = Timer.objects.filter(rang_at__gte=since, kind__in=LATE)
    found = found.filter(ticket__state__in=OPEN, ticket__rung_at__gte=since)
    return _within(user, found.select_related("ticket__lead"), "ticket__lead")


def _card_line(card: Card, at: datetime) -> Line:
    colour = "solid-red" if card.kind == Card.Kind.RED else "orange"
    note = card.account if card.acknowledged_at else _("还没有说明情况")
    return Line(
        card.ticket, card.unit, card.get_kind_display(), colour, card.at, None, note, card.get_why_display()
    )


def _order_line(row: Oversight, at: datetime) -> Line:
    replied = row.state == Oversight.State.REPLIED
    late = row.late and not replied
    tag, colour = (_("逾期未回复"), "red") if late else (row.get_state_display(), "")
    return Line(
        row.ticket,
        row.ticket.lead,
        tag,
        "blue" if replied else colour or "orange",
        row.at,
        None if replied else row.due,
        row.demand,
        row.get_kind_display(),
    )


def _ticket_line(ticket: Ticket, at: datetime) -> Line:
    far = ticket.special_at is not None and ticket.special_at <= at
    tag, colour = (_("严重超时"), "solid-red") if far else (_("已超时"), "red")
    return Line(ticket, ticket.lead, tag, colour, ticket.handle_due, ticket.handle_due, ticket.content)


def _side_line(timer: Timer, at: datetime) -> Line:
    return Line(
        timer.ticket,
        timer.ticket.lead,
        LATE[timer.kind],
        "orange",
        timer.due,
        timer.due,
        timer.ticket.content,
    )


VIEWS: Mapping[str, View] = {
    view.key: view
    for view in (
        View("orders", _("督办单"), "speakerphone", orders, "due", _order_line),
        View("cards", _("红黄牌"), "flag", cards, "-at", _card_line),
        View("far", _("严重超时"), "urgent", far_overdue, "handle_due", _ticket_line, hot=True),
        View(
            "overdue", _("已超时未反馈"), "clock-exclamation", overdue, "handle_due", _ticket_line, hot=True
        ),
        View("sides", _("协同环节超时"), "hourglass", late_sides, "-rang_at", _side_line),
    )
}


@dataclass(frozen=True)
class Listing:
    """A page of a list. `seen`: the tickets the reader may open."""

    lines: Sequence[Line]
    seen: frozenset[int]
    after: str


def listing(user: User, view: View, at: datetime, by: Filter, after: str = "") -> Listing:
    """One page of a view; the filter is the cards' alone."""
    found = view.find(user, at)
    if view.key == "cards":
        found = chosen(found, by)
    page = pages.page(found, view.order, PAGE, after)
    lines = [view.line(row, at) for row in page.rows]
    # A card stays with the unit that got it, whoever leads its ticket now.
    return Listing(lines, readable(user, [line.ticket.pk for line in lines]), page.after)


def rail(user: User, at: datetime) -> list[tuple[View, str]]:
    """The views with how many rows each has, in one statement; of cards those without an account."""
    found = {view.key: view.find(user, at) for view in VIEWS.values()}
    found["cards"] = chosen(found["cards"], WAITING)
    sums = {f"n_{key}": pages.Counted(rows) for key, rows in found.items()}
    row = User.objects.filter(pk=user.pk).values(**sums).get()
    return [(view, pages.shown(row[f"n_{view.key}"])) for view in VIEWS.values()]


def orders_of(ticket: Ticket) -> list[Oversight]:
    """All orders of supervision of a ticket with what was said, the latest first; two statements."""
    rows = ticket.oversights.select_related("by__unit", "ended_by").prefetch_related("replies__by__unit")
    return list(rows)


def cards_of(ticket: Ticket) -> list[Card]:
    """The cards of a ticket, the latest first."""
    return list(ticket.cards.select_related("unit", "acknowledged_by"))
