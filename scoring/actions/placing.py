"""Where a line belongs: periods as they are needed, and the current one for what a published one missed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from scoring.models import Period, Scheme
from scoring.rules import month_of
from tickets.book import local_day

#: The last moment that still belongs to a period is so much before its end.
MOMENT = timedelta(microseconds=1)


@transaction.atomic
def ensure_period(at: datetime) -> Period:
    """The period that holds the moment, made with the scheme in force when it is first needed.

    Where a new scheme moves the boundary, the period between the old and the new one is longer or
    shorter, never double. Raises Scheme.DoesNotExist when the city has no scheme yet.
    """
    held = Period.objects.select_related("scheme").filter(begins__lte=at, ends__gt=at).first()
    if held is not None:
        return held
    scheme = Scheme.objects.in_force(local_day(at))
    month = nominal = month_of(local_day(at), scheme.period_start_day)
    if Period.objects.filter(code=month.code).exists():
        month = month_of(nominal.ends, scheme.period_start_day)
    earlier = _midnight(month_of(nominal.begins - timedelta(days=1), scheme.period_start_day).begins)
    before = Period.objects.filter(ends__lte=at, ends__gt=earlier).order_by("-ends").first()
    after = Period.objects.filter(begins__gt=at).order_by("begins").first()
    ends = _midnight(month.ends)
    made, _new = Period.objects.get_or_create(
        code=month.code,
        defaults={
            "begins": before.ends if before else _midnight(nominal.begins),
            "ends": min(ends, after.begins) if after else ends,
            "scheme": scheme,
        },
    )
    return made


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_default_timezone())


def _published_at(period: Period) -> datetime | None:
    """When, as no longer changes until this transaction ends: the lock that the line itself will take."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT frozen_at FROM scoring_period WHERE id = %s FOR KEY SHARE", [period.pk])
        return cursor.fetchone()[0]


@dataclass(frozen=True)
class Berth:
    """Where a line goes: its period, the moment it counts at, and the published period it adjusts."""

    period: Period
    at: datetime
    about: Period | None = None

    def columns(self) -> dict[str, object]:
        return {"period": self.period, "at": self.at, "about": self.about}


def berth(own: Period, moment: datetime, now: datetime) -> Berth:
    """A period takes what is its own until it is published; then it is a dated adjustment of the current one.

    `moment` is clamped into the period, so that its days sum up to it. One that is being published is waited
    for: whoever calls it is in a transaction.
    """
    if own.frozen_at is None and now >= own.ends:
        own.frozen_at = _published_at(own)
    if own.frozen_at is None:
        return Berth(own, min(max(moment, own.begins), own.ends - MOMENT))
    current = ensure_period(now)
    while current.frozen_at is not None:
        current = ensure_period(current.ends)
    return Berth(current, min(max(now, current.begins), current.ends - MOMENT), about=own)
