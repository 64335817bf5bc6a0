"""Publish a month: its lines counted and folded, its places written down, and nothing added any more.

A great month takes longer than a page may: a person asks for it, a worker does it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from scoring.actions.counting import fold, score_waiting
from scoring.actions.declaring import leave_out_declared
from scoring.actions.rebounds import revoke_returned
from scoring.audit import misfolded, waiting
from scoring.models import Period, Published
from scoring.queries import amounts
from scoring.queries.declarations import unfinished
from scoring.queries.standing import marks_of, places
from scoring.statements import statement
from tickets.errors import Refused
from units.models import Unit, User

DIGEST = statement("digest")
#: So long nobody else begins; a worker that was killed is not waited for any longer.
LEASE = timedelta(minutes=5)


def ask_to_freeze(period: Period, *, by: User, at: datetime) -> None:
    """Ask that the period be published: `freeze_asked` does it soon. Twice is once, the first asker's.

    Raises Refused before its end, and once it is published.
    """
    period.refresh_from_db(fields=["frozen_at", "ends"])
    _refuse_early(period, at)
    # Without a lock: a worker that is at it holds one for as long as it takes.
    Period.objects.filter(pk=period.pk, frozen_at=None, asked_at=None).update(
        asked_at=at, asked_by=by, begun_at=None, refused=""
    )


def freeze_asked(at: datetime) -> int:
    """Publish what people asked for; how many periods. Any number of workers may try, one does.

    A worker killed half-way has published nothing and is followed by another after `LEASE`. What is refused
    is no longer asked for, and says why.
    """
    asked = Period.objects.filter(asked_at__lte=at, frozen_at=None).order_by("begins")
    return sum(_take(row, at) for row in asked.select_related("asked_by"))


def _take(period: Period, at: datetime) -> int:
    free = Q(begun_at=None) | Q(begun_at__lt=at - LEASE)
    mine = Period.objects.filter(pk=period.pk, frozen_at=None, asked_at=period.asked_at)
    if period.asked_by is None or not mine.filter(free).update(begun_at=at):
        return 0
    try:
        freeze(period, by=period.asked_by, at=at)
    except Refused as refusal:
        mine.update(asked_at=None, asked_by=None, begun_at=None, refused=str(refusal)[:300])
        return 0
    return 1


def freeze(period: Period, *, by: User, at: datetime) -> Period:
    """Publish the period. Raises Refused before its end, a second time, while something of it is not counted,
    and when its totals are not its lines; then nothing has changed. `audit_scores` checks the lines.

    What is still to count, revoke, leave out by a declaration and fold is done first, outside the lock that
    keeps new lines away.
    """
    score_waiting(at)
    revoke_returned(at)
    leave_out_declared(at)
    fold(at)
    with transaction.atomic():
        held = Period.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=period.pk)
        _refuse_unready(held, at)
        fold(at)
        fault = next(misfolded(held), None)
        if fault is not None:
            raise Refused(_("账目核对不一致，不能发布：%s") % fault)
        Published.objects.bulk_create(_rows(held))
        held.lines_frozen, held.digest = digest(held)
        held.frozen_at, held.frozen_by = at, by
        held.save(update_fields=["frozen_at", "frozen_by", "digest", "lines_frozen"])
    return held


def _refuse_early(period: Period, at: datetime) -> None:
    if period.frozen_at is not None:
        raise Refused(_("这个月份已经发布。"))
    if at < period.ends:
        raise Refused(_("周期尚未结束，不能发布。"))


def _refuse_unready(period: Period, at: datetime) -> None:
    _refuse_early(period, at)
    if waiting(period):
        raise Refused(_("还有回访结果没有计入，请稍后再试。"))
    if unfinished(at):
        raise Refused(_("突发事件的回访结果还在剔除，请稍后再试。"))


def _rows(period: Period) -> Iterator[Published]:
    """A row for each unit of each group about which anything was counted."""
    marks = marks_of(period)
    for group in Unit.RankGroup.values:
        units = {unit.pk: unit for unit in Unit.objects.ranked(group)}
        counted = {row.unit: row.amounts for row in amounts([period], group=group, by_unit=True)}
        codes = {pk: unit.code for pk, unit in units.items()}
        for pk, standing in places(counted, codes, period, marks).all:
            yield Published(
                period=period,
                group=group,
                unit=units[pk],
                code=standing.code,
                name=units[pk].name,
                rank=standing.rank,
                score=standing.score,
                tenths=standing.tenths,
                amounts={name: amount for name, amount in standing.amounts.items() if amount},
            )


def digest(period: Period) -> tuple[int, str]:
    """How many lines the period has, and the hash of them."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST, {"period": period.pk})
        count, text = cursor.fetchone()
        return count, text
