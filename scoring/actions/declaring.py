"""An event is declared (X8, DOMAIN §2.4): what its matters brought is left out, for all units alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from intake.rules import scrub
from scoring.actions.exclusions import count_again, declare_out
from scoring.models import Declaration, Exclusion, Ground
from scoring.queries import ground_in_force
from scoring.queries.declarations import (
    counted_answer,
    covered,
    in_force,
    left_in,
    swept_until,
    to_restore,
)
from tickets.errors import Refused
from tickets.models import Category, Ticket
from units.models import Place, User

#: The ground of DOMAIN §2.4 that a declaration stands for.
GROUND = "X8"
#: Tickets left out in one transaction, and at one go.
BATCH = 200
MOST = 2000


@dataclass(frozen=True)
class Event:
    """What is declared, and by what right: requests taken in [begins, ends), of these codes (none: any)."""

    name: str
    begins: datetime
    ends: datetime
    basis: str
    categories: Sequence[str] = ()
    places: Sequence[str] = ()


@transaction.atomic
def declare(event: Event, *, by: User, at: datetime) -> Declaration:
    """Write it down; it is in force when a second person confirms it.

    Raises Refused without a name and a basis, for a span that is none, and for unknown codes.
    """
    if len(event.name.strip()) < 2 or len(event.basis.strip()) < 5:
        raise Refused(_("请写明事件名称和依据（如公告文号）。"))
    if event.begins >= event.ends:
        raise Refused(_("结束时间须晚于开始时间。"))
    known = Category.objects.filter(code__in=event.categories).count() == len(
        set(event.categories)
    ) and Place.objects.filter(code__in=event.places).count() == len(set(event.places))
    if not known:
        raise Refused(_("有不存在的事项或地点，请重新选择。"))
    return Declaration.objects.create(
        name=scrub(event.name.strip()),
        begins=event.begins,
        ends=event.ends,
        categories=sorted(set(event.categories)),
        places=sorted(set(event.places)),
        basis=scrub(event.basis.strip()),
        by=by,
        at=at,
    )


@transaction.atomic
def confirm(row: Declaration, *, by: User, at: datetime) -> None:
    """The second person puts it in force; its answers are left out by `leave_out_declared`.

    Raises Refused for the one who declared it, a second time, once it is revoked, and where the scheme
    lacks the ground.
    """
    held = Declaration.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if held.revoked_at is not None:
        raise Refused(_("这项申报已经撤销。"))
    if held.confirmed_at is not None:
        raise Refused(_("这项申报已经确认。"))
    if held.by_id == by.pk:
        raise Refused(_("须由另一人确认。"))
    if ground_in_force(GROUND, held.begins) is None:
        raise Refused(_("当时的考评方案没有「突发事件」这一剔除理由，不能确认。"))
    held.confirmed_by, held.confirmed_at = by, at
    held.save(update_fields=["confirmed_by", "confirmed_at"])


@transaction.atomic
def revoke(row: Declaration, *, why: str, by: User, at: datetime) -> None:
    """It was a mistake: what it left out counts again (`leave_out_declared`), but for what another one in
    force covers. One that nobody has confirmed is merely withdrawn.

    Raises Refused without a reason, a second time, and, once it is in force, for the one who declared it.
    """
    held = Declaration.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if held.revoked_at is not None:
        raise Refused(_("这项申报已经撤销。"))
    if held.confirmed_at is not None and held.by_id == by.pk:
        raise Refused(_("已生效的申报须由另一人撤销。"))
    if len(why.strip()) < 5:
        raise Refused(_("请写明撤销理由。"))
    held.revoked_by, held.revoked_at, held.revoked_why = by, at, scrub(why.strip())
    held.save(update_fields=["revoked_by", "revoked_at", "revoked_why"])


def leave_out_declared(at: datetime) -> int:
    """Leave out what confirmed declarations cover and the ledger still counts, and count again what revoked
    ones left out; how many tickets.

    In batches and never more than about `MOST` at a time: it may be killed at any point and goes on the
    next time, which also finds what is answered later. Any number of workers may do so at once.
    """
    done = _count_again(at)
    for row in in_force(at):
        if done < MOST:
            done += _leave_out(row, at)
    return done


def _count_again(at: datetime) -> int:
    done, last = 0, 0
    while done < MOST:
        taken, last = _batch_back(at, last)
        if not taken:
            break
        done += taken
    return done


@transaction.atomic
def _batch_back(at: datetime, last: int) -> tuple[int, int]:
    """Count some tickets again after the last one seen; how many, and the last of them."""
    waiting = to_restore(at).filter(pk__gt=last).order_by("pk")
    tickets = list(waiting.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for ticket in tickets:
        row = Exclusion.objects.select_related("unit", "ground").get(ticket=ticket)
        row.ticket = ticket
        others = (one for one in in_force(at) if covered(one).filter(pk=ticket.pk).exists())
        other = next(others, None)
        count_again(row, other, at, text=_told(other) if other else "")
    return len(tickets), tickets[-1].pk if tickets else 0


def _leave_out(row: Declaration, at: datetime) -> int:
    ground = ground_in_force(GROUND, row.begins)
    until = swept_until(at)
    done, last = 0, 0
    while ground is not None and done < MOST:
        taken, some = _batch(row, ground, at, last)
        if not some:
            break
        done, last = done + taken, some
    # What another worker holds, or is over the measure, is still to do.
    if not left_in(row).exists():
        Declaration.objects.filter(pk=row.pk).update(swept_at=until)
    return done


@transaction.atomic
def _batch(row: Declaration, ground: Ground, at: datetime, last: int) -> tuple[int, int]:
    """Leave out some tickets after the last one seen; how many, and the last of them (0: there are none)."""
    waiting = left_in(row).filter(pk__gt=last).order_by("pk")
    tickets = list(waiting.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    return sum(_one(ticket, row, ground, at) for ticket in tickets), tickets[-1].pk if tickets else 0


def _one(ticket: Ticket, row: Declaration, ground: Ground, at: datetime) -> int:
    answer = counted_answer(ticket)
    if answer is None:
        return 0
    answer.ticket = ticket
    return int(declare_out(answer, ground, text=_told(row), at=at, declaration=row) is not None)


def _told(row: Declaration) -> str:
    """What an exclusion says of it."""
    return (_("%(name)s（%(basis)s）") % {"name": row.name, "basis": row.basis})[:500]
