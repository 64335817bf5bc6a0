"""How a case stands, told to the one who asked: headline, steps, limit. Its record: `portal/record.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.moments import moment
from portal.queries import Case
from tickets.states import DESK_ENDS, WITH_UNIT, State


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


def _objected(case: Case, at: datetime) -> Now:
    return Now(
        _("承办单位核定中"),
        _("12345 正在核定这件诉求由哪个单位承办，您不需要做什么。"),
        (_("12345 核定承办单位。"), _("承办单位在时限内办理并答复您。"), _asked()),
    )


def _handling(case: Case, at: datetime) -> Now:
    ticket = case.ticket
    headline = _("办理中") if ticket.round == 1 else _("重新办理中")
    if ticket.contacted_at is not None:
        text = _("承办单位已于 %(moment)s 与您联系，正在办理。") % {"moment": moment(ticket.contacted_at, at)}
    elif ticket.round > 1 and case.answers and not case.answers[-1].negative:
        text = _("您再次反映了同一问题，承办单位正在重新办理。")
    elif ticket.round > 1:
        text = _("您在回访中表示未解决或不满意，承办单位正在重新办理。")
    else:
        text = _("承办单位已签收，将与您联系。")
    return Now(headline, text, (_("承办单位办理并答复您。"), _("办结后 12345 回访您。"), _asked()))


def _on_plan(case: Case, at: datetime) -> Now:
    text = _("您反映的问题一时难以解决，已列入计划，按节点推进。")
    if case.plan is not None:
        text = _("您反映的问题一时难以解决，已列入计划，按节点推进，至 %(until)s。") % {
            "until": date_format(case.plan.until, _("Y年n月j日"))
        }
    return Now(
        _("已列入计划"),
        text,
        (_("每个节点完成后，您都能在这里看到。"), _("计划结束后，承办单位继续办理并答复您。"), _asked()),
    )


def _reported(case: Case, at: datetime) -> Now:
    return Now(
        _("已有结果，正在审核"),
        _("承办单位已提交办理结果，本单位负责人审核后向您公开。"),
        (_("审核通过后，您可以在这里看到答复。"), _("12345 回访您。"), _asked()),
    )


def _followup(case: Case, at: datetime) -> Now:
    if case.ticket.withdrawn_at is not None:
        return _withdrawn()
    headline = _("已办结，等待您评价") if case.reply else _("办理时限已到，等待您评价")
    text = _("承办单位已答复，见下方。") if case.reply else _("承办单位在时限内没有提交审核通过的结果。")
    after = _("首次回访为未解决或不满意的，退回承办单位重新办理一次。")
    return Now(headline, text, (_("您可以在本页评价，也可以等 12345 打电话回访。"), after))


def _withdrawn() -> Now:
    return Now(
        _("您已撤回，等待核实"),
        _("12345 会与您核实撤回是不是您本人的意愿。"),
        (_("是您本人的意愿，工单归档。"), _("不是您本人的意愿，继续办理。")),
    )


def _closed(case: Case, at: datetime) -> Now:
    answer = case.answers[-1] if case.answers else None
    if case.ticket.withdrawn_at is not None:
        text = _("您撤回了诉求，工单归档。")
    elif answer is not None and answer.valid:
        text = _("您已完成回访，感谢您的评价。")
    else:
        text = _("12345 多次联系您未果，回访结束。")
    return Now(_("已归档"), text, (_("如有新情况或问题再次出现，请拨打 12345。"),))


def _answered(case: Case, at: datetime) -> Now:
    return Now(_("已直接答复"), _("话务员在电话中直接答复了您。"), (_("如还有疑问，请拨打 12345。"),))


def _guiding(case: Case, at: datetime) -> Now:
    return Now(
        _("已告知办理途径，等待复核"),
        _("话务员认为您反映的事项另有途径，正由 12345 的班长复核。"),
        (
            _("复核属实的，请按告知的途径办理。"),
            _("复核认为应当受理的，或到时没有复核的，派给承办单位办理。"),
        ),
    )


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


def _merged(case: Case, at: datetime) -> Now:
    text = _("您的诉求与另一件反映同一问题的诉求合并办理。")
    if case.master is not None:
        text = _("您的诉求与另一件反映同一问题的诉求合并办理，目前进展：%(headline)s。") % {
            "headline": now(case.master, at).headline
        }
    return Now(
        _("已与同类诉求合并办理"),
        text,
        (_("办结后，您同样可以在这里看到答复。"), _("12345 同样会回访您。"), _asked()),
    )


_TELLERS: Mapping[str, Callable[[Case, datetime], Now]] = {
    State.PENDING: _pending,
    State.DISPATCHED: _dispatched,
    State.OBJECTED: _objected,
    State.HANDLING: _handling,
    State.ON_PLAN: _on_plan,
    State.REPORTED: _reported,
    State.FOLLOWUP: _followup,
    State.CLOSED: _closed,
    State.ANSWERED: _answered,
    State.GUIDING: _guiding,
    State.GUIDED: _guided,
    State.TRANSFERRED: _transferred,
    State.MERGED: _merged,
}


def now(case: Case, at: datetime) -> Now:
    """How the case stands."""
    return _TELLERS[case.ticket.state](case, at)


def deadline(case: Case) -> datetime | None:
    """The latest moment of completion, while a unit works on it, or on what it was merged into."""
    ticket = case.worked_on.ticket
    return ticket.handle_due if ticket.state in WITH_UNIT else None


#: state → how many of the five steps lie behind.
_BEHIND = {
    State.PENDING: 1,
    State.DISPATCHED: 2,
    State.OBJECTED: 2,
    State.HANDLING: 2,
    State.ON_PLAN: 2,
    State.REPORTED: 3,
    State.FOLLOWUP: 4,
    State.CLOSED: 5,
    State.MERGED: 1,
}


def steps(case: Case, at: datetime) -> list[Step]:
    """受理 派单 办理 反馈 评价, with the moment of each; two steps for what the desk answered at once."""
    ticket = case.ticket
    if ticket.state in DESK_ENDS:
        rows = [(_("受理"), ticket.received_at), (_("答复"), ticket.closed_at)]
        behind = len(rows)
    elif ticket.state == State.GUIDING:
        rows = [(_("受理"), ticket.received_at), (_("复核"), None)]
        behind = 1
    else:
        worked = case.worked_on.ticket
        rows = [
            (_("受理"), ticket.received_at),
            (_("派单"), worked.dispatched_at),
            (_("办理"), worked.signed_at),
            (_("反馈"), worked.followup_at or worked.reported_at),
            (_("评价"), ticket.closed_at),
        ]
        behind = min(_BEHIND.get(State(worked.state), len(rows)), len(rows))
    return [_step(name, when, place, behind, at) for place, (name, when) in enumerate(rows)]


def _step(name: str, when: datetime | None, place: int, behind: int, at: datetime) -> Step:
    if place < behind:
        return Step(name, "done", moment(when, at) if when else "")
    if place == behind:
        return Step(name, "now", _("进行中"))
    return Step(name, "todo")
