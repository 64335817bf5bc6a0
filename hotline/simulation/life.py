"""The life of one request, as a generator: it acts, says when it goes on, and is woken then.

Every step goes through the actions that people use, as somebody who may, at the simulated moment. What the
clocks do meanwhile (automatic signing, expiry) is the sweep's; a life looks at its ticket and goes on from
what it finds.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from dispatch.actions import dispatch_by_hand, route
from followup import actions as followup
from followup.models import Channel as AskedBy
from followup.models import Contacted, Reach, Reason, Satisfied, Solved
from handling import actions as handling
from handling.models import Contact
from hotline.simulation import texts
from hotline.simulation.photos import photo
from hotline.simulation.world import Quality, World
from intake import actions as intake
from intake.requests import Request
from scoring.actions import score
from tickets.attachments import add_attachment
from tickets.models import Attachment, Category, Ticket
from tickets.states import WITH_UNIT, Channel, Kind, Outcome, State
from units.models import Place, Unit
from units.roles import Role

Step = Iterator[datetime]

#: Of those who telephone, how many are helped at once (DOMAIN §5: 40 % of requests become orders).
ANSWERED = 0.6
ONLINE = 0.093
#: Callers who cannot say where; at the end of the simulated time dispatchers are behind.
UNPLACED, UNPLACED_LATELY, LATELY = 0.05, 0.4, timedelta(hours=6)
KINDS = ((Kind.COMPLAINT, 44), (Kind.HELP, 38), (Kind.SUGGESTION, 8), (Kind.TIP_OFF, 5), (Kind.PRAISE, 1))


def live(world: World, number: int, at: datetime) -> Step:
    """One request from its arrival to the end of its story."""
    rng = world.rng("life", number)
    ticket = _arrive(world, rng, at)
    if ticket.state == State.PENDING:
        at += timedelta(minutes=20 + rng.expovariate(1 / 200))
        yield at
        ticket = _place_by_hand(world, rng, ticket, at)
    while ticket.state in WITH_UNIT:
        yield from _handled(world, rng, ticket)
        ticket = world.fresh(ticket)
        if ticket.state in WITH_UNIT:
            yield ticket.handle_due + timedelta(minutes=20)
            ticket = world.fresh(ticket)
        if ticket.state == State.FOLLOWUP:
            yield from _asked(world, rng, ticket)
            ticket = world.fresh(ticket)


# How it comes in ----------------------------------------------------------------------------------


def _arrive(world: World, rng: Random, at: datetime) -> Ticket:
    online = rng.random() < ONLINE
    answered = not online and rng.random() < ANSWERED
    category: Category | None = world.leaves.draw(rng)
    kind = _kind(rng, category, answered)
    unplaced = UNPLACED_LATELY if world.end - at < LATELY else UNPLACED
    place = None if rng.random() < unplaced else world.place(rng)
    said = _request(world, rng, kind, category, place)
    if online:
        return _online(rng, said, at)
    agent = world.anyone(Role.AGENT, rng)
    call = intake.take_call(world.phone(rng), by=agent, at=at)
    request = Request(**said, call=call, channel=Channel.PHONE)
    end = at + timedelta(seconds=rng.randint(70, 420))
    if answered:
        ticket = _helped_at_once(rng, request, agent, at)
    else:
        ticket = intake.file(request, by=agent, at=at, then=route)
    intake.end_call(call, at=min(end, world.end))
    return ticket


def _kind(rng: Random, category: Category, answered: bool) -> str:
    if category.kinds:
        return rng.choice(category.kinds)
    if rng.random() < (0.75 if answered else 0.04):
        return Kind.INQUIRY
    return rng.choices([kind for kind, _n in KINDS], [n for _kind, n in KINDS])[0]


def _request(
    world: World, rng: Random, kind: str, category: Category | None, place: Place | None
) -> dict[str, object]:
    """What every channel has in common."""
    spot = texts.spot(rng)
    return {
        "kind": kind,
        "content": texts.content(rng, kind, category, place, spot),
        "category": category,
        "place": place,
        "location": spot if place else "",
        "name": texts.name(rng) if rng.random() < 0.8 else "",
        "hide_identity": rng.random() < 0.06,
    }


def _online(rng: Random, said: dict[str, object], at: datetime) -> Ticket:
    """Written by the caller, who often does not choose a category, and sometimes sends a picture."""
    if rng.random() < 0.3:
        said["category"] = None
    channel = rng.choice((Channel.WEB, Channel.WECHAT, Channel.WECHAT, Channel.APP))
    phone = f"1990000{rng.randrange(10_000):04d}"
    ticket = intake.file(Request(**said, phone=phone, channel=channel), by=None, at=at, then=route)
    if rng.random() < 0.3:
        add_attachment(ticket, photo(rng, "诉求照片"), purpose=Attachment.Purpose.REQUEST, by=None, at=at)
    return ticket


def _helped_at_once(rng: Random, request: Request, agent: object, at: datetime) -> Ticket:
    what = request.category.name
    chance = rng.random()
    if request.category.limit_code == "E" and chance < 0.5:
        return intake.end_at_desk(request, "transfer", answer="", by=agent, at=at)
    if chance > 0.92:
        answer = texts.said(rng, texts.WAYS, what)
        return intake.end_at_desk(request, "guide", answer=answer, by=agent, at=at)
    return intake.end_at_desk(request, "answer", answer=texts.said(rng, texts.ANSWERS, what), by=agent, at=at)


def _place_by_hand(world: World, rng: Random, ticket: Ticket, at: datetime) -> Ticket:
    """The dispatcher asks back and decides: mostly the street."""
    ticket = world.fresh(ticket)
    street = world.place(rng).street
    at_place = [unit for unit in world.units.values() if street is not None and unit.place_id == street.pk]
    choice = at_place or [u for u in world.units.values() if u.type == Unit.Type.DISTRICT]
    lead = sorted(choice, key=lambda unit: unit.code)[0]
    by = world.anyone(Role.DISPATCHER, rng)
    dispatch_by_hand(ticket, lead=lead, reason=texts.said(rng, texts.BY_HAND), by=by, at=at)
    return world.fresh(ticket)


# What the unit does ---------------------------------------------------------------------------------


def _handled(world: World, rng: Random, ticket: Ticket) -> Step:
    """One round at the unit; returns early when the sweep has taken the ticket on."""
    unit = world.units[ticket.lead_id]
    good = world.quality(unit)
    at = ticket.clock_from
    if ticket.state == State.DISPATCHED:
        at += (ticket.sign_due - at) * min(rng.expovariate(2.6) * good.pace, 1.5)
        yield at
        ticket = _signed(world, ticket, at)
    if rng.random() < good.contacts:
        window = ticket.contact_due - ticket.clock_from
        at = max(at, ticket.clock_from + window * rng.uniform(0.05, 0.95) * good.pace)
        if not ticket.urgent:
            at = world.by_day(at, rng)
        yield at
        ticket = _contacted(world, rng, ticket, at)
    if rng.random() >= good.reports:
        return
    part = min(rng.betavariate(2.2, 2.4) * good.pace, 1.08)
    at = max(at + timedelta(minutes=9), ticket.clock_from + (ticket.handle_due - ticket.clock_from) * part)
    if not ticket.urgent:
        at = world.by_day(at, rng)
    yield from _reported(world, rng, ticket, good, at)


def _signed(world: World, ticket: Ticket, at: datetime) -> Ticket:
    ticket = world.fresh(ticket)
    if ticket.state == State.DISPATCHED:
        handling.sign(ticket, by=world.people.clerk(ticket.lead), at=at)
    return ticket


def _contacted(world: World, rng: Random, ticket: Ticket, at: datetime) -> Ticket:
    """A contact, an inner assignment now and then, and a co-unit's word."""
    ticket = world.fresh(ticket)
    if ticket.state not in WITH_UNIT:
        return ticket
    clerk = world.people.clerk(ticket.lead)
    reached = rng.random() < 0.9
    note = texts.said(rng, texts.CONTACTED if reached else texts.NOT_REACHED)
    channel = rng.choice((Contact.Channel.PHONE, Contact.Channel.PHONE, Contact.Channel.VISIT))
    handling.contact(ticket, channel=channel, reached=reached, note=note, by=clerk, at=at)
    if rng.random() < 0.25:
        grid = world.people.of(ticket.lead, Role.GRID, 0)
        handling.assign(ticket, to=rng.choice([clerk, *grid]), by=clerk, at=at)
    if rng.random() < 0.15:
        for task in ticket.co_tasks.order_by("unit__code")[:1]:
            helper = world.people.clerk(world.units[task.unit_id])
            handling.note(ticket, text=texts.said(rng, texts.CO_NOTES), by=helper, at=at)
    return ticket


def _reported(world: World, rng: Random, ticket: Ticket, good: Quality, at: datetime) -> Step:
    """Report, and the leader's word; sent back once in a while, and then done better."""
    for _time in range(2):
        yield at
        ticket = world.fresh(ticket)
        if ticket.state != State.HANDLING:
            return
        _report(world, rng, ticket, good, at)
        at += timedelta(minutes=rng.uniform(10, 45) if ticket.urgent else rng.uniform(30, 600))
        at = at if ticket.urgent else world.by_day(at, rng)
        yield at
        ticket = world.fresh(ticket)
        if ticket.state != State.REPORTED:
            return
        leader = world.people.leader(ticket.lead)
        if _time or rng.random() >= 0.1:
            handling.approve(ticket, by=leader, at=at)
            return
        handling.send_back(ticket, note=texts.said(rng, texts.SENT_BACK), by=leader, at=at)
        at += timedelta(minutes=rng.uniform(30, 300))


def _report(world: World, rng: Random, ticket: Ticket, good: Quality, at: datetime) -> None:
    outcome = Outcome.SOLVED
    if rng.random() >= good.solves:
        outcome = rng.choice((Outcome.PARTLY, Outcome.NOT_SOLVED, Outcome.EXPLAINED, Outcome.EXPLAINED))
    shown = outcome == Outcome.SOLVED or rng.random() < 0.3
    files = [photo(rng, f"现场照片{n + 1}") for n in range(rng.choice((1, 1, 2)))] if shown else []
    result = handling.Result(
        outcome=outcome,
        text=texts.said(rng, texts.DONE[outcome]),
        reply=texts.REPLIES[outcome].format(what=ticket.title),
    )
    handling.report(ticket, result, by=world.people.clerk(ticket.lead), at=at, files=files)


# What the caller says ---------------------------------------------------------------------------------


def _asked(world: World, rng: Random, ticket: Ticket) -> Step:
    """Follow-up: online by the caller, or by telephone in a few attempts."""
    at = ticket.followup_at
    if ticket.taken_by_id is None and rng.random() < 0.5:
        at = world.by_day(at + timedelta(hours=rng.uniform(1, 40)), rng)
        yield at
        _answered(world, rng, ticket, AskedBy.ONLINE, at)
        return
    at = world.by_day(at + timedelta(hours=rng.expovariate(1 / 14)), rng, 9, 20)
    for channel in (AskedBy.PHONE, AskedBy.MESSAGE, AskedBy.PHONE):
        yield at
        if rng.random() < 0.76:
            _answered(world, rng, ticket, channel, at)
            return
        reach = rng.choices((Reach.NO_ANSWER, Reach.REFUSED, Reach.WRONG_NUMBER), (86, 9, 5))[0]
        by = world.anyone(Role.CALLER_BACK, rng)
        ticket = world.fresh(ticket)
        followup.attempt(ticket, channel=channel, reach=reach, by=by, at=at)
        if reach != Reach.NO_ANSWER:
            break
        at = world.by_day(at + timedelta(hours=rng.uniform(13, 26)), rng, 9, 20)
    else:
        at = world.by_day(at + timedelta(hours=2), rng, 9, 20)
        yield at
    by = world.anyone(Role.CALLER_BACK, rng)
    followup.end_unasked(world.fresh(ticket), by=by, at=at, then=score)


def _answered(world: World, rng: Random, ticket: Ticket, channel: str, at: datetime) -> None:
    ticket = world.fresh(ticket)
    by = None if channel == AskedBy.ONLINE else world.anyone(Role.CALLER_BACK, rng)
    followup.take_answers(ticket, _opinion(rng, ticket), channel=channel, by=by, at=at, then=score)


#: What the unit reported → how often the caller agrees that it is solved. "": nothing was reported.
AGREES = {
    Outcome.SOLVED: 0.92,
    Outcome.PARTLY: 0.5,
    Outcome.EXPLAINED: 0.45,
    Outcome.NOT_SOLVED: 0.06,
    "": 0.12,
}


def _opinion(rng: Random, ticket: Ticket) -> followup.Said:
    """What this caller answers, given what was done."""
    met = ticket.contacted_at is not None
    contacted = Contacted.UNSURE if rng.random() < 0.04 else (Contacted.YES if met else Contacted.NO)
    solved = rng.random() < AGREES[ticket.outcome]
    chances = (82, 15, 3) if solved else (6, 22, 72)
    satisfied = rng.choices(Satisfied.values, chances)[0]
    negative = not solved or satisfied == Satisfied.DISSATISFIED
    reason = ""
    if negative:
        reasons = (Reason.NOT_ACCEPTED, Reason.UNDER_WAY, Reason.POLICY, Reason.LATE, Reason.ATTITUDE)
        reason = rng.choice(reasons) if met else Reason.NOT_CONTACTED
    return followup.Said(
        contacted=contacted,
        solved=Solved.SOLVED if solved else Solved.UNSOLVED,
        satisfied=satisfied,
        reason=reason,
        remark=rng.choice(texts.REMARKS) if rng.random() < 0.12 else "",
    )
