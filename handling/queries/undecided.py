"""How many questions wait at the decisions desk of each unit, and of the city (`decisions.waiting`)."""

from collections import Counter

from django.db.models import Count, QuerySet

from handling.models import Coordination, Extension, Plan
from handling.queries import plan
from tickets.states import OPEN, WITH_UNIT, State

#: In place of a unit: those who decide for the city.
CITY = None


def undecided() -> Counter[int | None]:
    """Unit → how many wait for the word of its people, in three statements whatever the number."""
    asked = Extension.objects.filter(state=Extension.State.ASKED, ticket__state__in=WITH_UNIT)
    plans = Plan.objects.filter(plan.in_time(), ticket__state=State.HANDLING)
    return _extensions(asked) + _plans(plans) + _coordinations()


def _extensions(asked: QuerySet[Extension]) -> Counter[int | None]:
    """The city may decide each; a district those of the units below it."""
    told: Counter[int | None] = Counter()
    keys = ("ticket__lead__district", "ticket__lead", "ticket__accused")
    for district, lead, accused, count in asked.order_by().values_list(*keys).annotate(Count("pk")):
        told[CITY] += count
        if district is not None and district not in (lead, accused):
            told[district] += count
    return told


def _plans(asked: QuerySet[Plan]) -> Counter[int | None]:
    """The district signs first, then the city approves."""
    told: Counter[int | None] = Counter()
    keys = ("state", "ticket__lead__district", "ticket__accused")
    for state, district, accused, count in asked.order_by().values_list(*keys).annotate(Count("pk")):
        if state == Plan.State.SIGNED:
            told[CITY] += count
        elif state == Plan.State.ASKED and district not in (None, accused):
            told[district] += count
    return told


def _coordinations() -> Counter[int | None]:
    """The unit that was asked, or the city."""
    told: Counter[int | None] = Counter()
    asked = Coordination.objects.filter(state=Coordination.State.ASKED, ticket__state__in=OPEN)
    for level, to, accused, count in (
        asked.order_by().values_list("level", "to", "ticket__accused").annotate(Count("pk"))
    ):
        asked_of = CITY if level == Coordination.Level.CITY else to
        if asked_of is CITY or asked_of != accused:
            told[asked_of] += count
    return told
