"""Lists that page by key, never by OFFSET: any page costs what the first costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import IntegerField, Model, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

#: A figure says "999+" beyond this: nobody reads on, and the count stays cheap.
COUNTED = 999

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and the cursor after which the next begin (empty: these were the last)."""

    rows: Sequence[T]
    after: str


def page(found: QuerySet[M], key: str, size: int, after: str = "") -> Page[M]:
    """Up to `size` rows by a moment and then by pk, or by pk alone; "-" in front for the falling order.

    The moment must not be null in `found`. A cursor that is none gives the first page.
    """
    sign, name = ("-", key[1:]) if key[0] == "-" else ("", key)
    found = found.order_by(*dict.fromkeys((key, f"{sign}pk")))
    begin = _read(after, name)
    if begin is not None:
        found = found.filter(_beyond(name, "lt" if sign else "gt", *begin))
    rows = list(found[: size + 1])
    return Page(rows[:size], _cursor(rows[size - 1], name) if len(rows) > size else "")


def _cursor(row: Model, name: str) -> str:
    return str(row.pk) if name == "pk" else f"{getattr(row, name).isoformat()}_{row.pk}"


def _read(cursor: str, name: str) -> tuple[datetime | None, int] | None:
    """What `_cursor` wrote; None for anything else."""
    text, _bar, pk = cursor.rpartition("_")
    if not pk.isdecimal() or bool(text) == (name == "pk"):
        return None
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return None if moment is not None and timezone.is_naive(moment) else (moment, int(pk))


def _beyond(name: str, step: str, moment: datetime | None, pk: int) -> Q:
    """The rows behind the cursor. The first condition is where an index is entered: no OR could be."""
    behind = Q(**{f"pk__{step}": pk})
    if moment is None:
        return behind
    return Q(**{f"{name}__{step}e": moment}) & (Q(**{f"{name}__{step}": moment}) | behind)


class Counted(Subquery):
    """How many rows, up to one more than `COUNTED`, as one value of a larger query."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, found: QuerySet[M]) -> None:
        super().__init__(found.order_by().values("pk")[: COUNTED + 1])


def shown(number: int) -> str:
    """A capped count as it is read."""
    return str(number) if number <= COUNTED else f"{COUNTED}+"


def fragment(request: HttpRequest) -> bool:
    """Whether htmx wants a part of the page; on the way back through the history it wants all of it."""
    return bool(request.htmx) and not (request.htmx.boosted or request.htmx.history_restore_request)
