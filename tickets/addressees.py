"""Who is told: the words of the ladder (DOMAIN §3.7) become persons, and roles of units. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from units.roles import Role

#: Types of units, as `Unit.Type` has them: the two that have no clerk and leader of their own above a unit.
CENTRE, DISTRICT = "city_centre", "district"


@dataclass(frozen=True)
class Address:
    """A person, or whoever holds the role in the unit (None: in the city)."""

    unit: int | None = None
    role: str = ""
    person: int | None = None


@dataclass(frozen=True)
class Command:
    """A unit and who stands above it, as values."""

    unit: int
    type: str = ""
    above: int | None = None
    above_type: str = ""
    district: int | None = None


def addressees(who: Iterable[str], command: Command, assignee: int | None = None) -> list[Address]:
    """The addresses of the words (`LadderStep.Who`), each once; a city body has no district to tell.

    The clerk is who has the order in hand, else the unit's clerks. A district government answers through its
    sub-centre, and above a body of the city stands the city's supervision.
    """
    found = [_address(word, command, assignee) for word in who]
    return list(dict.fromkeys(address for address in found if address is not None))


def _address(word: str, command: Command, assignee: int | None) -> Address | None:
    if word == "clerk" and assignee is not None:
        return Address(person=assignee)
    if word in ("clerk", "leader"):
        role = Role.CLERK if word == "clerk" else Role.LEADER
        return Address(command.unit, Role.DISTRICT if command.type == DISTRICT else role)
    if word == "above":
        return _above(command)
    if word == "district":
        return Address(command.district, Role.DISTRICT) if command.district is not None else None
    return Address(role=Role.SUPERVISOR)


def _above(command: Command) -> Address:
    if command.above is None or command.above_type == CENTRE:
        return Address(role=Role.SUPERVISOR)
    return Address(command.above, Role.DISTRICT if command.above_type == DISTRICT else Role.LEADER)
