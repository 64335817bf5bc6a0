"""A case told to the one who asked: state, steps, record, in plain words; no notes, no names of staff."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.moments import moment
from portal.queries import Case
from tickets.models import Event
from tickets.states import DESK_ENDS, WITH_UNIT, Channel, State


@dataclass(frozen=True)
class Now:
    """How the case stands: a headline, a sentence, and what happens next."""

    headline: str
    text: str
    next: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One of the steps on the way; `state` is done, now or todo."""

    name: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the record."""

    what: str
    when: datetime
    moment: str
    who: str = ""
    detail: str = ""


def _asked() -> str:
    return _("请您评价：是否联系、是否解决、是否满意。")


def _pending(case: Case, at: datetime) -> Now:
    return Now(
        _("已受理，等待派单"),
        _("您的诉求已经记下，12345 正在确定由哪个单位承办。"),
        (_("12345 确定承办单位并派单。"), _("承办单位与您联系，在时限内办理并答复。"), _asked()),
    )


def _dispatched(case: Case, at: datetime) -> Now:
    return Now(
        _("已派单，等待签收"),
        _("您的诉求已派给承办单位，由它负责到底（首接负责）。"),
        (_("承办单位签收并与您联系。"), _("承办单位办理并答复您。"), _asked()),
    )


def _handling(case: Case, at: datetime) -> Now:
    ticket = case.ticket
    headline = _("办理中") if ticket.round == 1 else _("重新办理中")
    if ticket.contacted_at is not None:
        text = _("承办单位已于 %(moment)s 与您联系，正在办理。") % {"moment": moment(ticket.contacted_at, at)}
    elif ticket.round > 1:
        text = _("您在回访中表示未解决或不满意，承办单位正在重新办理。")
    else:
        text = _("承办单位已签收，将与您联系。")
    return Now(headline, text, (_("承办单位办理并答复您。"), _("办结后 12345 回访您。"), _asked()))


def _reported(case: Case, at: datetime) -> Now:
    return Now(
        _("已有结果，正在审核"),
        _("承办单位已提交办理结果，本单位负责人审核后向您公开。"),
        (_("审核通过后，您可以在这里看到答复。"), _("12345 回访您。"), _asked()),
    )


def _followup(case: Case, at: datetime) -> Now:
    headline = _("已办结，等待您评价") if case.reply else _("办理时限已到，等待您评价")
    text = _("承办单位已答复，见下方。") if case.reply else _("承办单位在时限内没有提交审核通过的结果。")
    after = _("首次回访为未解决或不满意的，退回承办单位重新办理一次。")
    return Now(headline, text, (_("您可以在本页评价，也可以等 12345 打电话回访。"), after))


def _closed(case: Case, at: datetime) -> Now:
    answer = case.answers[-1] if case.answers else None
    if answer is not None and answer.valid:
        text = _("您已完成回访，感谢您的评价。")
    else:
        text = _("12345 多次联系您未果，回访结束。")
    return Now(_("已归档"), text, (_("如有新情况或问题再次出现，请拨打 12345。"),))


def _answered(case: Case, at: datetime) -> Now:
    return Now(_("已直接答复"), _("话务员在电话中直接答复了您。"), (_("如还有疑问，请拨打 12345。"),))


def _guided(case: Case, at: datetime) -> Now:
    return Now(
        _("已告知办理途径"),
        _("您反映的事项另有法定途径或主管渠道，话务员已告诉您怎样办理。"),
        (_("请按告知的途径办理。"), _("如还有疑问，请拨打 12345。")),
    )


def _transferred(case: Case, at: datetime) -> Now:
    return Now(
        _("已转紧急救助"),
        _("您的求助已立即转给紧急救助电话处理。"),
        (_("情况紧急时，请直接拨打 110、119、120 或 122。"),),
    )


_TELLERS: Mapping[str, Callable[[Case, datetime], Now]] = {
    State.PENDING: _pending,
    State.DISPATCHED: _dispatched,
    State.HANDLING: _handling,
    State.REPORTED: _reported,
    State.FOLLOWUP: _followup,
    State.CLOSED: _closed,
    State.ANSWERED: _answered,
    State.GUIDED: _guided,
    State.TRANSFERRED: _transferred,
}


def now(case: Case, at: datetime) -> Now:
    """How the case stands."""
    return _TELLERS[case.ticket.state](case, at)


def deadline(case: Case) -> datetime | None:
    """The latest moment of completion, while a unit works on it."""
    return case.ticket.handle_due if case.ticket.state in WITH_UNIT else None


#: state → how many of the five steps lie behind.
_BEHIND = {
    State.PENDING: 1,
    State.DISPATCHED: 2,
    State.HANDLING: 2,
    State.REPORTED: 3,
    State.FOLLOWUP: 4,
    State.CLOSED: 5,
}


def steps(case: Case, at: datetime) -> list[Step]:
    """受理 派单 办理 反馈 评价, with the moment of each; two steps for what the desk answered at once."""
    ticket = case.ticket
    if ticket.state in DESK_ENDS:
        rows = [(_("受理"), ticket.received_at), (_("答复"), ticket.closed_at)]
        behind = len(rows)
    else:
        rows = [
            (_("受理"), ticket.received_at),
            (_("派单"), ticket.dispatched_at),
            (_("办理"), ticket.signed_at),
            (_("反馈"), ticket.followup_at or ticket.reported_at),
            (_("评价"), ticket.closed_at),
        ]
        behind = _BEHIND[State(ticket.state)]
    return [_step(name, when, place, behind, at) for place, (name, when) in enumerate(rows)]


def _step(name: str, when: datetime | None, place: int, behind: int, at: datetime) -> Step:
    if place < behind:
        return Step(name, "done", moment(when, at) if when else "")
    if place == behind:
        return Step(name, "now", _("进行中"))
    return Step(name, "todo")


#: What the caller is told of each kind of event; a kind that is missing stays inside the house.
TOLD: Mapping[str, Promise] = {
    "receive": gettext_lazy("已受理您的诉求"),
    "answer": gettext_lazy("话务员已直接答复"),
    "guide": gettext_lazy("话务员已告知办理途径"),
    "transfer": gettext_lazy("已转紧急救助"),
    "dispatch": gettext_lazy("已派给承办单位"),
    "redispatch": gettext_lazy("区里已转给具体承办单位"),
    "sign": gettext_lazy("承办单位已签收"),
    "auto_sign": gettext_lazy("签收时限到，系统代为签收"),
    "contact": gettext_lazy("承办单位已联系您"),
    "report": gettext_lazy("承办单位已提交办理结果，等待审核"),
    "approve": gettext_lazy("办理结果审核通过"),
    "expire": gettext_lazy("办理时限已到，转入回访"),
    "attempt": gettext_lazy("12345 回访您，未能联系上"),
    "close": gettext_lazy("回访结束，工单归档"),
    "reopen": gettext_lazy("您表示未解决或不满意，退回重新办理"),
}
_UNIT_TOLD = frozenset({"sign", "contact", "report", "approve"})


def record(case: Case, at: datetime) -> list[Line]:
    """The record, newest first."""
    told = [_line(event, case, at) for event in case.events if event.kind in TOLD]
    return told[::-1]


def _line(event: Event, case: Case, at: datetime) -> Line:
    what = str(TOLD[event.kind])
    if event.kind == "contact" and not event.facts.get("reached"):
        what = _("承办单位联系您，未能联系上")
    return Line(what, event.at, moment(event.at, at), who=_who(event, case), detail=_detail(event))


def _who(event: Event, case: Case) -> str:
    """The unit concerned, by name; never a person."""
    if event.kind in ("dispatch", "redispatch"):
        made = case.assignments.get(event.facts.get("assignment", 0))
        return str(made.unit) if made else ""
    return str(event.unit) if event.kind in _UNIT_TOLD and event.unit else ""


def _detail(event: Event) -> str:
    channel = event.facts.get("channel")
    return str(Channel(channel).label) if event.kind == "receive" and channel in Channel.values else ""
