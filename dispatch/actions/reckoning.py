"""Change a day of a calendar or the numbers of a limit class, and move open deadlines if that is wanted."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.models import Adjustment
from dispatch.queries import reckoning as queries
from dispatch.queries.reckoning import Effect
from tickets.batch import Batch, Keys
from tickets.book import FRESH_SECONDS, book, local_day
from tickets.errors import Refused
from tickets.models import Limit, WorkCalendar, WorkDay
from units.models import User

#: Orders looked at in one transaction.
BATCH = 200


@dataclass(frozen=True)
class Numbers:
    """The windows of a limit class, in minutes of its calendar."""

    dispatch_minutes: int
    sign_minutes: int
    contact_minutes: int
    handle_minutes: int


def day_change(calendar: WorkCalendar, day: date, works: bool, at: datetime) -> queries.DayChange:
    """The change as it would be. Raises Refused for a day that is not ahead, or when nothing is different."""
    if day <= local_day(at):
        raise Refused(_("只能调整明天及以后的日期：已经计过的时间不再改写。"))
    worked = book().calendar_of(calendar.pk).works(day)
    if worked == works:
        raise Refused(_("这一天本来就是这样，无需调整。"))
    return queries.DayChange(calendar, day, worked, works)


def limit_change(code: str, numbers: Numbers, effective_from: date, at: datetime) -> queries.LimitChange:
    """The same for a class: its row from that day on, not saved. Raises Refused as `day_change` does, for an
    unknown class, and where a later rule stands already.
    """
    if effective_from <= local_day(at):
        raise Refused(_("新规定最早从明天起生效：已定的时限不再改写。"))
    later = Limit.objects.filter(code=code, effective_from__gt=local_day(at))
    if later.exists():
        raise Refused(_("该等级已有尚未生效的新规定，请先等它生效。"))
    try:
        new = book().limit(code, at)
    except LookupError:
        raise Refused(_("没有这个时限等级。")) from None
    new = Limit.objects.get(pk=new.pk)
    if numbers == Numbers(new.dispatch_minutes, new.sign_minutes, new.contact_minutes, new.handle_minutes):
        raise Refused(_("数字没有变化，无需调整。"))
    for name, minutes in vars(numbers).items():
        setattr(new, name, minutes)
    new.pk, new.effective_from = None, effective_from
    new._state.adding = True
    return queries.LimitChange(new)


@transaction.atomic
def change_day(
    calendar: WorkCalendar, day: date, works: bool, *, name: str = "", open_too: bool, by: User, at: datetime
) -> Adjustment:
    """Write the day; orders that come later are reckoned by it. Raises Refused as `day_change`."""
    calendar = WorkCalendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    change = day_change(calendar, day, works, at)
    WorkDay.objects.update_or_create(calendar=calendar, day=day, defaults={"works": works, "name": name})
    book.cache_clear()
    return _kept(Adjustment(calendar=calendar, day=day, worked=change.worked, works=works), open_too, by, at)


@transaction.atomic
def change_limit(
    code: str, numbers: Numbers, effective_from: date, *, open_too: bool, by: User, at: datetime
) -> Adjustment:
    """Write the row; orders from its day on are reckoned by it. Raises Refused as `limit_change`."""
    old = Limit.objects.select_for_update(no_key=True).filter(code=code).order_by("effective_from").last()
    new = limit_change(code, numbers, effective_from, at).new
    new.save(force_insert=True)
    book.cache_clear()
    return _kept(Adjustment(old_limit=old, new_limit=new), open_too, by, at)


def _kept(row: Adjustment, open_too: bool, by: User, at: datetime) -> Adjustment:
    row.open_too, row.by, row.at = open_too, by, at
    row.done_at = None if open_too else at
    row.save(force_insert=True)
    return row


def reckon_waiting(at: datetime, seconds: float) -> int:
    """Move the open deadlines of every change that waits; returns how many orders were moved.

    Ends after `seconds` with the batch it is in. A change waits until every process has read the new row.
    """
    until, moved = time.monotonic() + seconds, 0
    for row in queries.waiting(at - timedelta(seconds=2 * FRESH_SECONDS)):
        while time.monotonic() < until:
            batch = reckon(row.pk, at)
            if batch is None:
                break
            moved += batch
    return moved


@transaction.atomic
def reckon(key: int, at: datetime) -> int | None:
    """The next orders of one change, each once; None when none are left, or somebody else is at it."""
    waits = Adjustment.objects.select_related("calendar", "new_limit").filter(done_at=None, pk=key)
    row = waits.select_for_update(skip_locked=True, of=("self",)).first()
    if row is None:
        return None
    change = queries.change_of(row)
    # What came later was reckoned by the numbers in force then.
    found = queries.concerned(change).filter(pk__gt=row.cursor, received_at__lte=row.at).order_by("pk")
    # Waits for whoever holds one: an order that is skipped would be forgotten.
    tickets = list(found.select_related("limit").select_for_update(of=("self",))[:BATCH])
    if not tickets:
        row.done_at = at
        row.save(update_fields=["done_at"])
        return None
    effects = queries.reckoned(change, tickets, at)
    batch = Batch(Keys())
    for effect in effects:
        _shift(effect, row, at)
        batch.take(effect.ticket)
    batch.write()
    row.cursor, row.moved = tickets[-1].pk, row.moved + len(effects)
    row.save(update_fields=["cursor", "moved"])
    return len(effects)


def _shift(effect: Effect, row: Adjustment, at: datetime) -> None:
    """The moments before and after stand in the event: nothing is rewritten unseen."""
    changes: dict[str, object] = {shift.field: shift.now for shift in effect.shifts}
    if row.new_limit is not None:
        changes["limit"] = row.new_limit
        if "handle_due" in changes:
            changes["handle_minutes"] = effect.minutes
    facts = {
        "adjustment": row.pk,
        "moved": {shift.field: [shift.was.isoformat(), shift.now.isoformat()] for shift in effect.shifts},
    }
    effect.ticket.prepare("reckon", by=None, at=at, facts=facts, **changes)
