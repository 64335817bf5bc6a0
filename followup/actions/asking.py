"""The caller is asked: attempts, answers, the end without any. A first "no" reopens (DOMAIN §4.6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions import cards
from dispatch.actions.rebound import second_round, stand_alone
from dispatch.queries.merging import first_request
from followup.models import Answer, Attempt, Reach
from followup.queries import policy_at, tries_of
from followup.rules import FINAL, Try, enough, quiet
from intake.models import Case
from intake.rules import scrub
from tickets.errors import Refused
from tickets.models import Ticket
from tickets.notices import tell
from units.models import User
from units.roles import Role

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
    #: Somebody leaned on the caller for a good word; never scored, told to a supervisor.
    pressed: bool = False


@transaction.atomic
def attempt(ticket: Ticket, *, channel: str, reach: str, by: User, at: datetime) -> Attempt:
    """Note an attempt that failed. Raises Refused at night, for the unit's own people, and for "anonymous"
    where there is a number.
    """
    refuse_partial(ticket, by)
    if quiet(at, policy_at(at)):
        raise Refused(_("现在是免打扰时段，请在白天回访。"))
    numbered = Case.objects.filter(ticket=ticket, caller__phone_index__isnull=False)
    if reach == Reach.ANONYMOUS and numbered.exists():
        raise Refused(_("诉求人留有电话，不属于匿名，请按实际结果记录。"))
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

    `by` None: the caller answered online. A reason without a "no" is dropped. Raises Refused when Q2 or Q3 is
    missing, when the asker belongs to the handling unit (DOMAIN §2.2 independence), or for a request that its
    caller took back.
    """
    if ticket.withdrawn_at is not None:
        raise Refused(_("诉求人已撤回诉求，请先核实撤回是否自愿。"))
    if not said.solved or not said.satisfied:
        raise Refused(_("请回答「是否解决」和「是否满意」。"))
    refuse_partial(ticket, by)
    answer = Answer(
        reach=Reach.REACHED,
        contacted=said.contacted,
        solved=said.solved,
        satisfied=said.satisfied,
        reason=said.reason,
        remark=scrub(said.remark.strip()),
        pressed=said.pressed,
    )
    if not answer.negative:
        answer.reason = ""
    return _end(ticket, answer, channel=channel, by=by, at=at, then=then)


@transaction.atomic
def end_unasked(ticket: Ticket, *, by: User, at: datetime, then: Then | None = None) -> Answer:
    """Close without an answer once the attempts are enough; never turned into a "satisfied".

    Raises Refused before they are, and for a withdrawal: that is ended by `withdrawal.end_unreached`.
    """
    last = last_try(ticket, by, at)
    if ticket.withdrawn_at is not None:
        raise Refused(_("诉求人已撤回诉求，请先核实撤回是否自愿。"))
    return _end(ticket, Answer(reach=last.reach), channel=last.channel, by=by, at=at, then=then)


def last_try(ticket: Ticket, by: User, at: datetime) -> Try:
    """The attempt after which it is enough: the one that ended it, like a refusal, whatever was tried since.

    Raises Refused before, and for the unit's own people.
    """
    refuse_partial(ticket, by)
    tries = tries_of(ticket)
    if not enough(tries, policy_at(at)):
        raise Refused(_("回访次数、方式、时段或间隔未达要求，还不能结束回访。"))
    return next((one for one in reversed(tries) if one.reach in FINAL), tries[-1])


def note_pressure(ticket: Ticket, by: User | None, at: datetime) -> None:
    """The caller says that somebody leaned on them: kept in the story, and told to a supervisor."""
    ticket.record("pressed", by=by, at=at, facts={"pressed": True, "round": ticket.round})
    tell(ticket, "pressed", at=at, role=Role.SUPERVISOR)


def refuse_partial(ticket: Ticket, by: User | None) -> None:
    """The unit that handled the case may not do its scored follow-up."""
    if by is not None and by.unit is not None and ticket.lead is not None and ticket.lead.covers(by.unit):
        raise Refused(_("承办单位不能回访自己办理的工单。"))


def _end(
    ticket: Ticket, answer: Answer, *, channel: str, by: User | None, at: datetime, then: Then | None
) -> Answer:
    """Keep the answer, then close or reopen; a duplicate is reopened as an order of its own."""
    answer.ticket, answer.round, answer.unit_id = ticket, ticket.round, ticket.lead_id
    answer.channel, answer.by, answer.at = channel, by, at
    answer.merged = ticket.master_id is not None
    answer.repeat = first_request(ticket) != ticket
    again = answer.reopens
    if answer.pressed:
        note_pressure(ticket, by, at)
    answer.recorded, answer.overdue = ticket.contacted_at is not None, ticket.overdue_at is not None
    answer.late_contact = _contacted_late(ticket)
    # The move comes first: its compare-and-swap decides between two answers at once.
    ticket.move(
        "reopen" if again else "close",
        by=by,
        at=at,
        facts=_told(answer),
        **(second_round(ticket, at) if again else {"closed_at": at}),
    )
    answer.save(force_insert=True)
    if answer.merged and again:
        stand_alone(ticket, _("并单诉求人未认可主单的办理结果"), at)
    if answer.negative and not again:
        cards.second_negative(ticket, at=at)
    if then is not None:
        then(answer, at)
    return answer


def _contacted_late(ticket: Ticket) -> bool:
    """Whether this round's contact came after its time, which begins anew for the unit it is handed on to."""
    at, due = ticket.contacted_at, ticket.contact_due
    return at is not None and due is not None and at > due


def _told(answer: Answer) -> dict[str, object]:
    names = ("round", "reach", "contacted", "solved", "satisfied")
    return {name: getattr(answer, name) for name in names} | ({"merged": True} if answer.merged else {})
