"""What a declaration covers, and how much of it is left out already."""

from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from followup.models import Answer
from scoring.models import Declaration, Exclusion
from scoring.queries.ledger import in_ledger
from tickets.facts import ANSWERED
from tickets.models import Category, Ticket
from tickets.pages import COUNTED, shown
from units.models import Place

State = Exclusion.State
#: A declaration leaves these as they are: out already, or put back by a person.
SETTLED = (State.GRANTED, State.REVOKED)
#: An answer is written at most so long after the moment it bears.
OVERLAP = timedelta(days=1)


def covered(row: Declaration) -> QuerySet[Ticket]:
    """The requests it is about: taken in its time, of its matters, at its places."""
    found = Ticket.objects.filter(received_at__gte=row.begins, received_at__lt=row.ends)
    if row.categories:
        named = Q(code__in=row.categories) | Q(parent__code__in=row.categories)
        named |= Q(parent__parent__code__in=row.categories)
        found = found.filter(category__in=Category.objects.filter(named))
    if row.places:
        within = Q(code__in=row.places) | Q(street__code__in=row.places) | Q(district__code__in=row.places)
        found = found.filter(place__in=Place.objects.filter(within))
    return found


def left_in(row: Declaration) -> QuerySet[Ticket]:
    """What it covers and the ledger still counts; after the first look, among the answers since."""
    answers = in_ledger().filter(ticket=OuterRef("pk"))
    if row.swept_at is not None:
        answers = answers.filter(at__gte=row.swept_at - OVERLAP)
    found = covered(row).filter(Exists(answers), state__in=ANSWERED)
    return found.exclude(Exists(Exclusion.objects.filter(ticket=OuterRef("pk"), state__in=SETTLED)))


def in_force(at: datetime) -> QuerySet[Declaration]:
    """Those that a second person had confirmed by the moment, and nobody revoked."""
    return Declaration.objects.filter(confirmed_at__lte=at, revoked_at=None).order_by("pk")


def to_restore(at: datetime) -> QuerySet[Ticket]:
    """What a declaration left out that was revoked by the moment, and that does not count again yet."""
    out = Exclusion.objects.filter(state=State.GRANTED, declaration__revoked_at__lte=at)
    return Ticket.objects.filter(exclusion__in=out, state__in=ANSWERED)


def swept_until(at: datetime) -> datetime:
    """No answer before this moment is still to be counted."""
    oldest = Answer.objects.filter(counted=False).aggregate(at=Min("at"))["at"]
    return min(at, oldest) if oldest else at


def unfinished(at: datetime) -> bool:
    """Whether anything declared is still counted, or anything revoked is still left out."""
    return to_restore(at).exists() or any(left_in(row).exists() for row in in_force(at))


def left_count(row: Declaration) -> str:
    """How many tickets that is, or are to count again, as it is read: a capped count."""
    back = row.revoked_at
    found = to_restore(back).filter(exclusion__declaration=row) if back else left_in(row)
    return shown(found[: COUNTED + 1].count())


def counted_answer(ticket: Ticket) -> Answer | None:
    """The ticket's latest answer in the ledger."""
    return in_ledger().filter(ticket=ticket).select_related("unit").order_by("-round").first()


def listed() -> QuerySet[Declaration]:
    """All declarations, newest first, each with the number of tickets `out` by it."""
    out = Count("exclusions", filter=Q(exclusions__state=State.GRANTED))
    return (
        Declaration.objects.select_related("by", "confirmed_by", "revoked_by")
        .annotate(out=out)
        .order_by("-at", "-pk")
    )


def names_of(row: Declaration) -> dict[str, list[str]]:
    """The words of its codes."""
    return {
        "categories": list(
            Category.objects.filter(code__in=row.categories).values_list("path_name", flat=True)
        ),
        "places": [
            place.full_name
            for place in Place.objects.filter(code__in=row.places).select_related("district", "street")
        ],
    }
