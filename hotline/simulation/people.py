"""Who acts: the demonstration's own people where a unit has some, else accounts nobody can sign in to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from django.contrib.auth.hashers import make_password

from hotline.simulation.texts import SURNAMES
from units.models import Unit, User
from units.roles import Role

#: How many of each work on the line, so that lists show more than one name.
ON_THE_LINE = {
    Role.AGENT: 12,
    Role.TEAM_LEADER: 2,
    Role.DISPATCHER: 3,
    Role.CALLER_BACK: 5,
    Role.REVIEWER: 2,
    Role.SUPERVISOR: 2,
}
GIVEN = "明文华丽静敏强磊洋艳勇军杰娟涛霞平刚辉玲"


@dataclass
class People:
    """People by unit and role, made when they are first needed."""

    seed: int
    known: dict[tuple[int, str], list[User]] = field(default_factory=dict)

    def of(self, unit: Unit, role: str, number: int = 1) -> Sequence[User]:
        """At least so many people of the unit who hold the role."""
        key = (unit.pk, role)
        if key not in self.known:
            there = User.objects.filter(unit=unit, roles__contains=[role], is_active=True)
            self.known[key] = list(there.select_related("unit").order_by("username"))
        held = self.known[key]
        while len(held) < number:
            held.append(self._made(unit, role, len(held) + 1))
        return held

    def clerk(self, unit: Unit) -> User:
        return self.of(unit, Role.CLERK)[0]

    def leader(self, unit: Unit) -> User:
        return self.of(unit, Role.LEADER)[0]

    def on_the_line(self, centre: Unit, role: str) -> Sequence[User]:
        return self.of(centre, role, ON_THE_LINE[Role(role)])

    def _made(self, unit: Unit, role: str, number: int) -> User:
        rng = Random(f"{self.seed}:{unit.code}:{role}:{number}")
        user = User(
            username=f"sim-{unit.code}-{role}-{number}",
            display_name=f"示例{rng.choice(SURNAMES)}{rng.choice(GIVEN)}",
            unit=unit,
            roles=[role],
            password=make_password(None),
        )
        known = User.objects.filter(username=user.username).select_related("unit").first()
        return known or User.objects.bulk_create([user])[0]
