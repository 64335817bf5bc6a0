"""Places: who comes first, who is named on which list, who stands in which band (DOMAIN §2.5)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from scoring.rules.arithmetic import Rate, Weights, placed, rates_of, score_of, with_marks

#: After every value.
LAST = 10**18
DEFAULT_TIES = ("solved:desc", "satisfied:desc")


@dataclass
class Standing:
    """A unit's place in its group. `rank` None: too few valid follow-ups to be ranked.

    Not to be changed; yet not `frozen`, which costs a board of hundreds three times as much.
    """

    code: str
    amounts: Mapping[str, int]
    weights: Weights = field(repr=False)
    rank: int | None = None
    #: Tenths of a point added or taken by a person.
    tenths: int = 0
    #: What decides between equals, in order (`TIES`).
    ties: Sequence[str] = DEFAULT_TIES
    #: Points, with what a person added or took.
    score: Decimal | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        score = score_of(self.amounts, self.weights)
        self.score = with_marks(score, self.tenths) if self.tenths else score

    @property
    def rates(self) -> dict[str, Rate]:
        return rates_of(self.amounts)

    @property
    def key(self) -> tuple[object, ...]:
        """The score, then what the scheme names, then the unit's code (DOMAIN §2.5)."""
        first = LAST if self.score is None else -self.score
        return (first, *[after(self) for after in _ties(tuple(self.ties))], self.code)

    def at(self, rank: int) -> "Standing":
        """The same in another place, without working the score out again."""
        placed = object.__new__(Standing)
        placed.__dict__.update(self.__dict__, rank=rank)
        return placed


@cache
def _ties(ties: Sequence[str]) -> list[Callable[[Standing], int]]:
    """What each tie sorts by: the lower comes first, and last of all who has no value."""
    parts = [tie.partition(":") for tie in ties]
    return [_falling(TIES[name]) if order == "desc" else _rising(TIES[name]) for name, _colon, order in parts]


def _rising(value_of: "Tie") -> Callable[[Standing], int]:
    return lambda row: LAST if (value := value_of(row)) is None else value


def _falling(value_of: "Tie") -> Callable[[Standing], int]:
    return lambda row: LAST if (value := value_of(row)) is None else -value


def rank(standings: Iterable[Standing], min_sample: int) -> tuple[list[Standing], list[Standing]]:
    """The ranked, best first, each with its own place; and those with a low sample, by code."""
    ranked, low = [], []
    for standing in standings:
        enough = standing.score is not None and standing.amounts["valid"] >= min_sample
        (ranked if enough else low).append(standing)
    placed = [row.at(place) for place, row in enumerate(sorted(ranked, key=lambda row: row.key), 1)]
    return placed, sorted(low, key=lambda row: row.code)


Tie = Callable[[Standing], int | None]
#: What a scheme may name between equals.
TIES: Mapping[str, Tie] = {
    "volume": lambda row: row.amounts["accepted"],
    "valid": lambda row: row.amounts["valid"],
    "responded": lambda row: placed(row.amounts["responded_num"], row.amounts["responded_base"]),
    "solved": lambda row: placed(row.amounts["solved_num"], row.amounts["solved_base"]),
    "satisfied": lambda row: placed(row.amounts["satisfied_num"], row.amounts["satisfied_base"]),
    "overdue": lambda row: placed(row.amounts["overdue"], row.amounts["closed"]),
}


#: What a scheme may give a size.
LISTS = ("advanced", "progress", "rectify", "governance")


@dataclass(frozen=True)
class Lists:
    """The units named each month, by code, best or largest first."""

    advanced: Sequence[str] = ()
    progress: Sequence[str] = ()
    rectify: Sequence[str] = ()
    governance: Sequence[str] = ()


def lists(ranked: Sequence[Standing], before: Mapping[str, Standing], sizes: Mapping[str, int]) -> Lists:
    """先进 by place, 进步 by gain over the period before, 整改 from the end, 治理 by volume (DOMAIN §2.5).

    Nobody is both 先进 and 整改: in a small group the former has the first choice.
    """
    first = [row.code for row in ranked[: sizes.get("advanced", 0)]]
    left = [row.code for row in ranked if row.code not in first]
    last = left[::-1][: sizes.get("rectify", 0)]
    gains = [(gain, row.code) for row in ranked if (gain := _gain(row, before)) is not None and gain > 0]
    grown = [code for _gain, code in sorted(gains, key=lambda pair: (-pair[0], pair[1]))]
    volume = sorted(ranked, key=lambda row: (-row.amounts["accepted"], row.code))
    return Lists(
        advanced=first,
        progress=grown[: sizes.get("progress", 0)],
        rectify=last,
        governance=[row.code for row in volume[: sizes.get("governance", 0)]],
    )


def _gain(row: Standing, before: Mapping[str, Standing]) -> Decimal | None:
    earlier = before.get(row.code)
    if earlier is None or earlier.score is None or row.score is None or earlier.rank is None:
        return None
    return row.score - earlier.score


def band(score: Decimal | None, edges: Sequence[Decimal]) -> str:
    """A, B, C, … by the least score of each band but the last; empty for a unit without a score."""
    if score is None:
        return ""
    below = sum(score < edge for edge in edges)
    return chr(ord("A") + below)


def volume_band(valid: int, edges: Sequence[int]) -> int:
    """0 for a small volume of valid follow-ups, 1 from the first edge on, 2 from the second."""
    return sum(valid >= edge for edge in edges)
