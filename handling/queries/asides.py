"""What goes on beside an order: one read for each process, handed to the pane by the process' name.

A process reads its tables only where the order's story says that it has rows there, so an ordinary order does
not pay for what it never had.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.queries import objections
from handling.queries import callers, co, coordination, extension, oversight, plan, whistle
from tickets.models import Ticket
from units.models import User

Read = Callable[[Ticket, User, datetime], object]


@dataclass(frozen=True)
class Aside:
    """`kinds`: the events that leave rows behind; `read` gives what the template of the process shows."""

    kinds: frozenset[str]
    read: Read


#: The process' name → its read. The pane's `asides.<name>` is None where there are no rows.
ASIDES: Mapping[str, Aside] = {
    "callers": Aside(frozenset({"adopt", "add", "urge", "withdraw"}), callers.aside),
    "co": Aside(frozenset({"dispatch", "redispatch", "co_add"}), co.aside),
    "object": Aside(frozenset({"dispatch", "redispatch"}), objections.aside),
    "oversight": Aside(frozenset({"oversee"}), oversight.aside),
    "cards": Aside(frozenset({"card"}), oversight.cards_aside),
    "extension": Aside(frozenset({"extend_ask"}), extension.aside),
    "coordination": Aside(frozenset({"coordinate"}), coordination.aside),
    "on_site": Aside(frozenset({"on_site"}), coordination.on_site),
    "plan": Aside(frozenset({"plan_ask"}), plan.aside),
    "whistle": Aside(frozenset({"whistle"}), whistle.aside),
}


def beside(ticket: Ticket, user: User, at: datetime) -> dict[str, object]:
    """Every process by name, with what it has on this order, or None."""
    told = set(ticket.events.order_by().values_list("kind", flat=True).distinct())
    return {
        name: aside.read(ticket, user, at) if aside.kinds & told else None for name, aside in ASIDES.items()
    }
