"""Orders to be on site at a time (现场办理令), to verify and divide responsibility (DOMAIN §3.1)."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from handling.models import OnSiteOrder
from handling.queries.coordination import stands_on_site
from handling.rules import MOST_CALLED, NOT_ORDERED
from intake.rules import scrub
from tickets import access, timers
from tickets.access import Access
from tickets.attachments import kept
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Ticket, Timer
from tickets.notices import tell
from tickets.queries import hold
from units.models import Unit, User
from units.roles import Role

TIMER = "on_site"


@transaction.atomic
def order(
    ticket: Ticket,
    *,
    meet_at: datetime,
    where: str,
    units: Sequence[Unit],
    demand: str = "",
    by: User,
    at: datetime,
) -> OnSiteOrder:
    """Order units to a place. `on_site_grace_minutes` after the moment, what was found must be written.

    Raises Refused for a moment that is past, and for a unit that may not be ordered.
    """
    if meet_at <= at:
        raise Refused(_("到场时间须在现在之后。"))
    if not where.strip():
        raise Refused(_("请写明到场地点。"))
    _refuse_unfit(ticket, units, by)
    row = OnSiteOrder.objects.create(
        ticket=ticket,
        by=by,
        at=at,
        meet_at=meet_at,
        where=scrub(where.strip()),
        demand=scrub(demand.strip()),
    )
    row.units.set(units)
    timers.start_until(
        ticket, TIMER, row.pk, at=at, due=meet_at + book().minutes("on_site_grace_minutes", at)
    )
    keys = [unit.pk for unit in units]
    access.give(ticket, keys, Access.Why.ASKED)
    for key in keys:
        for role in (Role.CLERK, Role.LEADER):
            tell(ticket, "on_site", at=at, unit=key, role=role)
    ticket.record("on_site", by=by, at=at, facts={"on_site": row.pk, "units": keys})
    return row


def _refuse_unfit(ticket: Ticket, units: Sequence[Unit], by: User) -> None:
    if not 1 <= len(units) <= MOST_CALLED:
        raise Refused(_("请选择 1 至 %(most)d 个单位。") % {"most": MOST_CALLED})
    for unit in units:
        if not unit.active or unit.type in NOT_ORDERED:
            raise Refused(_("不能要求「%(unit)s」到场。请另选单位。") % {"unit": unit})
        if access.accuses(ticket, unit):
            raise Refused(_("「%(unit)s」是被举报单位或其下属，不能参与办理。") % {"unit": unit})
        ours = by.unit is not None and by.unit.covers(unit)
        if not by.has_role(Role.SUPERVISOR) and not ours and unit.pk != ticket.lead_id:
            raise Refused(_("「%(unit)s」不是本区单位，请提请市级下达。") % {"unit": unit})


@transaction.atomic
def settle(
    ticket: Ticket, row: OnSiteOrder, *, outcome: str, photo: UploadedFile, by: User, at: datetime
) -> None:
    """What was found and divided on site, with a photo; once. Refused to whoever was not ordered there."""
    if len(outcome.strip()) < 5:
        raise Refused(_("请写明现场结论。"))
    if not stands_on_site(ticket, row.units.all(), by):
        raise Refused(_("只有到场单位和下达单位才能填写现场结论。"))
    hold(ticket)
    with kept(ticket, [photo], by=by, at=at) as photos:
        said = {"outcome": scrub(outcome.strip()), "photo": photos[0], "done_by": by, "done_at": at}
        if not OnSiteOrder.objects.filter(pk=row.pk, done_at=None).update(**said):
            raise Refused(_("现场结论已经填写。请刷新后查看。"))
        timers.stop(ticket, TIMER, row.pk, at=at)
        facts = {"on_site": row.pk, "evidence": [photos[0].pk]}
        ticket.record("on_site_done", by=by, at=at, facts=facts)
    if row.by_id != by.pk:
        tell(ticket, "on_site_done", at=at, person=row.by_id)


def ring(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """Nobody wrote what was found there."""
    row = OnSiteOrder.objects.get(pk=timer.ref)
    row.late = True
    row.save(update_fields=["late"])
    units = list(row.units.values_list("pk", flat=True))
    for unit in units:
        tell(ticket, "on_site_late", at=at, unit=unit, role=Role.LEADER)
    tell(ticket, "on_site_late", at=at, person=row.by_id)
    ticket.record("on_site_late", by=None, at=at, facts={"on_site": row.pk, "units": units})
