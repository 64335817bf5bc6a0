"""What a unit may ask to leave out, until when, and what became of what it asked."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from followup.models import Answer, Contacted, Satisfied, Solved
from scoring.models import Exclusion, Ground
from scoring.queries.ledger import asked_until, in_ledger, scheme_at
from tickets.book import book, local_day
from tickets.models import Ticket
from units.models import Unit, User

#: Rows of the list: the ones whose window ends first.
SHOWN = 50
#: No window is longer than so many days, however many holidays fall into it.
LONGEST = 60
#: The best a caller can say; anything else costs points.
PLEASED = (Satisfied.SATISFIED, Satisfied.VERY_SATISFIED)
BEST = Q(contacted=Contacted.YES, solved=Solved.SOLVED, satisfied__in=PLEASED)

State = Exclusion.State


def grounds_at(at: datetime) -> list[Ground]:
    """The grounds a unit may name for an answer of that moment."""
    allowed = scheme_at(at).grounds
    found = Ground.objects.filter(code__in=allowed, effective_from__lte=local_day(at))
    latest = {ground.code: ground for ground in found.order_by("effective_from")}
    # X10 comes after X9.
    named = sorted(allowed, key=lambda code: (len(code), code))
    return [latest[code] for code in named if code in latest and not latest[code].automatic]


def _open_since(at: datetime) -> datetime:
    """Answers before this moment are surely past their window, which never ends earlier for a later one."""
    for days in range(1, LONGEST):
        then = at - timedelta(days=days)
        if asked_until(Answer(at=then)) < at:
            return then
    return at - timedelta(days=LONGEST)


def _of(user: User, at: datetime) -> QuerySet[Answer]:
    """Answers about this person's unit and those below it, in the ledger, perhaps still in their window."""
    # By their keys: the index of a unit's answers is entered at each of them.
    ours = list(Unit.objects.under(user.unit).values_list("pk", flat=True))
    found = in_ledger().filter(unit__in=ours)
    found = found.filter(at__gte=_open_since(at), at__lte=at, ticket__exclusion=None)
    return found.filter(ticket__in=Ticket.objects.visible_to(user)).select_related("ticket", "unit")


def askable(user: User, at: datetime, *, whole: bool = False) -> list[tuple[Answer, datetime]]:
    """Answers the unit may still ask about, each with the end of its window, the most pressing first.

    Those that cost points; `whole`: all of them. One more than `SHOWN` when there are more.
    """
    found = _of(user, at) if whole else _of(user, at).exclude(BEST)
    rows = [(answer, asked_until(answer)) for answer in found.order_by("at", "pk")[: 2 * SHOWN]]
    return [(answer, until) for answer, until in rows if at <= until][: SHOWN + 1]


def answer_to_ask(user: User, ticket: Ticket, at: datetime) -> Answer | None:
    """The ticket's latest answer this person's unit may still ask about."""
    for answer in _of(user, at).filter(ticket=ticket).order_by("-round"):
        if at <= asked_until(answer):
            return answer
    return None


def applied(user: User) -> QuerySet[Exclusion]:
    """What the unit and those below it asked for, or a declaration left out for them."""
    found = Exclusion.objects.filter(unit__path__startswith=user.unit.path)
    return found.select_related("ticket", "unit", "ground", "by", "decided_by")


def application(user: User, ticket: Ticket) -> Exclusion | None:
    """The one application about the ticket, if it is this person's unit's."""
    return applied(user).select_related("first_by", "review_by").filter(ticket=ticket).first()


def review_until(row: Exclusion) -> datetime | None:
    """Until when the unit may ask for the one review; None where it may not."""
    if row.state != State.REFUSED or row.decided_at is None:
        return None
    # The action reckons by the number of the day on which it is asked; the page by that of the decision.
    return book().office_due(row.decided_at, book().number("exclusion_ask_minutes", row.decided_at))
