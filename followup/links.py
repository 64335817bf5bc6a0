"""A link by which a caller answers by themselves: signed, for one round of one ticket, and for nothing else.

It is sent to the caller's own telephone, so whoever has it stands for the caller (DOMAIN §2.2). How long it
works is `online_answer_hours`, counted where the answer is taken.
"""

from django.core.signing import BadSignature, Signer

from tickets.models import Ticket

SALT = "followup.link"


def token_of(ticket: Ticket) -> str:
    """The same one whenever it is asked for, as long as the round lasts."""
    return Signer(salt=SALT).sign(f"{ticket.pk}.{ticket.round}")


def read(token: str) -> tuple[int, int] | None:
    """Key of the ticket and its round; None for what we never signed."""
    try:
        key, round_ = Signer(salt=SALT).unsign(token).split(".")
    except BadSignature:
        return None
    return int(key), int(round_)
