"""Yellow and red cards (DOMAIN §3.7): the clock and a second "no" give them, a leader accounts for them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.models import Card
from intake.rules import scrub
from tickets import notices
from tickets.errors import Refused
from tickets.models import Ticket
from units.models import User
from units.roles import Role

#: Characters an account needs at least: a bare "知道了" is none.
ACCOUNT_LEAST = 5


def card_for(ticket: Ticket, why: str, kind: str, at: datetime) -> Card:
    """A card to the lead, of this round; not saved yet. Its event is the caller's to write."""
    return Card(ticket=ticket, unit_id=ticket.lead_id, round=ticket.round, kind=kind, why=why, at=at)


@transaction.atomic
def second_negative(ticket: Ticket, *, at: datetime) -> Card | None:
    """The order was done again and the caller still says no: a red card, and its leaders are told.

    None for a first round, which is done again instead. Belongs to the transaction that took the answer.
    """
    if ticket.round < 2 or ticket.lead_id is None:
        return None
    card = card_for(ticket, Card.Why.SECOND_NEGATIVE, Card.Kind.RED, at)
    card.save(force_insert=True)
    ticket.record("card", by=None, at=at, facts={"card": card.pk, "kind": card.kind, "why": card.why})
    notices.tell_line(ticket, "card", "leader", "above", at=at)
    return card


@transaction.atomic
def acknowledge(card: Card, *, account: str, by: User, at: datetime) -> None:
    """The unit's leader has seen the card and says how it came to it (情况说明).

    Raises Refused for anybody else, without an account, or when it was acknowledged before.
    """
    if not may_acknowledge(card, by):
        raise Refused(_("只有被发牌单位的领导才能确认并说明情况。"))
    if len(account.strip()) < ACCOUNT_LEAST:
        raise Refused(_("请写明情况：为什么逾期或没有解决，怎样整改。"))
    mine = Card.objects.filter(pk=card.pk, acknowledged_at=None)
    if not mine.update(acknowledged_by=by, acknowledged_at=at, account=scrub(account.strip())):
        raise Refused(_("这张牌已经确认过了。"))
    card.ticket.record("ack", by=by, at=at, facts={"card": card.pk})


def may_acknowledge(card: Card, user: User) -> bool:
    """Whether this person answers for the unit that got the card: its leader, a district's sub-centre."""
    role = Role.DISTRICT if card.unit.type == card.unit.Type.DISTRICT else Role.LEADER
    return user.has_role(role) and user.unit_id == card.unit_id
