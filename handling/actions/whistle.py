"""Whistles (吹哨): a street calls units; they come, act and leave, and it rates them (DOMAIN §3.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from handling.models import Call, Whistle
from handling.queries.bodies import body
from handling.queries.whistle import OVER
from handling.rules import MOST_CALLED, WHISTLERS, may_be_called, may_step
from intake.rules import scrub
from tickets import access, timers
from tickets.access import Access
from tickets.attachments import kept
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Ticket, Timer
from tickets.notices import tell
from units.models import Unit, User
from units.roles import Role

#: The clocks of a call; `ref` is the call's.
ACK, ARRIVE = "whistle_ack", "whistle_arrive"
#: What a called unit wrote about its work may grow to this.
ACTION_LENGTH = 1000


@dataclass(frozen=True)
class Blast:
    """What a street whistles: which kind, in which situation, to which place, for whom."""

    kind: str
    situation: str
    where: str
    reason: str
    units: Sequence[Unit]


@dataclass(frozen=True)
class Arrival:
    """Where a called unit says it is, its photo, and the telephone's own position where it gave one."""

    where: str
    photo: UploadedFile
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@transaction.atomic
def blow(ticket: Ticket, blast: Blast, *, by: User, at: datetime) -> Whistle:
    """The street that leads the order calls units to a place; each has its own two clocks, in natural time.

    Raises Refused for a lead that is no street or town, and for a unit that may not be called.
    """
    _refuse_unfit(ticket, blast.units)
    numbers = book()
    ack = numbers.number(f"whistle_{blast.kind}_ack_minutes", at)
    arrive = numbers.number(f"whistle_{blast.kind}_arrive_minutes", at)
    whistle = Whistle.objects.create(
        ticket=ticket,
        unit_id=ticket.lead_id,
        by=by,
        kind=blast.kind,
        situation=blast.situation,
        where=scrub(blast.where.strip()),
        reason=scrub(blast.reason.strip()),
        at=at,
    )
    ack_due, arrive_due = numbers.due_in(None, at, ack), numbers.due_in(None, at, arrive)
    calls = Call.objects.bulk_create(
        Call(whistle=whistle, unit=unit, ack_due=ack_due, arrive_due=arrive_due) for unit in blast.units
    )
    for call in calls:
        timers.start(ticket, ACK, call.pk, at=at, minutes=ack)
        timers.start(ticket, ARRIVE, call.pk, at=at, minutes=arrive)
        for role in (Role.CLERK, Role.LEADER):
            tell(ticket, "whistle", at=at, unit=call.unit_id, role=role)
    access.give(ticket, [unit.pk for unit in blast.units], Access.Why.CALLED)
    facts = {"whistle": whistle.pk, "kind": blast.kind, "why": blast.situation}
    ticket.record("whistle", by=by, at=at, facts=facts | {"units": [unit.pk for unit in blast.units]})
    return whistle


def _refuse_unfit(ticket: Ticket, units: Sequence[Unit]) -> None:
    """A whistle is a street's alone, and calls those that can come."""
    if ticket.lead is None or ticket.lead.type not in WHISTLERS:
        raise Refused(_("只有街道、乡镇主办的工单可以吹哨。请改用「提请协调」。"))
    if not 1 <= len(units) <= MOST_CALLED:
        raise Refused(_("请选择 1 至 %(most)d 个单位。") % {"most": MOST_CALLED})
    for unit in units:
        if not unit.active or not may_be_called(body(ticket.lead), body(unit)):
            raise Refused(
                _("不能吹哨给「%(unit)s」：只能呼叫本区部门、市级部门和公共服务企业。") % {"unit": unit}
            )
        if access.accuses(ticket, unit):
            raise Refused(_("「%(unit)s」是被举报单位或其下属，不能参与办理。") % {"unit": unit})
    running = Call.objects.filter(whistle__ticket=ticket, unit__in=units).exclude(state__in=OVER)
    taken = running.select_related("unit").first()
    if taken is not None:
        raise Refused(_("「%(unit)s」还在应本工单的上一声哨。") % {"unit": taken.unit})


@transaction.atomic
def ack(call: Call, *, by: User, at: datetime) -> None:
    """The called unit has heard it (应哨)."""
    ticket, call = _taking("ack", call, by)
    timers.stop(ticket, ACK, call.pk, at=at)
    late = call.late_ack or at > call.ack_due
    _keep(call, state=Call.State.COMING, acked_at=at, acked_by=by, late_ack=late)
    ticket.record("whistle_ack", by=by, at=at, facts=_facts(call) | {"late": late})


@transaction.atomic
def arrive(call: Call, arrival: Arrival, *, by: User, at: datetime) -> None:
    """The called unit is there (报到), and shows it. Raises Refused without a place or a photo."""
    if not arrival.where.strip():
        raise Refused(_("请填写报到地点。"))
    ticket, call = _taking("arrive", call, by)
    with kept(ticket, [arrival.photo], by=by, at=at) as photos:
        if not photos[0].content_type.startswith("image/"):
            raise Refused(_("报到须拍现场照片，不能用 PDF 文件代替。"))
        timers.stop(ticket, ARRIVE, call.pk, at=at)
        late = call.late_arrival or at > call.arrive_due
        _keep(
            call,
            state=Call.State.THERE,
            arrived_at=at,
            arrived_by=by,
            arrived_where=scrub(arrival.where.strip()),
            latitude=arrival.latitude,
            longitude=arrival.longitude,
            photo=photos[0],
            late_arrival=late,
        )
        ticket.record(
            "whistle_arrive",
            by=by,
            at=at,
            facts=_facts(call) | {"late": late, "evidence": [photos[0].pk]},
        )


@transaction.atomic
def act(call: Call, *, text: str, by: User, at: datetime) -> None:
    """What the called unit did there; said again, it is added to what was said before."""
    if len(text.strip()) < 2:
        raise Refused(_("请写明处置情况。"))
    ticket, call = _taking("act", call, by)
    said = "\n".join(part for part in (call.action, scrub(text.strip())) if part)
    if len(said) > ACTION_LENGTH:
        raise Refused(_("处置情况合计不能超过 %(most)d 字。") % {"most": ACTION_LENGTH})
    _keep(call, action=said)
    ticket.record("whistle_act", by=by, at=at, facts=_facts(call))


@transaction.atomic
def leave(call: Call, *, by: User, at: datetime) -> None:
    """The called unit goes; not before it wrote what it did (事不完人不撤)."""
    ticket, call = _taking("leave", call, by)
    _keep(call, state=Call.State.LEFT, left_at=at)
    ticket.record("whistle_leave", by=by, at=at, facts=_facts(call))


@transaction.atomic
def rate(call: Call, *, rating: int, note: str, by: User, at: datetime) -> None:
    """The street's word about one unit, 1–5, once; a low one says why. The last one ends the whistle."""
    if not 1 <= rating <= 5:
        raise Refused(_("请评 1 至 5 分。"))
    if rating <= 2 and len(note.strip()) < 2:
        raise Refused(_("评 1、2 分须写明原因。"))
    ticket, call = _held(call)
    if call.state not in OVER:
        raise Refused(_("「%(unit)s」还没有离场，离场后再评价。") % {"unit": call.unit})
    if call.rated_at is not None:
        raise Refused(_("「%(unit)s」已评价过。") % {"unit": call.unit})
    _keep(call, rating=rating, rating_note=scrub(note.strip()), rated_by=by, rated_at=at)
    facts = _facts(call) | {"rating": rating}
    if not call.whistle.calls.filter(rated_at=None).exists():
        Whistle.objects.filter(pk=call.whistle_id, ended_at=None).update(ended_at=at)
    ticket.record("whistle_rate", by=by, at=at, facts=facts)


@transaction.atomic
def end(whistle: Whistle, *, by: User, at: datetime) -> None:
    """The street ends its whistle: who never came is absent, who is still there may go.

    Raises Refused while a unit that is not there yet still has time to come.
    """
    ticket = held(whistle.ticket_id)
    running = list(whistle.calls.exclude(state__in=OVER).select_related("unit"))
    early = next((c for c in running if c.state != Call.State.THERE and c.arrive_due > at), None)
    if early is not None:
        raise Refused(_("「%(unit)s」的报到时限还没有到，到时仍未报到再结束。") % {"unit": early.unit})
    if not Whistle.objects.filter(pk=whistle.pk, ended_at=None).update(ended_at=at):
        raise Refused(_("这声哨已经结束。"))
    missing = [call for call in running if call.state != Call.State.THERE]
    for call in running:
        if call.state == Call.State.THERE:
            _keep(call, state=Call.State.LEFT, left_at=at)
        else:
            _keep(call, state=Call.State.ABSENT, late_arrival=True)
    for kind in (ACK, ARRIVE):
        timers.stop(ticket, kind, *(call.pk for call in running), at=at)
    facts = {"whistle": whistle.pk, "absent": [call.unit_id for call in missing]}
    ticket.record("whistle_end", by=by, at=at, facts=facts)
    for call in missing:
        tell(ticket, "whistle_end", at=at, unit=call.unit_id, role=Role.LEADER)


def ring_ack(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """Nobody answered the whistle in time."""
    _late(ticket, timer, at, "late_ack", "ack")


def ring_arrive(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """Nobody came in time."""
    _late(ticket, timer, at, "late_arrival", "arrive")


def _late(ticket: Ticket, timer: Timer, at: datetime, mark: str, what: str) -> None:
    """The mark, and the word to the called unit's leader and to whoever whistled."""
    call = Call.objects.select_related("whistle").get(pk=timer.ref)
    _keep(call, **{mark: True})
    tell(ticket, "whistle_late", at=at, unit=call.unit_id, role=Role.LEADER)
    tell(ticket, "whistle_late", at=at, person=call.whistle.by_id)
    ticket.record("whistle_late", by=None, at=at, facts=_facts(call) | {"what": what})


def held(key: int) -> Ticket:
    """The ticket, locked: several units act in one minute, and none is to lose its photo to another."""
    found = Ticket.objects.select_related("lead", "inner")
    return found.select_for_update(of=("self",)).get(pk=key)


def _held(call: Call) -> tuple[Ticket, Call]:
    ticket = held(call.whistle.ticket_id)
    return ticket, Call.objects.select_related("unit", "whistle").get(pk=call.pk)


def _taking(step: str, call: Call, by: User) -> tuple[Ticket, Call]:
    """The ticket and the call as they stand, for a step that is its unit's to take now."""
    ticket, call = _held(call)
    if by.unit is None or not by.unit.covers(call.unit):
        raise Refused(_("只有被呼叫的单位才能办理这一步。"))
    if step == "leave" and call.state == Call.State.THERE and not call.action:
        raise Refused(_("事不完、人不撤：请先写明处置情况，再离场。"))
    if not may_step(step, call.state, acted=bool(call.action)):
        raise Refused(
            _("本单位当前为「%(state)s」，不能办理这一步。请刷新后再试。")
            % {"state": call.get_state_display()}
        )
    return ticket, call


def _keep(call: Call, **changes: object) -> None:
    for field, value in changes.items():
        setattr(call, field, value)
    call.save(update_fields=list(changes))


def _facts(call: Call) -> dict[str, object]:
    return {"whistle": call.whistle_id, "call": call.pk, "unit": call.unit_id}
