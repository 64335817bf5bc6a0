"""Leave an answer out of the scores (剔除): asked by the unit, decided by somebody else (DOMAIN §2.4).

The caller's case goes on untouched; only the ledger gets a line that takes the answer back.
"""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import Answer
from intake.rules import scrub
from scoring.actions.adjusting import leave_out, restore
from scoring.models import Declaration, Exclusion, Ground
from scoring.queries import asked_until, ground_in_force
from tickets import notices, timers
from tickets.attachments import kept
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Ticket, Timer
from tickets.queries import hold
from units.models import User
from units.roles import Role

State = Exclusion.State
#: The clock of a decision, and the one that tells that it nears.
TIMER = "exclusion"
NEAR = "exclusion_near"
#: A declaration overrides what one unit asked for in vain: it holds for all alike.
OPEN_TO_DECLARATION = (State.ASKED, State.SECONDED, State.REFUSED, State.REVIEW, State.UPHELD)


@transaction.atomic
def ask(
    answer: Answer, *, ground: str, text: str, by: User, at: datetime, files: Sequence[UploadedFile] = ()
) -> Exclusion:
    """The lead asks, within the window after the answer, once in the ticket's life.

    Raises Refused after the window, a second time, for a ground the scheme does not know or that the
    platform itself applies, and without an account or evidence.
    """
    ticket = answer.ticket
    if by.unit is None or not by.unit.covers(answer.unit):
        raise Refused(_("只有当时承办的单位才能申请剔除。"))
    if not answer.valid:
        raise Refused(_("未接通的回访不计入三率，无需剔除。"))
    if at > asked_until(answer):
        raise Refused(_("已过申请剔除的时限。"))
    if Exclusion.objects.filter(ticket=ticket).exists():
        raise Refused(_("每件工单只能申请一次剔除。"))
    chosen = ground_in_force(ground, answer.at)
    if chosen is None or chosen.automatic:
        raise Refused(_("请选择方案允许申请的剔除理由。"))
    if len(text.strip()) < 5 or not files:
        raise Refused(_("请写明理由并附证据：%s。") % chosen.evidence)
    row = Exclusion(answer=answer, ticket=ticket, unit=answer.unit, by=by, at=at, ground=chosen)
    row.text, row.due = scrub(text.strip()), _due(ticket, at)
    hold(ticket)
    with kept(ticket, files, by=by, at=at) as papers:
        row.save(force_insert=True)
        row.evidence.set(papers)
        _wait(ticket, row, at, "exclude_ask")
        facts = {"exclusion": row.pk, "ground": chosen.code, "evidence": [paper.pk for paper in papers]}
        ticket.record("exclude_ask", by=by, at=at, facts=facts)
    return row


@transaction.atomic
def agree(row: Exclusion, *, opinion: str, by: User, at: datetime) -> None:
    """Somebody of the centre agrees; where the ground asks for two, the second makes it so.

    Raises Refused for the unit's own people, the same person twice, and on a review for who refused it.
    """
    ticket = _decidable(row, opinion, by)
    if row.state == State.ASKED and row.ground.persons > 1:
        row.state, row.first_by, row.first_at = State.SECONDED, by, at
        row.first_opinion = scrub(opinion.strip())
        row.save(update_fields=["state", "first_by", "first_at", "first_opinion"])
        notices.tell(ticket, "exclude_second", at=at, role=Role.SUPERVISOR)
        ticket.record("exclude_second", by=by, at=at, facts={"exclusion": row.pk})
        return
    if row.state == State.SECONDED and row.first_by == by:
        raise Refused(_("须由另一人裁定。"))
    _decide(row, State.GRANTED, opinion, by, at)
    ticket.record("exclude_grant", by=by, at=at, facts={"exclusion": row.pk, "ground": row.ground.code})
    leave_out(row, at)


@transaction.atomic
def refuse(row: Exclusion, *, opinion: str, by: User, at: datetime) -> None:
    """It counts. The unit may ask for one review; a review that is refused is the last word."""
    ticket = _decidable(row, opinion, by)
    final = row.state == State.REVIEW
    _decide(row, State.UPHELD if final else State.REFUSED, opinion, by, at)
    ticket.record("exclude_refuse", by=by, at=at, facts={"exclusion": row.pk, "final": final})


@transaction.atomic
def ask_review(row: Exclusion, *, text: str, by: User, at: datetime) -> None:
    """The unit asks once more. Raises Refused unless it was refused for the first time, and in time."""
    if by.unit is None or not by.unit.covers(row.unit):
        raise Refused(_("只有当时承办的单位才能申请复核。"))
    if row.state != State.REFUSED or row.decided_at is None:
        raise Refused(_("只有首次不予剔除的才能申请复核。"))
    if at > book().office_due(row.decided_at, book().number("exclusion_ask_minutes", at)):
        raise Refused(_("已过申请复核的时限。"))
    if len(text.strip()) < 5:
        raise Refused(_("请写明复核理由。"))
    row.state, row.review_by, row.review_at = State.REVIEW, by, at
    row.review_text, row.due = scrub(text.strip()), _due(row.ticket, at)
    row.save(update_fields=["state", "review_by", "review_at", "review_text", "due"])
    _wait(row.ticket, row, at, "exclude_review")
    row.ticket.record("exclude_review", by=by, at=at, facts={"exclusion": row.pk})


@transaction.atomic
def revoke(row: Exclusion, *, opinion: str, by: User, at: datetime) -> None:
    """A check found that it should have counted: it does again, from now on."""
    if row.state != State.GRANTED:
        raise Refused(_("只有已准予的剔除才能撤销。"))
    if row.decided_by == by or row.first_by == by:
        raise Refused(_("须由未参与裁定的人撤销。"))
    _refuse_silent(opinion)
    row.state, row.opinion = State.REVOKED, scrub(opinion.strip())
    row.save(update_fields=["state", "opinion"])
    _tell_unit(row, "exclude_revoke", at)
    row.ticket.record("exclude_revoke", by=by, at=at, facts={"exclusion": row.pk})
    restore(row, at)


def ring(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """Nobody decided in time: it stays to be decided, is marked, and the supervisors are told."""
    Exclusion.objects.filter(pk=timer.ref).update(late=True)
    notices.tell(ticket, "exclude_late", at=at, role=Role.SUPERVISOR)
    ticket.record("exclude_late", by=None, at=at, facts={"exclusion": timer.ref})


def ring_near(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """The time to decide nears: the supervisors are told."""
    notices.tell(ticket, "exclude_near", at=at, role=Role.SUPERVISOR)
    ticket.record("exclude_near", by=None, at=at, facts={"exclusion": timer.ref})


def _due(ticket: Ticket, at: datetime) -> datetime:
    return book().office_due(at, book().number("exclusion_decide_minutes", at))


def _wait(ticket: Ticket, row: Exclusion, at: datetime, kind: str) -> None:
    """Start its clocks and tell those who decide."""
    near = book().office_due(at, book().number("exclusion_near_minutes", at))
    timers.start_until(ticket, NEAR, row.pk, at=at, due=min(near, row.due))
    timers.start_until(ticket, TIMER, row.pk, at=at, due=row.due)
    notices.tell(ticket, kind, at=at, role=Role.SUPERVISOR)


def _stop(ticket: Ticket, row: Exclusion, at: datetime) -> None:
    for kind in (NEAR, TIMER):
        timers.stop(ticket, kind, row.pk, at=at)


def _tell_unit(row: Exclusion, kind: str, at: datetime) -> None:
    for role in (Role.CLERK, Role.LEADER):
        notices.tell(row.ticket, kind, at=at, unit=row.unit, role=role)


def _refuse_silent(opinion: str) -> None:
    if len(opinion.strip()) < 2:
        raise Refused(_("请写明意见。"))


def _decidable(row: Exclusion, opinion: str, by: User) -> Ticket:
    """The ticket, with the row fresh and locked. Raises Refused when this person may not decide it."""
    # The ticket first, as the sweep does.
    Ticket.objects.select_for_update().get(pk=row.ticket_id)
    row.refresh_from_db(from_queryset=Exclusion.objects.select_for_update(of=("self",)))
    if row.state not in (State.ASKED, State.SECONDED, State.REVIEW):
        raise Refused(_("这件申请已经裁定。"))
    if by.unit is not None and row.unit.covers(by.unit):
        raise Refused(_("承办单位不能裁定自己的申请。"))
    if row.state == State.REVIEW and by in (row.decided_by, row.first_by):
        raise Refused(_("复核须由另一人裁定。"))
    _refuse_silent(opinion)
    return row.ticket


def _decide(row: Exclusion, state: str, opinion: str, by: User, at: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, by, at
    row.opinion = scrub(opinion.strip())
    row.save(update_fields=["state", "decided_by", "decided_at", "opinion"])
    _stop(row.ticket, row, at)
    _tell_unit(row, "exclude_grant" if state == State.GRANTED else "exclude_refuse", at)


def count_again(row: Exclusion, other: Declaration | None, at: datetime, *, text: str = "") -> None:
    """The declaration that left it out was revoked. What `other` covers stays out, with its `text`.

    The caller holds the ticket. It cannot be asked for again: an answer is left out once.
    """
    facts = {"exclusion": row.pk, "declaration": row.declaration_id}
    if other is not None:
        row.declaration, row.opinion = other, text
        row.text = row.text if row.by_id else text
        row.save(update_fields=["declaration", "opinion", "text"])
        facts |= {"ground": row.ground.code, "declaration": other.pk}
        row.ticket.record("exclude_grant", by=None, at=at, facts=facts)
        return
    row.state = State.REVOKED
    row.save(update_fields=["state"])
    if row.by_id is not None:
        _tell_unit(row, "exclude_revoke", at)
    row.ticket.record("exclude_revoke", by=None, at=at, facts=facts)
    restore(row, at)


@transaction.atomic
def declare_out(
    answer: Answer, ground: Ground, *, text: str, at: datetime, declaration: Declaration | None = None
) -> Exclusion | None:
    """Left out by a declaration (X8), for all alike: also what the unit had asked for in vain, or still asks.

    None where it is left out already, and where a person revoked that.
    """
    if not answer.valid:
        return None
    row = Exclusion.objects.filter(ticket=answer.ticket).first()
    if row is None:
        row = Exclusion(answer=answer, ticket=answer.ticket, unit=answer.unit, at=at, text=text, due=at)
    elif row.state not in OPEN_TO_DECLARATION:
        return None
    else:
        _stop(answer.ticket, row, at)
    row.ground, row.declaration, row.opinion = ground, declaration, text
    row.state, row.decided_by, row.decided_at = State.GRANTED, None, at
    row.save()
    facts = {"exclusion": row.pk, "ground": ground.code}
    if declaration is not None:
        facts["declaration"] = declaration.pk
    answer.ticket.record("exclude_grant", by=None, at=at, facts=facts)
    leave_out(row, at)
    return row
