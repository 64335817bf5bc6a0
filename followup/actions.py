"""The verbs of follow-up: try to reach the caller, take the answers, end unasked. A first "no" reopens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions import cards
from followup.models import Answer, Attempt, Reach
from followup.queries import policy_at, tries_of
from followup.rules import enough, quiet, second_limit
from intake.rules import scrub
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Ticket
from units.models import User

#: Handed in by whoever asks: what follows an answer in the same transaction (scoring's lines).
Then = Callable[[Answer, datetime], object]


@dataclass(frozen=True)
class Said:
    """The caller's answers to Q1–Q4 (DOMAIN §2.2); empty: not answered."""

    contacted: str = ""
    solved: str = ""
    satisfied: str = ""
    reason: str = ""
    remark: str = ""


@transaction.atomic
def attempt(ticket: Ticket, *, channel: str, reach: str, by: User, at: datetime) -> Attempt:
    """Note an attempt that failed. Raises Refused at night and for the unit's own people."""
    _refuse_partial(ticket, by)
    if quiet(at, policy_at(at)):
        raise Refused(_("现在是免打扰时段，请在白天回访。"))
    row = Attempt.objects.create(
        ticket=ticket, round=ticket.round, by=by, channel=channel, reach=reach, at=at
    )
    ticket.record("attempt", by=by, at=at, facts={"attempt": row.pk, "reach": reach, "channel": channel})
    return row


@transaction.atomic
def take_answers(
    ticket: Ticket, said: Said, *, channel: str, by: User | None, at: datetime, then: Then | None = None
) -> Answer:
    """The caller answered. First "unsolved or dissatisfied" reopens the ticket; anything else closes it.

    `by` None: the caller answered online. Raises Refused when Q2 or Q3 is missing, or when the asker
    belongs to the handling unit (DOMAIN §2.2 independence).
    """
    if not said.solved or not said.satisfied:
        raise Refused(_("请回答「是否解决」和「是否满意」。"))
    _refuse_partial(ticket, by)
    answer = Answer(
        reach=Reach.REACHED,
        contacted=said.contacted,
        solved=said.solved,
        satisfied=said.satisfied,
        reason=said.reason,
        remark=scrub(said.remark.strip()),
    )
    return _end(ticket, answer, channel=channel, by=by, at=at, then=then)


@transaction.atomic
def end_unasked(ticket: Ticket, *, by: User, at: datetime, then: Then | None = None) -> Answer:
    """Close without an answer once the attempts are enough; never turned into a "satisfied"."""
    _refuse_partial(ticket, by)
    tries = tries_of(ticket)
    if not enough(tries, policy_at(at)):
        raise Refused(_("回访次数、方式或间隔未达要求，还不能结束回访。"))
    last = tries[-1]
    return _end(ticket, Answer(reach=last.reach), channel=last.channel, by=by, at=at, then=then)


def _refuse_partial(ticket: Ticket, by: User | None) -> None:
    """The unit that handled the case may not do its scored follow-up."""
    if by is not None and by.unit is not None and ticket.lead is not None and ticket.lead.covers(by.unit):
        raise Refused(_("承办单位不能回访自己办理的工单。"))


def _end(
    ticket: Ticket, answer: Answer, *, channel: str, by: User | None, at: datetime, then: Then | None
) -> Answer:
    """Keep the answer, then close or reopen."""
    answer.ticket, answer.round, answer.unit_id = ticket, ticket.round, ticket.lead_id
    answer.channel, answer.by, answer.at = channel, by, at
    move = "reopen" if answer.negative and ticket.round == 1 else "close"
    changes = _second_round(ticket, at) if move == "reopen" else {"closed_at": at}
    # The move comes first: its compare-and-swap decides between two answers at once.
    ticket.move(
        move,
        by=by,
        at=at,
        facts={
            "round": answer.round,
            "reach": answer.reach,
            "contacted": answer.contacted,
            "solved": answer.solved,
            "satisfied": answer.satisfied,
        },
        **changes,
    )
    answer.save(force_insert=True)
    if answer.negative and move == "close":
        cards.second_negative(ticket, at=at)
    if then is not None:
        then(answer, at)
    return answer


def _second_round(ticket: Ticket, at: datetime) -> dict[str, object]:
    """The clocks of a reopened ticket: half the class limit, at least a day (settings rows)."""
    limit = book().limit_of(ticket.limit_id)
    minutes = second_limit(
        limit.handle_minutes, book().number("reopen_divisor", at), book().number("reopen_min_minutes", at)
    )
    moments = book().deadlines(limit, at, minutes)
    return {
        "round": ticket.round + 1,
        "clock_from": at,
        "handle_minutes": minutes,
        "contact_due": book().due(limit, at, limit.contact_minutes),
        **moments.as_changes(),
        "contacted_at": None,
        "reported_at": None,
        "followup_at": None,
        "followup_due": None,
        "overdue_at": None,
        "outcome": "",
        "steps": [],
    }
