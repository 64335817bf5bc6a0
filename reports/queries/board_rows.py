"""A unit's row on a board, and a group as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote

from reports.queries.board_units import Named
from reports.rules import changed, percent
from scoring.models import COUNTS
from scoring.rules import Standing, Weights, beyond, rates_of, rounded, score_of, with_marks
from scoring.rules.intervals import Interval, of_rate

#: Rate → the column of what speaks against it.
OPENS = {"responded": "not_contacted", "solved": "not_solved", "satisfied": "not_satisfied"}


class Row(NamedTuple):
    """A unit on the board; a tuple, since there are hundreds."""

    unit: Named
    standing: Standing
    period: str = ""
    #: How it stood in the period before, and a year ago, up to the same day.
    before: Standing | None = None
    year: Standing | None = None
    #: Its scores in the periods drawn, oldest first; of a small group alone.
    history: Sequence[Decimal] = ()
    #: With fewer valid follow-ups an earlier score is none to be compared with.
    least: int = 0
    #: Standard deviations of the intervals.
    z: float = 0.0
    interval: Interval | None = None
    #: The first and last place from which its own cannot be told apart.
    places: tuple[int, int] | None = None
    #: Whether it cannot be told apart from the unit one place above.
    alike: bool = False
    band: str = ""

    @property
    def change(self) -> int | None:
        return changed(self.before.rank if self.before else None, self.standing.rank)

    @property
    def moved(self) -> int:
        return abs(self.change or 0)

    @property
    def gain(self) -> Decimal | None:
        """Points won since the period before (进步, 环比)."""
        return _gain(self.standing, self.before, self.least)

    @property
    def gain_year(self) -> Decimal | None:
        """Points won since a year ago (同比)."""
        return _gain(self.standing, self.year, self.least)

    @property
    def growth(self) -> Decimal | None:
        """Orders more or fewer than in the period before, in per cent."""
        return grown(self.standing.amounts, self.before.amounts if self.before else None)

    @property
    def growth_year(self) -> Decimal | None:
        """Orders more or fewer than a year ago, in per cent."""
        return grown(self.standing.amounts, self.year.amounts if self.year else None)

    @property
    def path(self) -> str:
        """Its page, below the board's address."""
        return f"{self.period}/{quote(self.standing.code)}/"

    @property
    def rates(self) -> list[tuple[str, Decimal | None, Interval | None]]:
        """Of each rate the column that it opens, the per cent and their interval."""
        rates = self.standing.rates
        return [(OPENS[name], rate.percent, of_rate(rate, self.z)) for name, rate in rates.items()]

    @property
    def beyond(self) -> bool:
        """Whether a rate is outside 0 to 100 %."""
        return beyond(self.standing.amounts)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """The whole numbers in the order of the columns, each with its name."""
        return [(name, self.standing.amounts[name]) for name in COUNTS]

    @property
    def left_out(self) -> Decimal | None:
        return left_out(self.standing.amounts)

    @property
    def per_10k(self) -> Decimal | None:
        """What is scored for every ten thousand residents (万人诉求比, DOMAIN §2.3): the valid follow-ups,
        and where 响应率 has a wider base, that.
        """
        people, amounts = self.unit.residents, self.standing.amounts
        scored = max(amounts["valid"], amounts["responded_base"])
        return rounded(10_000 * scored, people, 1) if people else None

    @property
    def points(self) -> Decimal:
        """What people added to its score, or took."""
        return Decimal(self.standing.tenths) / 10


def _gain(now: Standing, then: Standing | None, least: int) -> Decimal | None:
    if then is None or then.amounts["valid"] < least or then.score is None or now.score is None:
        return None
    return now.score - then.score


def grown(now: Mapping[str, int], then: Mapping[str, int] | None) -> Decimal | None:
    """How much more was accepted, in per cent; None when there was nothing before."""
    old = then["accepted"] if then else 0
    return rounded(100 * (now["accepted"] - old), old, 1) if old > 0 else None


def left_out(amounts: Mapping[str, int]) -> Decimal | None:
    """剔除率 in per cent: of the valid follow-ups and those left out, the latter (DOMAIN §2.4)."""
    whole = amounts["valid"] + amounts["excluded"]
    return rounded(100 * amounts["excluded"], whole, 2) if whole > 0 else None


@dataclass(frozen=True)
class Pooled:
    """A group as one: its counts, the rates of all its answers together, and the mean of its units' rates."""

    amounts: Mapping[str, int]
    weights: Weights
    means: Mapping[str, Decimal | None] = field(default_factory=dict)
    mean_score: Decimal | None = None
    #: Of a single unit: points that people gave or took (加减分), in tenths.
    tenths: int = 0

    @cached_property
    def rates(self) -> dict[str, Decimal | None]:
        return {name: rate.percent for name, rate in rates_of(self.amounts).items()}

    @property
    def beyond(self) -> bool:
        """Whether a rate is outside 0 to 100 %."""
        return beyond(self.amounts)

    @cached_property
    def score(self) -> Decimal | None:
        return with_marks(score_of(self.amounts, self.weights), self.tenths)

    @property
    def given(self) -> Decimal:
        return Decimal(self.tenths) / 10

    @property
    def left_out(self) -> Decimal | None:
        return left_out(self.amounts)

    @property
    def percents(self) -> dict[str, str]:
        return {name: percent(rate) for name, rate in self.rates.items()}

    @property
    def mean_percents(self) -> dict[str, str]:
        return {name: percent(rate) for name, rate in self.means.items()}
