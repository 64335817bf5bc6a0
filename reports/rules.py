"""Pure thinking about pages: cells that are safe to export, numbers that may be shown, trees of names."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from urllib.parse import urlencode

#: What a spreadsheet takes for the beginning of a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
#: Between the names of a category's path.
STEP = " › "


def safe_cell(text: str) -> str:
    """The text so that no spreadsheet runs it as a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def masked_number(number: str) -> str:
    """A ticket's number for those who may know that it exists, not which one it is."""
    return f"{number.rpartition('-')[0]}-••••••"


@dataclass
class Branch:
    """A name, how much lies under it, and its parts."""

    name: str
    value: int = 0
    children: dict[str, "Branch"] = field(default_factory=dict)

    def ordered(self) -> list["Branch"]:
        """Its parts, largest first."""
        return sorted(self.children.values(), key=lambda part: (-part.value, part.name))


def branches(counted: Iterable[tuple[str, int]], depth: int = 2) -> list[Branch]:
    """Paths like "住房 › 物业管理 › 电梯困人" with their counts, as a tree so many levels deep.

    Only what counts more than zero is in it: an area cannot show a negative number.
    """
    root = Branch("")
    for path, value in counted:
        if value <= 0:
            continue
        here = root
        for name in path.split(STEP)[:depth]:
            here = here.children.setdefault(name, Branch(name))
            here.value += value
    return root.ordered()


@dataclass(frozen=True)
class Asked:
    """What a board's address asks for; empty: whatever comes first. `volume`: a band, "0" the smallest."""

    group: str = ""
    period: str = ""
    stratum: str = ""
    volume: str = ""
    #: "league" or "bands".
    view: str = ""

    def but(self, **changes: str) -> str:
        """The address for the same with changes."""
        return "?" + urlencode({key: text for key, text in (asdict(self) | changes).items() if text})


def changed(before: int | None, now: int | None) -> int | None:
    """Places won (positive) or lost since the last ranking; None for who was not in both."""
    return None if before is None or now is None else before - now


def percent(value: Decimal | None) -> str:
    """A rate as people read it; a dash where nobody was asked, which is not zero."""
    return "—" if value is None else f"{value}%"
