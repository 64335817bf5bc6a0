"""What an agent needs to see while the caller speaks."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cachetools.func import ttl_cache
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from intake.models import Call, Caller, Case, Guidance, Word
from intake.requests import Request
from tickets.book import KEPT_SECONDS, book, local_day
from tickets.models import Category, Ticket
from tickets.states import DESK_ENDS, OPEN, Kind, Outcome, State
from units.models import Place, Unit, User

#: Rows of a side list: more cannot be read while a caller waits.
SHOWN = 6
#: Earlier tickets looked through for unsettled ones; of more the desk says "at least".
READ = 50
#: Rows of a pick list.
OFFERED = 20
#: The agent's own tickets on the idle desk.
RECENT = 5


def running_call(agent: User) -> Call | None:
    """The call at this desk now."""
    return Call.objects.filter(agent=agent, ended_at=None).select_related("caller").order_by("-pk").first()


def call_of(agent: User, key: str) -> Call | None:
    """This call of the agent's, running or over: a form may be finished after the caller hung up."""
    found = Call.objects.filter(agent=agent).select_related("caller")
    return found.filter(pk=key).first() if key.isdecimal() else None


def earlier_tickets(agent: User, caller: Caller, at: datetime) -> QuerySet[Ticket]:
    """The caller's tickets of the last months (`history_months`), newest first, that the agent may see."""
    since = at - timedelta(days=30 * book().number("history_months", at))
    found = Ticket.objects.visible_to(agent).filter(case__caller=caller, received_at__gte=since)
    return found.select_related("category", "lead").order_by("-received_at")


def repeat_of(caller: Caller, request: Request, at: datetime) -> int | None:
    """The key of the caller's last ticket on this leaf and place within `duplicate_days` (DOMAIN §2.2).

    Within that time it was received, or closed: then the matter is back (反弹).
    """
    known = caller.phone_index is not None and not caller.met_now
    if not known or request.category is None or request.place is None:
        return None
    since = at - timedelta(days=book().number("duplicate_days", at))
    alike = Ticket.objects.filter(
        Q(received_at__gte=since) | Q(closed_at__gte=since),
        case__caller=caller,
        category=request.category,
        place=request.place,
    )
    return alike.exclude(state__in=DESK_ENDS).order_by("-pk").values_list("pk", flat=True).first()


def alike(category: Category | None, place: Place | None, at: datetime) -> QuerySet[Ticket]:
    """Tickets of anyone on the same leaf at the same place within `duplicate_days`, newest first.

    A 举报 is left out: that there is one is already a secret (DOMAIN §4.7).
    """
    if category is None or place is None:
        return Ticket.objects.none()
    since = at - timedelta(days=book().number("duplicate_days", at))
    found = Ticket.objects.filter(category=category, place=place, received_at__gte=since)
    found = found.exclude(state__in=DESK_ENDS).exclude(kind=Kind.TIP_OFF)
    return found.select_related("lead").order_by("-received_at")[:SHOWN]


def filed_before(key: str | None) -> Ticket | None:
    """The ticket that this client key made, if it did."""
    return Ticket.objects.filter(client_key=key).first() if key else None


def recent(agent: User) -> QuerySet[Ticket]:
    """The agent's own last tickets."""
    return Ticket.objects.filter(taken_by=agent).select_related("lead").order_by("-pk")[:RECENT]


def urge_from(ticket: Ticket, at: datetime) -> datetime | None:
    """When the caller may urge next; None: now. `urge_gap_minutes` apart, `urge_per_day` at the most."""
    urges = ticket.words.filter(kind=Word.Kind.URGE).order_by("-at")
    last = list(urges.values_list("at", flat=True)[: book().number("urge_per_day", at)])
    if not last:
        return None
    again = last[0] + book().minutes("urge_gap_minutes", at)
    midnight = datetime.combine(local_day(at), time.min, timezone.get_default_timezone())
    if len(last) == book().number("urge_per_day", at) and last[-1] >= midnight:
        again = max(again, midnight + timedelta(days=1))
    return again if again > at else None


def said_later(ticket: Ticket) -> QuerySet[Word]:
    """What its caller, and those of its duplicates, said later; oldest first."""
    # Two short walks along indexes; a condition on the join would read all words ever said.
    whose = Ticket.objects.filter(Q(pk=ticket.pk) | Q(master=ticket))
    return Word.objects.filter(ticket__in=whose.values("pk")).select_related("ticket", "by")


def others_asking(ticket: Ticket) -> QuerySet[Case]:
    """The callers of the duplicates that were merged into this ticket, in the order they asked."""
    found = Case.objects.filter(ticket__master=ticket).select_related("caller", "ticket")
    return found.order_by("ticket__received_at", "pk")


def still_open(tickets: list[Ticket]) -> list[Ticket]:
    """Those about which there is still something to say: to add, to urge, to take back."""
    return [ticket for ticket in tickets if ticket.state in OPEN | {State.MERGED}][:SHOWN]


def unsettled(tickets: list[Ticket]) -> list[Ticket]:
    """Those that are open, were reopened, or ended unsolved: say so before writing another one."""
    return [t for t in tickets if t.state in OPEN or t.round > 1 or t.outcome == Outcome.NOT_SOLVED]


@dataclass(frozen=True)
class Today:
    """An agent's day so far."""

    calls: int
    tickets: int
    #: Tickets ended at the desk with an answer or a way, in percent; None before the first ticket.
    answered_percent: int | None


def today(agent: User, at: datetime) -> Today:
    """What the agent did since the city's midnight."""
    midnight = datetime.combine(local_day(at), time.min, timezone.get_default_timezone())
    calls = Call.objects.filter(agent=agent, started_at__gte=midnight).count()
    mine = Ticket.objects.filter(taken_by=agent, received_at__gte=midnight)
    told = Q(state__in=[State.ANSWERED, State.GUIDING, State.GUIDED])
    count = mine.aggregate(all=Count("pk"), told=Count("pk", filter=told))
    percent = round(100 * count["told"] / count["all"]) if count["all"] else None
    return Today(calls, count["all"], percent)


def categories_typed(text: str, at: datetime, upper: bool = False) -> QuerySet[Category]:
    """Leaves in force whose name, path, synonyms, initials or code match; `upper`: and the classes above."""
    text = text.strip()
    match = (
        Q(path_name__icontains=text)
        | Q(synonyms__icontains=text)
        | Q(initials__startswith=text.lower())
        | Q(code__startswith=text)
    )
    known = Category.objects.all() if upper else Category.objects.leaves()
    return known.in_force(local_day(at)).filter(match).order_by("code")[:OFFERED]


@ttl_cache(maxsize=4096, ttl=KEPT_SECONDS)
def category_of(code: str, at_day: date) -> Category | None:
    """The leaf in force with this code; do not change what you get, others hold it too."""
    return Category.objects.leaves().in_force(at_day).filter(code=code).first()


@ttl_cache(maxsize=4096, ttl=KEPT_SECONDS)
def place_of(code: str) -> Place | None:
    """The place with this code, its street and district with it; as `category_of`.

    A city has thousands of communities and few streets: a row without their joins costs a third.
    """
    place = Place.objects.filter(code=code, active=True).first()
    if place is not None:
        above = _above(place.district_id, place.street_id)
        place.district, place.street = above.get(place.district_id), above.get(place.street_id)
    return place


@ttl_cache(maxsize=1024, ttl=KEPT_SECONDS)
def _above(*keys: int | None) -> dict[int, Place]:
    """A place's district and street by their keys."""
    return Place.objects.in_bulk([key for key in keys if key is not None])


@ttl_cache(maxsize=4096, ttl=KEPT_SECONDS)
def unit_with(code: str) -> Unit | None:
    """The active unit with this code; as `category_of`."""
    return Unit.objects.active().filter(code=code).first()


@ttl_cache(maxsize=4096, ttl=KEPT_SECONDS)
def unit_of(key: int) -> Unit:
    """A unit by its key; as `category_of`."""
    return Unit.objects.get(pk=key)


#: What is kept for a few seconds; a test clears it.
KEPT = (category_of, place_of, _above, unit_with, unit_of)


def guides(user: User) -> QuerySet[Guidance]:
    """What waits for the team leader, the one due first before the others."""
    rows = Guidance.objects.filter(verdict=Guidance.Verdict.WAITING)
    rows = rows.filter(ticket__in=Ticket.objects.visible_to(user))
    rows = rows.select_related("by", "ticket__category", "ticket__place__district", "ticket__place__street")
    return rows.order_by("due", "pk")
