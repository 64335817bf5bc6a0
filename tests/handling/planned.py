"""What tests of long-term plans say again and again."""

from datetime import date, timedelta

from handling.actions.plan import Step, Wanted
from tests.city import NOON
from tickets.models import Ticket

TODAY = NOON.date()
TEXT = "纳入明年老旧小区改造计划，先行设置临时围挡。"


def day(count: int) -> date:
    return TODAY + timedelta(days=count)


def wanted(ticket: Ticket, **changes: object) -> Wanted:
    """A complete plan of two steps, unless told otherwise."""
    said = {
        "why": "funding",
        "text": TEXT,
        "until": day(60),
        "told": ticket.contacts.first(),
        "steps": [Step("完成设计", day(20)), Step("完成施工", day(50))],
    }
    return Wanted(**{**said, **changes})
