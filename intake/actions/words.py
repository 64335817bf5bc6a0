"""The caller speaks again, through an agent or online: adds, urges, takes the request back.

`by` None: the caller wrote it themselves, on the page of their case. What the caller of a duplicate says
reaches whoever works on its master.
"""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from intake.models import WORD_LENGTH, Word
from intake.queries import urge_from
from intake.rules import scrub
from tickets.attachments import kept
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Attachment, LadderStep, Pause, Ticket
from tickets.notices import tell, tell_line
from tickets.states import WITH_UNIT, State
from units.models import User
from units.roles import Role


@transaction.atomic
def add_more(
    ticket: Ticket, *, text: str, by: User | None, at: datetime, files: Sequence[UploadedFile] = ()
) -> Word:
    """Something to add (补充). Raises Refused when nothing is said, or for a file that cannot be kept."""
    if not text.strip() and not files:
        raise Refused(_("请写明补充的内容。"))
    word = _say(ticket, Word.Kind.ADD, text, by, at)
    with kept(ticket, files, purpose=Attachment.Purpose.REQUEST, by=by, at=at) as held:
        facts = {"word": word.pk, "files": [row.pk for row in held]}
        ticket.record("add", by=by, at=at, facts=facts)
    _let_know(ticket, "add", at)
    return word


@transaction.atomic
def urge(ticket: Ticket, *, by: User | None, at: datetime, text: str = "") -> Word:
    """Please hurry (催办): counted, and told to whoever has it in hand.

    Raises Refused within `urge_gap_minutes` of the last time, and beyond `urge_per_day`.
    """
    again = urge_from(ticket, at)
    if again is not None:
        moment = date_format(timezone.localtime(again), "m-d H:i")
        raise Refused(_("已经催办过，承办单位已收到提醒。%s 以后可以再催。") % moment)
    # The master is locked before its duplicate is written, as everywhere.
    master = _locked_master(ticket)
    word = _say(ticket, Word.Kind.URGE, text, by, at)
    ticket.record("urge", by=by, at=at, facts={"word": word.pk}, urged=ticket.urged + 1)
    if master is not None:
        facts = {"child": ticket.number}
        master.record("urge", by=None, at=at, facts=facts, urged=master.urged + 1)
    _let_know(ticket, "urge", at)
    return word


@transaction.atomic
def withdraw(ticket: Ticket, *, reason: str, by: User | None, at: datetime) -> Word:
    """The caller takes the request back (撤回): follow-up asks them whether of their own will (DOMAIN §4.6).

    The unit's limit stands still meanwhile. A duplicate leaves its master. Raises Refused without a reason,
    and in follow-up, where the caller is asked anyhow.
    """
    if len(reason.strip()) < 2:
        raise Refused(_("请写明撤回的原因，12345 会再与您核实。"))
    master = _locked_master(ticket)
    if ticket.state in WITH_UNIT:
        Pause.objects.create(ticket=ticket, why=Pause.Why.WITHDRAWN, begin=at)
    word = _say(ticket, Word.Kind.WITHDRAW, reason, by, at)
    ticket.move(
        "withdraw",
        by=by,
        at=at,
        facts={"word": word.pk},
        withdrawn_at=at,
        followup_at=at,
        followup_due=at + book().minutes("followup_limit_minutes", at),
        master=None,
    )
    if master is not None:
        master.record("let_go", by=None, at=at, facts={"child": ticket.number, "why": "withdraw"})
    _let_know(ticket, "withdraw", at)
    return word


def _say(ticket: Ticket, kind: str, text: str, by: User | None, at: datetime) -> Word:
    return Word.objects.create(ticket=ticket, kind=kind, text=scrub(text.strip())[:WORD_LENGTH], by=by, at=at)


def _locked_master(ticket: Ticket) -> Ticket | None:
    """The ticket this one was merged into, locked: it is written beside its duplicate."""
    if ticket.state != State.MERGED or ticket.master_id is None:
        return None
    return Ticket.objects.select_for_update().get(pk=ticket.master_id)


def _let_know(ticket: Ticket, kind: str, at: datetime) -> None:
    """Tell whoever has it, or its master, in hand; the desk while no unit has."""
    held = ticket.master if ticket.state == State.MERGED and ticket.master is not None else ticket
    if held.lead_id is None:
        tell(held, kind, at=at, role=Role.DISPATCHER)
    else:
        tell_line(held, kind, LadderStep.Who.CLERK, at=at)
