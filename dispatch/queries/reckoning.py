"""Which open orders a change of a calendar or a limit would move, and how far (DESIGN §4)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from dispatch.models import Adjustment
from dispatch.rules.reckoning import OPEN, Order, Ruler, Shift, by_day, minutes_after, shifts
from tickets.book import book
from tickets.models import Limit, Pause, Ticket, WorkCalendar
from tickets.rules import HANDLING, MOMENTS

#: Orders reckoned one by one for a preview, and those that are listed.
EXAMINED, LISTED = 1_000, 100
#: Counting ends here: more is "10 000+".
COUNTED = 10_000
#: The rungs of the ladder with a moment of their own.
RUNGS = {"remind_at": "remind", "warn_at": "warn", "red_at": "red", "special_at": "special"}


@dataclass(frozen=True)
class DayChange:
    """A day of a calendar is worked, or is not any more."""

    calendar: WorkCalendar
    day: date
    worked: bool
    works: bool


@dataclass(frozen=True)
class LimitChange:
    """A limit class has other numbers from a day on; the row need not be saved yet."""

    new: Limit


Change = DayChange | LimitChange


@dataclass(frozen=True)
class Effect:
    """An order and its deadlines that would move."""

    ticket: Ticket
    shifts: Sequence[Shift]
    #: The handling limit of the order itself, afterwards.
    minutes: int | None


@dataclass(frozen=True)
class Effects:
    """What a change would do. `concerned` is capped at `COUNTED`; `examined` of them were reckoned."""

    concerned: int
    examined: int
    moved: int
    later: int
    earlier: int
    #: Deadline → how many of them would move.
    fields: Sequence[tuple[str, int]]
    rows: Sequence[Effect]


def concerned(change: Change) -> QuerySet[Ticket]:
    """Open orders under the calendar or the class, as far as they reach the day."""
    found = Ticket.objects.filter(state__in=OPEN)
    if isinstance(change, LimitChange):
        return found.filter(limit__code=change.new.code)
    begin = datetime.combine(change.day, time(0), timezone.get_default_timezone())
    reaches = (
        Q(state="pending", dispatch_due__gte=begin) | Q(special_at__gte=begin) | Q(handle_due__gte=begin)
    )
    return found.filter(reaches, limit__calendar=change.calendar)


def effects(change: Change, at: datetime) -> Effects:
    """The first orders by their deadline, reckoned; four statements however many there are."""
    found = concerned(change)
    count = found.order_by().values("pk")[: COUNTED + 1].count()
    rows = list(found.select_related("limit", "lead").order_by("handle_due", "pk")[:EXAMINED])
    moved = reckoned(change, rows, at)
    handling = [shift for row in moved for shift in row.shifts if shift.field == "handle_due"]
    fields = Counter(shift.field for row in moved for shift in row.shifts)
    return Effects(
        concerned=count,
        examined=len(rows),
        moved=len(moved),
        later=sum(shift.now > shift.was for shift in handling),
        earlier=sum(shift.now < shift.was for shift in handling),
        fields=[(field, fields[field]) for field in ("dispatch_due", "sign_due", "contact_due", *HANDLING)],
        rows=moved[:LISTED],
    )


def reckoned(change: Change, tickets: Sequence[Ticket], at: datetime) -> list[Effect]:
    """Those of the tickets whose deadlines would move; two statements."""
    keys = [ticket.pk for ticket in tickets]
    pauses: dict[int, list[tuple[datetime, datetime]]] = {}
    for ticket, begin, end in Pause.objects.filter(ticket__in=keys, end__isnull=False).values_list(
        "ticket", "begin", "end"
    ):
        pauses.setdefault(ticket, []).append((begin, end))
    longer = extended(keys)
    found = []
    for ticket in tickets:
        was, now = rulers(change, ticket.limit)
        order = order_of(ticket, pauses.get(ticket.pk, ()), longer.get(ticket.pk, 0))
        moved = shifts(order, was, now, at)
        if moved:
            found.append(Effect(ticket, moved, minutes_after(order, was, now)))
    return found


def extended(keys: Iterable[int], since: datetime | None = None) -> dict[int, int]:
    """Minutes that extensions added, those asked for `since` alone. They are rows of a lower room, found by
    their reverse name.
    """
    which = Q(extensions__state="granted")
    if since is not None:
        which &= Q(extensions__at__gte=since)
    granted = Sum("extensions__minutes", filter=which)
    rows = Ticket.objects.filter(pk__in=keys).order_by().values("pk").annotate(minutes=granted)
    return {row["pk"]: row["minutes"] or 0 for row in rows}


def rulers(change: Change, limit: Limit) -> tuple[Ruler, Ruler]:
    """By what the order's deadlines were reckoned, and by what they would be."""
    if isinstance(change, LimitChange):
        return ruler(limit), ruler(change.new)
    own = ruler(limit)
    was = by_day(own.calendar, change.day, change.worked)
    return own.under(was), own.under(by_day(own.calendar, change.day, change.works))


def ruler(limit: Limit) -> Ruler:
    return Ruler(
        calendar=book().calendar_of(limit.calendar_id),
        dispatch=limit.dispatch_minutes,
        sign=limit.sign_minutes,
        contact=limit.contact_minutes,
        handle=limit.handle_minutes,
    )


def order_of(ticket: Ticket, pauses: Sequence[tuple[datetime, datetime]], longer: int) -> Order:
    """The ticket as values; the ladder is the one that was in force when its limit began."""
    began = ticket.clock_from or ticket.received_at
    return Order(
        state=ticket.state,
        received_at=ticket.received_at,
        dispatched_at=ticket.dispatched_at,
        clock_from=ticket.clock_from,
        minutes=ticket.handle_minutes,
        extended=longer,
        first_round=ticket.round == 1,
        pauses=pauses,
        moments={field: getattr(ticket, field) for field in MOMENTS},
        ladder={field: book().step(code, began).percent for field, code in RUNGS.items()},
    )


def change_of(row: Adjustment) -> Change:
    """The change that was made; the row needs its calendar and limits joined."""
    if row.new_limit is not None:
        return LimitChange(row.new_limit)
    return DayChange(row.calendar, row.day, bool(row.worked), bool(row.works))


def adjustments() -> QuerySet[Adjustment]:
    """The last ones, newest first."""
    return Adjustment.objects.select_related("calendar", "old_limit", "new_limit", "by")[:20]


def waiting(before: datetime) -> QuerySet[Adjustment]:
    """Those whose open orders are still to be moved, made before the moment, oldest first."""
    return Adjustment.objects.filter(open_too=True, done_at=None, at__lte=before).order_by("pk")
