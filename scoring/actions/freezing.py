"""Publish a month: its lines counted and folded, its places written down, and nothing added any more."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from scoring.actions.counting import fold, score_waiting
from scoring.actions.declaring import leave_out_declared
from scoring.audit import misfolded, waiting
from scoring.models import Period, Published
from scoring.queries import amounts
from scoring.queries.declarations import unfinished
from scoring.queries.standing import marks_of, places
from scoring.statements import statement
from tickets.errors import Refused
from units.models import Unit, User

DIGEST = statement("digest")


def freeze(period: Period, *, by: User, at: datetime) -> Period:
    """Publish the period. Raises Refused before its end, a second time, while something of it is not counted,
    and when its totals are not its lines; then nothing has changed. `audit_scores` checks the lines.

    What is still to count, leave out by a declaration and fold is done first, outside the lock that keeps
    new lines away.
    """
    score_waiting(at)
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


def _refuse_unready(period: Period, at: datetime) -> None:
    if period.frozen_at is not None:
        raise Refused(_("这个月份已经发布。"))
    if at < period.ends:
        raise Refused(_("周期尚未结束，不能发布。"))
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
