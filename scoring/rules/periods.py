"""The months of the ruler, by their days."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Month:
    """A period of the ruler by its days, `ends` excluded; named after the month in which it ends."""

    code: str
    begins: date
    ends: date


def month_of(day: date, start_day: int) -> Month:
    """The period that holds the day. Start day 19: the 19th of one month to the 18th of the next.

    Raises ValueError for a start day that not every month has.
    """
    if not 1 <= start_day <= 28:
        raise ValueError(f"a period cannot start on day {start_day} of every month")
    begins = day.replace(day=start_day)
    if day < begins:
        begins = (day.replace(day=1) - timedelta(days=1)).replace(day=start_day)
    ends = (begins + timedelta(days=31)).replace(day=start_day)
    last = ends - timedelta(days=1)
    return Month(f"{last:%Y-%m}", begins, ends)


def same_day(begins: date, day: date, other: Month) -> date:
    """As far into the other period as `day` is into the one that begins then; never past its end."""
    return min(other.begins + (day - begins), other.ends - timedelta(days=1))
