"""Moments and spans of time in a reader's words."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.book import local_day


def moment(when: datetime, at: datetime) -> str:
    """今天 09:10, 昨天 08:31, 11月19日 10:24; the year only when it is another."""
    local = timezone.localtime(when)
    days = (local_day(when) - local_day(at)).days
    named = {0: _("今天 %(time)s"), -1: _("昨天 %(time)s"), 1: _("明天 %(time)s")}.get(days)
    if named is not None:
        return named % {"time": date_format(local, "H:i")}
    # Translators: a date format of Django, see its `date` filter.
    this_year, other_year = _("n月j日 H:i"), _("Y年n月j日 H:i")
    return date_format(local, this_year if local.year == local_day(at).year else other_year)


def span(length: timedelta) -> str:
    """2 天 3 小时, 3 小时 5 分钟, 5 分钟: the two largest units; never less than a minute."""
    minutes = max(1, int(length.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [_days(days), _hours(hours)] if days else [_hours(hours), _minutes(rest)]
    told = [part for part in parts if part]
    if len(told) == 1:
        return told[0]
    return _("%(larger)s %(smaller)s") % {"larger": told[0], "smaller": told[1]}


def _days(n: int) -> str:
    return ngettext("%(n)d 天", "%(n)d 天", n) % {"n": n} if n else ""


def _hours(n: int) -> str:
    return ngettext("%(n)d 小时", "%(n)d 小时", n) % {"n": n} if n else ""


def _minutes(n: int) -> str:
    return ngettext("%(n)d 分钟", "%(n)d 分钟", n) % {"n": n} if n else ""


def left(due: datetime, at: datetime) -> str:
    """How long until then, or since."""
    if due >= at:
        return _("还剩 %(span)s") % {"span": span(due - at)}
    return _("已超过 %(span)s") % {"span": span(at - due)}
