"""How one request comes in: by telephone to an agent, or written by the caller."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from dispatch.actions import dispatch_by_hand, route
from hotline.simulation import texts
from hotline.simulation.photos import photo
from hotline.simulation.world import World
from intake import actions as intake
from intake.actions import guiding
from intake.models import Guidance
from intake.requests import Part, Request
from tickets.actions import Correction, correct
from tickets.models import Category, Ticket
from tickets.states import Channel, Kind
from units.models import Place, User
from units.roles import Role

#: Of those who telephone, how many are helped at once (DOMAIN §5: 40 % of requests become orders).
ANSWERED = 0.6
ONLINE = 0.093
#: Callers who cannot say where; at the end of the simulated time dispatchers are behind.
UNPLACED, UNPLACED_LATELY, LATELY = 0.05, 0.4, timedelta(hours=6)
KINDS = ((Kind.COMPLAINT, 44), (Kind.HELP, 38), (Kind.SUGGESTION, 8), (Kind.TIP_OFF, 5), (Kind.PRAISE, 1))


def arrive(
    world: World, rng: Random, at: datetime, about: Ticket | None = None, matters: Sequence[Part] = ()
) -> Ticket:
    """The ticket of a new request: ended at the desk, dispatched, or waiting for a dispatcher.

    `about`: somebody else's case that this caller tells of again, without saying where in so many words.
    `matters`: told at once, so that the agent finds neither a category nor a place for them.
    """
    online = rng.random() < ONLINE
    answered = not online and rng.random() < ANSWERED
    if about is not None:
        return _again(world, rng, about, at)
    if len(matters) > 1:
        return _at_once(world, rng, matters, at)
    category = world.leaves.draw(rng)
    kind = _kind(rng, category, answered)
    unplaced = UNPLACED_LATELY if world.end - at < LATELY else UNPLACED
    place = None if rng.random() < unplaced else world.place(rng)
    said = _said(rng, kind, category, place)
    if online:
        return _online(world, rng, said, at)
    agent = world.anyone(Role.AGENT, rng)
    call = intake.take_call(world.phone(rng), by=agent, at=at)
    request = Request(**said, call=call, channel=Channel.PHONE)
    end = at + timedelta(seconds=rng.randint(70, 420))
    if answered:
        ticket = _helped_at_once(world, rng, request, agent, at)
    else:
        ticket = intake.file(request, by=agent, at=at, then=route)
    intake.end_call(call, at=min(end, world.end))
    return ticket


def _again(world: World, rng: Random, about: Ticket, at: datetime) -> Ticket:
    content = texts.content(rng, about.kind, about.category, about.place, about.location)
    said = {"kind": about.kind, "content": content, "category": about.category, "location": about.location}
    return _telephoned(world, rng, said, at)


def _at_once(world: World, rng: Random, matters: Sequence[Part], at: datetime) -> Ticket:
    content = texts.BESIDES.join(part.content for part in matters)
    return _telephoned(world, rng, {"kind": Kind.COMPLAINT, "content": content}, at)


def _telephoned(world: World, rng: Random, said: dict[str, object], at: datetime) -> Ticket:
    agent = world.anyone(Role.AGENT, rng)
    call = intake.take_call(world.phone(rng), by=agent, at=at)
    ticket = intake.file(Request(**said, name=texts.name(rng), call=call), by=agent, at=at, then=route)
    intake.end_call(call, at=min(at + timedelta(seconds=rng.randint(70, 420)), world.end))
    return ticket


def _kind(rng: Random, category: Category, answered: bool) -> str:
    if category.kinds:
        return rng.choice(category.kinds)
    if rng.random() < (0.75 if answered else 0.04):
        return Kind.INQUIRY
    return rng.choices([kind for kind, _n in KINDS], [n for _kind, n in KINDS])[0]


def _said(rng: Random, kind: str, category: Category, place: Place | None) -> dict[str, object]:
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


def _online(world: World, rng: Random, said: dict[str, object], at: datetime) -> Ticket:
    """Written by the caller, who often does not choose a category, and sometimes sends a picture."""
    if rng.random() < 0.3:
        said["category"] = None
    channel = rng.choice((Channel.WEB, Channel.WECHAT, Channel.WECHAT, Channel.APP))
    request = Request(**said, phone=world.phone(rng), channel=channel)
    ticket = intake.file(request, by=None, at=at, then=route)
    if rng.random() < 0.3:
        intake.add_more(ticket, text="", by=None, at=at, files=[photo(rng, "诉求照片")])
    return ticket


def _helped_at_once(world: World, rng: Random, request: Request, agent: User, at: datetime) -> Ticket:
    what = request.category.name if request.category else ""
    urgent = request.category is not None and request.category.limit_code == "E"
    chance = rng.random()
    if urgent and chance < 0.5:
        return intake.end_at_desk(request, "transfer", answer="", by=agent, at=at)
    if chance > 0.92:
        return _guided(world, rng, request, texts.said(rng, texts.WAYS, what), agent, at)
    return intake.end_at_desk(request, "answer", answer=texts.said(rng, texts.ANSWERS, what), by=agent, at=at)


def _guided(world: World, rng: Random, request: Request, told: str, agent: User, at: datetime) -> Ticket:
    """Told another way, and confirmed by the team leader on the spot."""
    way = rng.choice(Guidance.Way.values)
    ticket = intake.propose(request, way=way, answer=told, by=agent, at=at)
    guiding.confirm(ticket.guidance, by=world.anyone(Role.TEAM_LEADER, rng), at=at)
    return ticket


def place_by_hand(world: World, rng: Random, ticket: Ticket, at: datetime) -> None:
    """The dispatcher asks back where it is and goes by the catalogue, else to the district."""
    by = world.anyone(Role.DISPATCHER, rng)
    if ticket.place is None:
        place = world.place(rng)
        right = Correction(ticket.category, place, ticket.location, ticket.content)
        correct(ticket, right, by=by, at=at)
    if route(ticket, at, by):
        return
    district = ticket.place.district
    here = [unit for unit in world.districts if district is None or unit.place_id == district.pk]
    lead = rng.choice(here or world.districts)
    dispatch_by_hand(ticket, lead=lead, reason=texts.said(rng, texts.BY_HAND), by=by, at=at)
