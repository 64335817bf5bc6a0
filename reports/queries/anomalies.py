"""Signs that an answer may not have been free (回访异常): evidence for the auditor, never a penalty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from followup.rules import chance_of_run
from intake.rules import clean_phone
from intake.vault import blind_index
from scoring.models import Period, Scheme
from tickets.book import book
from tickets.models import Ticket
from units.models import Unit, User

FOLDER = Path(__file__).parents[1] / "sql"
EVIDENCE = (FOLDER / "anomalies.sql").read_text(encoding="utf-8")
#: How many pieces each unit has: they are not carried here one by one to be counted.
COUNTED = f"SELECT kind, unit_id, COUNT(*) FROM ({EVIDENCE}) AS found GROUP BY kind, unit_id"  # noqa: S608
RUNS = (FOLDER / "runs.sql").read_text(encoding="utf-8")
#: What is counted; the page tells what each means.
KINDS: Mapping[str, Promise] = {
    "own_number": _("本单位号码"),
    "contact": _("回访前联系"),
    "withdrawal": _("联系后撤回"),
    "pressed": _("反映受到施压"),
}
#: Pieces of evidence shown of one unit.
SHOWN = 200


@dataclass(frozen=True)
class Limits:
    """The city's thresholds at the end of the period."""

    run: int
    odds: int
    contact: int
    withdrawal: int

    @classmethod
    def at(cls, at: datetime) -> "Limits":
        names = ("run_least", "run_odds", "contact_minutes", "withdrawal_minutes")
        return cls(*(book().number(f"anomaly_{name}", at) for name in names))


@dataclass(frozen=True)
class Line:
    """A unit's follow-ups of the period. `chance`: of a run so long among so many, were it like the city."""

    unit: Unit
    ended: int
    valid: int
    refused: int
    good: int
    run: int
    began: datetime | None
    last: datetime | None
    chance: float
    remarkable: bool
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def refused_percent(self) -> float:
        """拒访率: never turned into 满意 (DOMAIN §2.2)."""
        return 100 * self.refused / self.ended

    @property
    def per_million(self) -> float | None:
        """The chance, as people can read it; None where the bound says nothing, as without any run."""
        return self.chance * 1_000_000 if self.chance < 1 else None

    @property
    def evidence(self) -> int:
        return sum(self.counts.values()) + self.remarkable

    @property
    def cells(self) -> list[int]:
        """The counts in the order of `KINDS`."""
        return [self.counts.get(kind, 0) for kind in KINDS]


@dataclass(frozen=True)
class Piece:
    """One piece of evidence; `ticket` is None where the reader may not open it."""

    kind: str
    at: datetime
    minutes: int | None
    ticket: Ticket | None

    @property
    def label(self) -> Promise:
        return KINDS[self.kind]


def lines(period: Period) -> list[Line]:
    """Every unit whose callers were asked in the period, those with the most evidence first."""
    limits = Limits.at(period.last_day)
    rows = _asked(RUNS, _asked_in(period))
    counts = _counts(period, limits)
    units = Unit.objects.in_bulk({row[0] for row in rows} | counts.keys())
    valid, good = sum(row[2] for row in rows), sum(row[4] for row in rows)
    share = good / valid if valid else 0.0
    # Of some there is evidence alone: all their callers took the request back.
    seen = {row[0] for row in rows}
    rows += [(key, 0, 0, 0, 0, 0, None, None) for key in counts if key not in seen]
    found = [_line(units[row[0]], row, share, limits, counts.get(row[0], {})) for row in rows]
    return sorted(found, key=lambda line: (-line.evidence, line.chance, line.unit.code))


def _line(unit: Unit, row: Sequence, share: float, limits: Limits, counts: Mapping[str, int]) -> Line:
    chance = chance_of_run(row[5], row[2], share)
    return Line(unit, *row[1:], chance, row[5] >= limits.run and chance * limits.odds <= 1, counts)


def evidence(period: Period, unit: Unit, user: User) -> list[Piece]:
    """What there is about one unit, the newest first, with the tickets this person may open."""
    wanted = _wanted(period, Limits.at(period.last_day)) | {"unit": unit.pk, "shown": SHOWN}
    rows = _asked(EVIDENCE, wanted)
    tickets = Ticket.objects.visible_to(user).filter(pk__in={row[2] for row in rows})
    known = {ticket.pk: ticket for ticket in tickets.select_related("category")}
    return [Piece(kind, at, minutes, known.get(key)) for kind, _unit, key, at, minutes in rows]


def _counts(period: Period, limits: Limits) -> dict[int, dict[str, int]]:
    """Unit → kind → pieces of evidence."""
    found: dict[int, dict[str, int]] = {}
    for kind, unit, pieces in _asked(COUNTED, _wanted(period, limits) | {"unit": None, "shown": None}):
        found.setdefault(unit, {})[kind] = pieces
    return found


def _asked_in(period: Period) -> dict[str, object]:
    """Which follow-ups: those of the period, of duplicates too where its scheme counts each caller."""
    each = period.scheme.cluster == Scheme.Cluster.EACH
    return {"begins": period.begins, "ends": period.ends, "each": each}


def _wanted(period: Period, limits: Limits) -> dict[str, object]:
    numbers = own_numbers()
    return {
        **_asked_in(period),
        "units": [unit for unit, _phone in numbers],
        "phones": [phone for _unit, phone in numbers],
        "contact": limits.contact,
        "withdrawal": limits.withdrawal,
    }


def own_numbers() -> list[tuple[int, str]]:
    """Every unit with its duty telephone, as the blind index a caller of that number would have."""
    found = []
    for unit, phone in Unit.objects.exclude(duty_phone="").values_list("pk", "duty_phone"):
        try:
            found.append((unit, blind_index(clean_phone(phone))))
        except ValueError:  # several numbers, or an extension
            continue
    return found


def _asked(statement: str, wanted: Mapping[str, object]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, wanted)
        return cursor.fetchall()
