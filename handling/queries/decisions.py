"""The decisions desk (审批台): what waits for this person's word, whatever process asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from handling.models import Coordination, Extension, Plan
from handling.queries import coordination, extension, plan
from tickets.models import Ticket
from units.models import Unit, User

#: The most pressing are worked off first, so nobody pages through them.
SHOWN = 50

Row = Extension | Coordination | Plan
Rows = Callable[[User], QuerySet[Row]]


@dataclass(frozen=True)
class Kind:
    """A process that asks: `rows(user)` gives what waits for this person, the most pressing first."""

    label: Promise
    rows: Rows


#: The process' name → how it asks. Its rows have ticket, unit, at and due (None: no time is set).
KINDS: Mapping[str, Kind] = {
    "extension": Kind(_("延期"), extension.waiting),
    "coordination": Kind(_("协调"), coordination.waiting),
    "plan": Kind(_("挂账"), plan.waiting),
}


@dataclass(frozen=True)
class Item:
    """One question on the desk."""

    kind: str
    row: Row

    @property
    def label(self) -> Promise:
        return KINDS[self.kind].label

    @property
    def ticket(self) -> Ticket:
        return self.row.ticket

    @property
    def unit(self) -> Unit:
        return self.row.unit

    @property
    def due(self) -> datetime | None:
        """Until when silence decides; None: nobody set a time."""
        return getattr(self.row, "due", None)


def waiting(user: User) -> list[Item]:
    """All of it by due moment, what has none at the end; at most `SHOWN` + 1."""
    found = [Item(name, row) for name, kind in KINDS.items() for row in kind.rows(user)[: SHOWN + 1]]
    return sorted(found, key=_pressing)[: SHOWN + 1]


def _pressing(item: Item) -> tuple[bool, datetime, int]:
    return (item.due is None, item.due or item.row.at, item.row.pk)


def item(user: User, kind: str, key: int) -> Item:
    """One question that waits for this person. Raises Http404 for any other."""
    known = KINDS.get(kind)
    row = known.rows(user).filter(pk=key).first() if known else None
    if row is None:
        raise Http404(kind)
    return Item(kind, row)


def over(user: User, kind: str, key: int) -> bool:
    """Whether the question stands on an order the person may read, and does not wait for them (any more)."""
    known = KINDS.get(kind)
    if known is None:
        return False
    mine = Ticket.objects.visible_to(user).values("pk")
    return known.rows(user).model.objects.filter(pk=key, ticket__in=mine).exists()
