"""The city as the simulation draws from it: what is asked, where, how often, and how good each unit is."""

from bisect import bisect
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, Generic, TypeVar

from django.utils import timezone

from hotline.simulation.people import People
from tickets.book import local_day
from tickets.models import Category
from units.models import Place, Unit, User
from units.roles import Role

if TYPE_CHECKING:
    from hotline.simulation.life import Life

T = TypeVar("T")

#: Requests by hour of the day, in percent; the busiest hour has 12 (DOMAIN §5).
HOURS = (1, 0.5, 0.4, 0.3, 0.4, 0.8, 2, 4, 8, 12, 10, 8, 5, 5, 7, 7.6, 7, 6, 4.5, 4, 3.5, 2.5, 2, 1.5)
#: Monday to Sunday, against the mean.
WEEKDAYS = (1.2, 1.1, 1.05, 1.05, 1.05, 0.8, 0.75)
#: The part of all requests that lies where the demonstration's people work.
FOCUS = 0.2


class Weighted(Generic[T]):
    """Draws rows by weight."""

    def __init__(self, rows: Sequence[T], weights: Sequence[float]) -> None:
        self.rows = rows
        self._sums = list(accumulate(weights))

    def draw(self, rng: Random) -> T:
        return self.rows[min(bisect(self._sums, rng.random() * self._sums[-1]), len(self.rows) - 1)]


@dataclass(frozen=True)
class Quality:
    """How a unit works: chances between 0 and 1, and its pace (1 is usual, 2 takes twice as long)."""

    contacts: float
    reports: float
    solves: float
    pace: float


@dataclass
class World:
    """Everything the lives of tickets draw from."""

    seed: int
    zone: tzinfo
    centre: Unit
    leaves: Weighted[Category]
    streets: Weighted[Place]
    focus: Sequence[Place]
    communities: Mapping[int, Sequence[Place]]
    units: Mapping[int, Unit]
    districts: Sequence[Unit]
    people: People
    end: datetime
    #: Different telephone numbers.
    callers: int
    #: How much oftener than usual something goes on beside the main line.
    stir: float = 1
    #: Units where somebody can sign in.
    staffed: frozenset[int] = frozenset()
    #: The latest orders, of which others may tell as well.
    recent: "deque[Life]" = field(default_factory=lambda: deque(maxlen=40))
    _near: dict[int, Sequence[Unit]] = field(default_factory=dict)

    def rng(self, *key: object) -> Random:
        """Chance of its own for everything that has a name, so that the order of things changes nothing."""
        return Random(":".join(str(part) for part in (self.seed, *key)))

    def quality(self, unit: Unit) -> Quality:
        rng = self.rng("unit", unit.code)
        good = rng.betavariate(4, 2.2)
        return Quality(
            contacts=0.7 + 0.3 * good,
            reports=0.78 + 0.21 * good,
            solves=0.45 + 0.52 * good,
            pace=1.35 - 0.7 * good + rng.uniform(-0.1, 0.1),
        )

    def place(self, rng: Random) -> Place:
        """A street by population, or one of its communities."""
        focused = self.focus and rng.random() < FOCUS
        street = rng.choice(self.focus) if focused else self.streets.draw(rng)
        near = self.communities.get(street.pk, ())
        return rng.choice(near) if near and rng.random() < 0.75 else street

    def phone(self, rng: Random) -> str:
        """A number in a range that is given to nobody."""
        return f"1990000{rng.randrange(self.callers) % 10000:04d}"

    def near(self, unit: Unit) -> Sequence[Unit]:
        """Whose matter it might be instead: those of the same district, the city's departments, companies."""
        if unit.pk not in self._near:
            self._near[unit.pk] = [
                one for one in self.units.values() if _is_near(unit, one) and not unit.covers(one)
            ]
        return self._near[unit.pk]

    def above(self, unit: Unit) -> User:
        """Who decides what the unit asks for: its district, or the city (DOMAIN §3.3)."""
        if unit.district_id is None or unit.district_id == unit.pk:
            return self.people.of(self.centre, Role.SUPERVISOR)[0]
        return self.people.of(self.units[unit.district_id], Role.DISTRICT)[0]

    def anyone(self, role: str, rng: Random) -> User:
        return rng.choice(self.people.on_the_line(self.centre, role))

    def by_day(self, at: datetime, rng: Random, opens: int = 8, closes: int = 20) -> datetime:
        """The moment, or the next morning when offices and callers sleep."""
        local = at.astimezone(self.zone)
        if opens <= local.hour < closes:
            return at
        morning = local.replace(hour=opens, minute=rng.randrange(60), second=rng.randrange(60))
        return morning + timedelta(days=1 if local.hour >= closes else 0)

    def arrivals(self, start: datetime, per_day: float) -> list[datetime]:
        """When requests come in, from the start to the end, in order."""
        rng = self.rng("arrivals")
        hours = Weighted(range(24), HOURS)
        found = []
        day = start.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        while day < self.end:
            for _request in range(round(per_day * WEEKDAYS[day.weekday()])):
                seconds = hours.draw(rng) * 3600 + rng.randrange(3600)
                found.append(day + timedelta(seconds=seconds, microseconds=rng.randrange(10**6)))
            day += timedelta(days=1)
        return sorted(at for at in found if start <= at < self.end)


def _is_near(unit: Unit, other: Unit) -> bool:
    kinds = Unit.Type
    if other.type in (kinds.CITY_DEPT, kinds.ENTERPRISE):
        return True
    within = unit.district_id is not None and other.district_id == unit.district_id
    return within and other.type in (kinds.STREET, kinds.TOWN, kinds.DISTRICT_DEPT)


def build(seed: int, end: datetime, expected: int, stir: float = 1) -> World:
    """The world of the city in the database. Raises LookupError when there is no city."""
    centre = Unit.objects.filter(type=Unit.Type.CITY_CENTRE).order_by("code").first()
    leaves = list(Category.objects.leaves().in_force(local_day(end)).order_by("code"))
    places = _places()
    streets = [place for place in places if place.level == Place.Level.STREET]
    if centre is None or not leaves or not streets:
        raise LookupError("there is no city in the database: run load_city first")
    communities: dict[int, list[Place]] = {}
    for place in places:
        if place.level == Place.Level.COMMUNITY:
            communities.setdefault(place.street_id, []).append(place)
    staff = User.objects.exclude(username__startswith="sim-").filter(unit__isnull=False)
    focused = set(staff.filter(unit__place__level=Place.Level.STREET).values_list("unit__place", flat=True))
    units = {unit.pk: unit for unit in Unit.objects.active().order_by("code")}
    return World(
        seed=seed,
        zone=timezone.get_default_timezone(),
        centre=centre,
        leaves=Weighted(leaves, [leaf.weight for leaf in leaves]),
        streets=Weighted(streets, _weights(streets, seed)),
        focus=[street for street in streets if street.pk in focused],
        communities=communities,
        units=units,
        districts=[unit for unit in units.values() if unit.type == Unit.Type.DISTRICT],
        people=People(seed),
        end=end,
        callers=max(5, min(10_000, expected * 3 // 5)),
        stir=stir,
        staffed=frozenset(staff.values_list("unit", flat=True)),
    )


def _places() -> list[Place]:
    """All places, each with its very district and street: thousands of copies would take seconds to make."""
    places = list(Place.objects.filter(active=True).order_by("code"))
    by_key = {place.pk: place for place in places}
    for place in places:
        place.district = by_key.get(place.district_id)
        place.street = by_key.get(place.street_id)
    return places


def _weights(streets: Sequence[Place], seed: int) -> list[float]:
    """People of a street: its own number, else a share of its district's, some streets larger than others."""
    shares: dict[int | None, int] = {}
    for street in streets:
        shares[street.district_id] = shares.get(street.district_id, 0) + 1
    found = []
    for street in streets:
        rng = Random(f"{seed}:street:{street.code}")
        of_district = (street.district.population if street.district else None) or 100_000
        share = of_district / shares[street.district_id]
        found.append((street.population or share) * rng.lognormvariate(0, 0.5))
    return found
