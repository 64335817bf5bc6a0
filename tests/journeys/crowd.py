"""Many dispatched tickets at once, with true stories but without callers: what a sweep meets."""

from datetime import datetime, timedelta

from tests.city import City
from tickets.models import Event, Limit, Ticket

#: Minutes of the U class of the small city (tests/numbers.py).
SIGN, CONTACT, REMIND, WARN, HANDLE, RED, SPECIAL = 30, 120, 720, 1152, 1440, 2160, 4320


def crowd(city: City, count: int, at: datetime) -> list[Ticket]:
    """Received and dispatched at the moment; nobody has touched them."""
    first, limit = Ticket.objects.count() + 1, Limit.objects.get(code="U")
    made = [_dispatched(city, limit, f"crowd-{first + n}", at) for n in range(count)]
    stories = [(ticket, ticket.pending) for ticket in made]
    for ticket in made:
        ticket.prepared()
    Ticket.objects.bulk_create(made)
    for ticket, events in stories:
        for event in events:
            event.ticket = ticket
    Event.objects.bulk_create([event for _ticket, events in stories for event in events])
    return made


def _dispatched(city: City, limit: Limit, number: str, at: datetime) -> Ticket:
    leaf = city.leaves["heating"]
    ticket = Ticket(
        number=number,
        query_code="AAAA",
        kind="complaint",
        category=leaf,
        place=city.community,
        title=leaf.name,
        content="家中暖气不热。",
        taken_by=city.agent,
        received_at=at,
        limit=limit,
    )

    def after(minutes: int) -> datetime:
        return at + timedelta(minutes=minutes)

    ticket.prepare("receive", by=city.agent, at=at, dispatch_due=after(120))
    ticket.prepare(
        "dispatch",
        by=None,
        at=at,
        lead=city.heating,
        dispatched_at=at,
        clock_from=at,
        handle_minutes=HANDLE,
        sign_due=after(SIGN),
        contact_due=after(CONTACT),
        remind_at=after(REMIND),
        warn_at=after(WARN),
        handle_due=after(HANDLE),
        red_at=after(RED),
        special_at=after(SPECIAL),
    )
    return ticket
