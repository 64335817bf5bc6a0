"""Lines that take back or put right what earlier lines counted: never an edit (DESIGN §5)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import Answer, Contacted, Satisfied, Solved
from intake.rules import scrub
from scoring.actions.entering import enter
from scoring.actions.placing import berth
from scoring.models import Correction, Exclusion, ScoreLine
from scoring.queries import corrected_amounts, counted_by, said_in
from scoring.rules import given_back, taken_back, unsolved
from tickets.errors import Refused
from tickets.models import Ticket
from units.models import User

Source = ScoreLine.Source
QUESTIONS = {"contacted": Contacted, "solved": Solved, "satisfied": Satisfied}


def leave_out(row: Exclusion, at: datetime) -> list[ScoreLine]:
    """Take back every answer about the ticket that this unit had; by a declaration, that any unit had.

    Twice is once.
    """
    uncounted = Answer.objects.filter(ticket=row.ticket, counted=False)
    for answer in uncounted if row.declaration_id else uncounted.filter(unit=row.unit):
        enter(answer, at)
    return [
        _adjust(line, Source.EXCLUDED, taken_back(counted_by(line.answer)), at, exclusion=row)
        for line in _answer_lines(row)
        if not ScoreLine.objects.filter(
            ticket=row.ticket, answer=line.answer, exclusion=row, source=Source.EXCLUDED
        ).exists()
    ]


def restore(row: Exclusion, at: datetime) -> list[ScoreLine]:
    """Put back what an exclusion took, but no 已解决 that a rebound revoked meanwhile."""
    taken = ScoreLine.objects.filter(ticket=row.ticket, exclusion=row, source=Source.EXCLUDED)
    return [
        _adjust(
            line,
            Source.RESTORED,
            given_back(line.amounts, returned=_returned(line.answer, since=line.pk)),
            at,
            exclusion=row,
        )
        for line in taken.select_related("answer", "period__scheme", "about__scheme")
    ]


@transaction.atomic
def right_answer(answer: Answer, right: Mapping[str, str], *, why: str, by: User, at: datetime) -> Correction:
    """An answer was written down wrongly. `right`: question → answer, for all three questions.

    Raises Refused without a reason, for an unknown answer, when nothing is different, for the person who
    wrote the answer down, and while the ticket is left out.
    """
    known = set(right) == set(QUESTIONS) and all(right[q] in QUESTIONS[q].values for q in QUESTIONS)
    was = said_in(answer)
    if not answer.valid or not known or dict(right) == was:
        raise Refused(_("请填写与原记录不同的三项回访结果。"))
    if len(why.strip()) < 5:
        raise Refused(_("请写明更正理由。"))
    if answer.by_id == by.pk:
        raise Refused(_("不能更正自己记录的回访。"))
    if Exclusion.objects.filter(ticket=answer.ticket, state=Exclusion.State.GRANTED).exists():
        raise Refused(_("已剔除的回访不再更正。"))
    row = Correction.objects.create(
        answer=answer, was=was, now=dict(right), why=scrub(why.strip()), by=by, at=at
    )
    facts = {"correction": row.pk, "was": was, "now": dict(right)}
    answer.ticket.record("answer_right", by=by, at=at, facts=facts)
    line = _line_of(answer, at)
    if line is not None:
        counted = corrected_amounts(row, _scheme(line), returned=_returned(answer))
        _adjust(line, Source.CORRECTED, counted, at, correction=row)
    return row


@transaction.atomic
def revoke_solved(answer: Answer, returned: Ticket, at: datetime) -> ScoreLine | None:
    """The caller came back with the same matter (反弹): 已解决 and 办结 are revoked, once.

    None where the answer is not counted, or counts neither. Whoever calls it holds the ticket.
    """
    line = _line_of(answer, at)
    if line is None or _returned(answer):
        return None
    revoked = unsolved(counted_by(answer))
    if not any(revoked.values()):
        return None
    return _adjust(line, Source.REBOUND, revoked, at, returned=returned)


def _answer_lines(row: Exclusion) -> list[ScoreLine]:
    lines = ScoreLine.objects.filter(ticket=row.ticket, source=Source.ANSWER, valid=1)
    if row.declaration_id is None:
        lines = lines.filter(unit=row.unit)
    return list(lines.select_related("answer", "period__scheme", "about__scheme").order_by("pk"))


def _returned(answer: Answer, since: int = 0) -> bool:
    """Whether its 已解决 was revoked, after a line's key."""
    lines = ScoreLine.objects.filter(ticket=answer.ticket_id, answer=answer, pk__gt=since)
    return lines.filter(source=Source.REBOUND).exists()


def _line_of(answer: Answer, at: datetime) -> ScoreLine | None:
    """The line of the answer, which no worker may have written yet; None where it is not counted."""
    enter(answer, at)
    lines = ScoreLine.objects.filter(ticket=answer.ticket_id, answer=answer, source=Source.ANSWER)
    return lines.select_related("answer", "period__scheme", "about__scheme").first()


def _scheme(line: ScoreLine) -> object:
    return (line.about or line.period).scheme


def _adjust(
    line: ScoreLine, source: str, amounts: Mapping[str, int], at: datetime, **reason: object
) -> ScoreLine:
    """A line about what `line` counted: in its period until that is published, then in the current one."""
    return ScoreLine.objects.create(
        unit_id=line.unit_id,
        ticket_id=line.ticket_id,
        category_id=line.category_id,
        answer_id=line.answer_id,
        source=source,
        **berth(line.about or line.period, at, at).columns(),
        **amounts,
        **reason,
    )
