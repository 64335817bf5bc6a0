"""The empty forms of the pane: those a person may use on this order now, by name."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django import forms

from handling.forms import co, coordination, extension, objections, oversight, plan, work
from tickets.models import Ticket
from units.models import User

#: (ticket, by, may, at, aside) → name → form; `may`: the moves and facts open to the person, `aside`: what
#: the process' read gave. A form's prefix is its name.
Blank = Callable[[Ticket, User, frozenset[str], datetime, object], dict[str, forms.Form]]

#: The names are those of `handling.queries.asides`; what is not there has no read.
BLANK: Mapping[str, Blank] = {
    "work": work.blank,
    "co": co.blank,
    "extension": extension.blank,
    "coordination": coordination.blank,
    "on_site": coordination.blank_on_site,
    "plan": plan.blank,
    "oversight": oversight.blank,
    "object": objections.blank,
}


def blank(
    ticket: Ticket, by: User, may: frozenset[str], at: datetime, asides: Mapping[str, object]
) -> dict[str, forms.Form]:
    """All of them."""
    return {
        key: form
        for name, make in BLANK.items()
        for key, form in make(ticket, by, may, at, asides.get(name)).items()
    }
