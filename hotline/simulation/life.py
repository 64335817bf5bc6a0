"""One request as the player knows it; what happens to it stands in `story` and in a module of each concern.

Every step goes through the actions that people use, as somebody who may, at the simulated moment. What the
clocks do meanwhile (automatic signing, expiry) the player does to the same ticket; whoever goes on with a
life looks at its ticket and goes on from what it finds.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from hotline.simulation.world import World
from intake.requests import Part
from tickets.models import Ticket
from units.models import Unit

#: Yields the moments to be woken at.
Steps = Iterator[datetime]
#: Where the demonstration's people work, more happens than elsewhere.
SHOWN = 3
#: At the end of the simulated time more is asked for, so that the desks of those who decide show something.
LATELY, LATELY_MORE = timedelta(hours=14), 4


class Life:
    """`ticket` is there once the request has arrived; `now` is the moment it was last woken at."""

    def __init__(
        self, world: World, number: int | str, at: datetime, *, ticket: Ticket | None = None
    ) -> None:
        self.world = world
        self.number = number
        self.now = at
        self.rng = self.chance()
        self.ticket = ticket
        #: The life whose request this one repeats.
        self.echo: Life | None = None
        #: Whether actions upon another ticket write this one too.
        self.shared = False
        self.objections = 0
        self.begun: list[Steps] = []
        #: What the caller told at once, where it was more than one matter.
        self.matters: Sequence[Part] = ()
        self.born: list[Life] = []

    def chance(self, *key: object) -> Random:
        """Chance of its own for each concern, so that one changes nothing about the others."""
        return self.world.rng("life", self.number, *key)

    def begin(self, *concerns: Steps) -> None:
        """Something goes on beside: the player takes it up at this very moment."""
        self.begun.extend(concerns)

    def bear(self, ticket: Ticket) -> None:
        """Part of its request lives on by itself."""
        self.born.append(Life(self.world, f"{self.number}.{len(self.born) + 1}", self.now, ticket=ticket))

    def wake(self, at: datetime) -> None:
        self.now = at
        if self.shared:
            self.reload()

    def reload(self) -> None:
        """An action wrote the ticket through a row of its own."""
        self.ticket.refresh_from_db()

    @property
    def unit(self) -> Unit:
        """The lead: the very row that the world has, so that nobody reads it again."""
        return self.world.units[self.ticket.lead_id]

    @property
    def shown(self) -> bool:
        return self.ticket.lead_id in self.world.staffed

    def lately(self, at: datetime) -> bool:
        return self.world.end - at < LATELY

    def happens(self, rng: Random, chance: float, at: datetime) -> bool:
        """Whether something rare happens to this order at that moment."""
        chance *= self.world.stir * (SHOWN if self.shown else 1)
        return rng.random() < chance * (LATELY_MORE if self.lately(at) else 1)

    def within(self, rng: Random, low: float, high: float) -> datetime:
        """A moment by day, in a part of what is left of the limit."""
        return self.by_day(self.now + (self.ticket.handle_due - self.now) * rng.uniform(low, high), rng)

    def in_hours(self, rng: Random, low: float, high: float) -> datetime:
        """A moment of the offices' day, so many hours from now."""
        return self.by_day(self.now + timedelta(hours=rng.uniform(low, high)), rng, 9, 18)

    def by_day(self, at: datetime, rng: Random, opens: int = 8, closes: int = 20) -> datetime:
        return self.world.by_day(at, rng, opens, closes)
