"""The units of a board, light: a board reads hundreds, and a model costs five times as much."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import F, QuerySet

from scoring.rules.ranking import volume_band
from units.models import Unit


class Named(NamedTuple):
    """A unit as a board knows it; `residents` of its place, None where nobody counted them."""

    pk: int
    code: str
    name: str
    short_name: str
    stratum: str
    residents: int | None

    def __str__(self) -> str:
        return self.short_name or self.name


def ranked(group: str) -> dict[int, Named]:
    """The units of a rank group by key."""
    return _named(Unit.objects.ranked(group))


def known(keys: Iterable[int]) -> dict[int, Named]:
    """These units, ranked or not."""
    wanted = list(keys)
    return _named(Unit.objects.filter(pk__in=wanted)) if wanted else {}


def _named(units: QuerySet[Unit]) -> dict[int, Named]:
    found = units.order_by().annotate(residents=F("place__population"))
    rows = found.values_list("pk", "code", "name", "short_name", "stratum", "residents")
    return {row[0]: Named(*row) for row in rows}


@dataclass(frozen=True)
class Within:
    """Which of a group's units are compared with each other (DOMAIN §2.5: 分档分类); empty: all."""

    stratum: str = ""
    #: Volume band, from 0 (small).
    volume: int | None = None

    def __bool__(self) -> bool:
        return bool(self.stratum) or self.volume is not None

    def holds(self, unit: Named, valid: int, edges: list[int]) -> bool:
        if self.stratum and unit.stratum != self.stratum:
            return False
        return self.volume is None or volume_band(valid, edges) == self.volume
