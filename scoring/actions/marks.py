"""Points added or taken by a person (加分、扣分), each with its reason, until the month is published."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from intake.rules import scrub
from scoring.models import Mark, Period
from tickets.errors import Refused
from units.models import Unit, User

#: No score has more points than that (in tenths).
MOST = 1000


@transaction.atomic
def add(period: Period, unit: Unit, *, tenths: int, why: str, by: User, at: datetime) -> Mark:
    """Add (or, negative, take) tenths of a point. A mistake is put right by another mark: all of them show.

    Raises Refused on a period that is, or is being, published, for a unit that is in no ranking, for the
    person's own unit, without a reason, and for nothing or more than a whole score.
    """
    # Before the lock, which whoever publishes holds for long.
    if Period.objects.filter(pk=period.pk, frozen_at=None).exclude(asked_at=None).exists():
        raise Refused(_("这个月份正在发布，不能再加减分。"))
    held = Period.objects.select_for_update(of=("self",)).get(pk=period.pk)
    if held.frozen_at is not None:
        raise Refused(_("这个月份已经发布，不能再加减分。"))
    if not unit.rank_group or not unit.active:
        raise Refused(_("只有参加考核的单位才有加减分。"))
    if by.unit is not None and unit.rank_group and unit.covers(by.unit):
        raise Refused(_("不能给自己的单位加减分。"))
    if not 0 < abs(tenths) <= MOST:
        raise Refused(_("加减分须在 0.1 至 100 分之间。"))
    if len(why.strip()) < 5:
        raise Refused(_("请写明加减分的事由。"))
    return Mark.objects.create(period=held, unit=unit, tenths=tenths, why=scrub(why.strip()), by=by, at=at)
