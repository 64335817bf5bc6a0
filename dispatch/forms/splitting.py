"""The matters of one request, each with its own words."""

from django.http import QueryDict

from dispatch.forms.desk import MatterForm
from intake.requests import Part
from intake.rules import scrub
from tickets.models import Ticket


class PartForm(MatterForm):
    """One matter."""

    @property
    def part(self) -> Part:
        """The valid form, its texts scrubbed of numbers."""
        told = self.cleaned_data
        return Part(
            content=scrub(told["content"]),
            category=told["category"],
            place=told["place"],
            location=scrub(told["location"]),
        )


def _prefix(number: int) -> str:
    return f"part{number}"


def blank(ticket: Ticket, count: int, data: QueryDict | None = None) -> list[PartForm]:
    """So many parts, with what was typed in `data` and nothing checked yet.

    The first holds the request as it is, the others its place: mostly it is the same.
    """
    forms_ = []
    for number in range(1, count + 1):
        form = PartForm(prefix=_prefix(number), initial=_first(ticket) if number == 1 else _next(ticket))
        keys = {name: form.add_prefix(name) for name in form.fields}
        form.initial |= {name: data[key] for name, key in keys.items() if data is not None and key in data}
        form.offer_typed()
        forms_.append(form)
    return forms_


def _next(ticket: Ticket) -> dict[str, str]:
    return {"place": ticket.place.code if ticket.place else "", "location": ticket.location}


def _first(ticket: Ticket) -> dict[str, str]:
    leaf = ticket.category.code if ticket.category else ""
    return {"content": ticket.content, "category": leaf, **_next(ticket)}


def typed(data: QueryDict, count: int) -> list[PartForm]:
    """What was typed, to be checked."""
    forms_ = [PartForm(data, prefix=_prefix(number)) for number in range(1, count + 1)]
    for form in forms_:
        form.offer_typed()
    return forms_


def count_of(data: QueryDict, fewest: int, most: int) -> int:
    """How many parts the page has; never fewer or more than there may be."""
    said = data.get("count", "")
    return min(max(int(said) if said.isdecimal() and len(said) < 3 else fewest, fewest), most)
