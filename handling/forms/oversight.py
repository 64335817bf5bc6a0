"""What a unit answers to the supervision: a reply to an order, an account for a card."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.forms.fields import words
from handling.queries.oversight import Order
from tickets.models import Ticket
from units.models import User


class ReplyForm(forms.Form):
    """What was done, and what comes next."""

    text = forms.CharField(label=_("回复"), max_length=1000, widget=words(3))


class AccountForm(forms.Form):
    """How the unit came to the card, and what it changes."""

    account = forms.CharField(label=_("情况说明"), max_length=500, widget=words(3))


def blank(
    ticket: Ticket, by: User, may: frozenset[str], at: datetime, aside: list[Order] | None
) -> dict[str, forms.Form]:
    """A reply form for each order that is not ended."""
    if not aside or "oversee_reply" not in may:
        return {}
    return {order.key: ReplyForm(prefix=order.key) for order in aside if not order.ended}
