"""Whistles (吹哨): those of an order, the calls a unit must answer, and how the units turn out."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Avg, Count, F, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from handling.models import Call, Whistle
from handling.rules import CALLED, WHISTLERS, months_after
from tickets.flow import UNIT_STAFF
from tickets.models import Ticket
from units.models import Unit, User
from units.roles import CITY_WIDE, OF_THE_UNIT

#: A call in these states is over.
OVER = (Call.State.LEFT, Call.State.ABSENT)
#: Rows of each list of the whistles' page.
SHOWN = 50


@dataclass(frozen=True)
class Aside:
    """The order's whistles, the latest first; `mine` are the open calls of the reader's unit."""

    rows: list[Whistle]
    mine: list[Call]

    @property
    def running(self) -> Whistle | None:
        """The latest that is not over."""
        return next((row for row in self.rows if row.ended_at is None), None)

    @property
    def unrated(self) -> list[Call]:
        """Who left or never came, and waits for the street's word."""
        calls = [call for row in self.rows for call in row.calls.all()]
        return [call for call in calls if call.state in OVER and call.rated_at is None]


def aside(ticket: Ticket, user: User, at: datetime) -> Aside:
    """Each whistle with its calls."""
    calls = Call.objects.select_related("whistle", "unit", "photo", "acked_by", "arrived_by", "rated_by")
    rows = ticket.whistles.select_related("unit", "by").prefetch_related(Prefetch("calls", calls))
    found = list(rows)
    mine = [call for row in found for call in row.calls.all() if _of(user, call) and call.state not in OVER]
    return Aside(found, mine)


def callable_units(ticket: Ticket) -> QuerySet[Unit]:
    """The units a whistle for this order may call (`rules.may_be_called`)."""
    near = Q(type=Unit.Type.DISTRICT_DEPT, district=ticket.lead.district_id if ticket.lead else None)
    wide = Q(type__in=CALLED - {Unit.Type.DISTRICT_DEPT})
    return Unit.objects.active().filter(near | wide).exclude(pk=ticket.accused_id or 0).order_by("code")


def may_blow(ticket: Ticket, user: User) -> bool:
    """Whether this person stands for a street that may whistle for this order now."""
    street = ticket.lead is not None and ticket.lead.type in WHISTLERS
    return street and "whistle" in ticket.facts_for(user)


def _of(user: User, call: Call) -> bool:
    stands = user.unit is not None and user.has_role(*UNIT_STAFF)
    return stands and user.unit.covers(call.unit)


def calls_of(user: User) -> QuerySet[Call]:
    """The open calls of this person's unit and those below it, the one due first before the others."""
    if user.unit is None or not user.has_role(*UNIT_STAFF):
        return Call.objects.none()
    rows = Call.objects.filter(unit__path__startswith=user.unit.path).exclude(state__in=OVER)
    rows = rows.exclude(whistle__ticket__accused__isnull=False, whistle__ticket__accused=user.unit)
    return rows.select_related("unit", "whistle__unit", "whistle__ticket").order_by("arrive_due", "pk")


def whistles_of(user: User) -> QuerySet[Whistle]:
    """The whistles that still run on orders this person's unit leads, the latest first, with their calls."""
    if user.unit is None:
        return Whistle.objects.none()
    rows = Whistle.objects.filter(ended_at=None, ticket__lead__path__startswith=user.unit.path)
    rows = rows.select_related("unit", "ticket")
    return rows.prefetch_related(Prefetch("calls", Call.objects.select_related("unit")))


def call_in_hand(ticket: Ticket, key: int, version: str) -> tuple[Call, bool]:
    """A call of the order, and whether something happened to it since a page was made from this version.

    What other units do meanwhile does not make a page stale: nobody is to lose a photo over it. Raises
    Http404 for a call of another order.
    """
    call = Call.objects.select_related("unit", "whistle").filter(pk=key, whistle__ticket=ticket).first()
    if call is None:
        raise Http404(str(key))
    if not version.isdecimal():
        return call, True
    return call, ticket.events.filter(seq__gt=int(version), facts__call=call.pk).exists()


@dataclass(frozen=True)
class Turnout:
    """A unit's month: calls, those that came due, arrivals in time, never came, the street's mean rating.

    `rate` (报到率) is None while nothing came due, `rating` while nobody rated (DOMAIN §3.6).
    """

    unit: str
    calls: int
    due: int
    in_time: int
    absent: int
    rating: float | None

    @property
    def rate(self) -> float | None:
        return self.in_time / self.due if self.due else None

    @property
    def percent(self) -> float | None:
        return None if self.rate is None else 100 * self.rate


def turnout(user: User, month: date, *, at: datetime) -> list[Turnout]:
    """The units called in the month: all for the city's people, else one's own and those one called."""
    calls = Call.objects.filter(
        whistle__at__gte=_first(month), whistle__at__lt=_first(months_after(month, 1))
    )
    if not user.has_role(*CITY_WIDE):
        if user.unit is None or not user.has_role(*OF_THE_UNIT):
            return []
        called = Q(unit__path__startswith=user.unit.path)
        calls = calls.filter(called | Q(whistle__unit__path__startswith=user.unit.path))
    came = Q(arrived_at__isnull=False)
    rows = calls.values("unit__name").annotate(
        calls=Count("pk"),
        due=Count("pk", Q(arrive_due__lte=at) | came | Q(state=Call.State.ABSENT)),
        in_time=Count("pk", Q(arrived_at__lte=F("arrive_due"))),
        absent=Count("pk", Q(state=Call.State.ABSENT)),
        rating=Avg("rating"),
    )
    return [Turnout(unit=row.pop("unit__name"), **row) for row in rows.order_by("unit__name")]


def _first(day: date) -> datetime:
    """The first moment of the day's month in the city."""
    return timezone.make_aware(datetime.combine(day.replace(day=1), time.min))
