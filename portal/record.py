"""The record of a case in plain words for the one who asked: units by name, no notes, no names of staff."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.moments import moment
from portal.queries import Case
from tickets.models import Event
from tickets.states import Channel, State


@dataclass(frozen=True)
class Line:
    """One line of the record."""

    what: str
    when: datetime
    moment: str
    who: str = ""
    detail: str = ""


#: What the unit does for everybody who asked the same: also told to those whose case was merged.
SHARED: Mapping[str, Promise] = {
    "dispatch": gettext_lazy("已派给承办单位"),
    "redispatch": gettext_lazy("区里已转给具体承办单位"),
    "object": gettext_lazy("已请 12345 核定承办单位"),
    "rule": gettext_lazy("12345 已核定承办单位"),
    "sign": gettext_lazy("承办单位已签收"),
    "auto_sign": gettext_lazy("签收时限到，系统代为签收"),
    "whistle": gettext_lazy("街道乡镇已召集有关单位到现场办理"),
    "coordinate": gettext_lazy("已提请上级协调办理"),
    "on_site": gettext_lazy("已安排有关单位到现场核实"),
    "extend_grant": gettext_lazy("办理时限已延长"),
    "reckon": gettext_lazy("办理时限已按新的规定调整"),
    "plan": gettext_lazy("已列入计划，按节点推进"),
    "milestone": gettext_lazy("计划的一个节点已完成"),
    "plan_renew": gettext_lazy("计划已展期"),
    "plan_end": gettext_lazy("计划结束，继续办理"),
    "report": gettext_lazy("承办单位已提交办理结果，等待审核"),
    "approve": gettext_lazy("办理结果审核通过"),
    "return_report": gettext_lazy("办理结果不够完整，退回承办单位补充办理"),
    "expire": gettext_lazy("办理时限已到，转入回访"),
    "report_late": gettext_lazy("承办单位已补报办理结果，等待审核"),
    "approve_late": gettext_lazy("补报的办理结果审核通过"),
}
#: What the caller is told of each kind of event; a kind that is missing stays inside the house.
TOLD: Mapping[str, Promise] = {
    **SHARED,
    "receive": gettext_lazy("已受理您的诉求"),
    "answer": gettext_lazy("话务员已直接答复"),
    "guide_ask": gettext_lazy("话务员已告知办理途径，等待班长复核"),
    "guide": gettext_lazy("班长复核，确认所告知的办理途径"),
    "guide_refuse": gettext_lazy("经复核，受理您的诉求，等待派单"),
    "transfer": gettext_lazy("已转紧急救助"),
    "split": gettext_lazy("您的诉求含有几件事，已分开办理"),
    "merge": gettext_lazy("与反映同一问题的诉求合并办理"),
    "unmerge": gettext_lazy("不再合并，单独办理"),
    "follow": gettext_lazy("合并办理的诉求已有结果，转入回访"),
    "rejoin": gettext_lazy("办理结果退回补充，继续合并办理"),
    "contact": gettext_lazy("承办单位已联系您"),
    "add": gettext_lazy("您补充了情况"),
    "urge": gettext_lazy("您催办了一次，已转告承办单位"),
    "withdraw": gettext_lazy("您撤回了诉求，等待核实"),
    "keep_on": gettext_lazy("经核实，您的诉求继续办理"),
    "back_to_desk": gettext_lazy("经核实，您的诉求继续办理"),
    "attempt": gettext_lazy("12345 回访您，未能联系上"),
    "close": gettext_lazy("回访结束，工单归档"),
    "rebound": gettext_lazy("您再次反映同一问题，重新办理"),
    "reopen": gettext_lazy("您表示未解决或不满意，退回重新办理"),
}
_UNIT_TOLD = frozenset({"sign", "contact", "report", "approve", "report_late", "approve_late", "whistle"})


def record(case: Case, at: datetime) -> list[Line]:
    """The record, newest first; a duplicate's with what was done for its master."""
    told = [(event, case) for event in case.events if _concerns(event)]
    if case.master is not None:
        told += [(event, case.master) for event in _shared(case, case.master.events)]
        told.sort(key=lambda pair: pair[0].at)
    return [_line(event, source, at) for event, source in reversed(told)]


def _concerns(event: Event) -> bool:
    """Whether the caller is told: not that another urged, nor that a reminder inside the limit moved."""
    if event.kind == "urge":
        return "child" not in event.facts
    if event.kind == "reckon":
        return "handle_due" in event.facts.get("moved", {})
    return event.kind in TOLD


def _shared(case: Case, events: Iterable[Event]) -> list[Event]:
    """The master's part of the record: nothing of its callers' own, and nothing after the cases parted."""
    until = case.followed_at if case.ticket.state != State.MERGED else None
    return [
        event
        for event in events
        if event.kind in SHARED and _concerns(event) and (until is None or event.at <= until)
    ]


def _line(event: Event, case: Case, at: datetime) -> Line:
    what = str(TOLD[event.kind])
    if event.kind == "contact" and not event.facts.get("reached"):
        what = _("承办单位联系您，未能联系上")
    tell = _DETAILS.get(event.kind)
    detail = tell(event.facts, case, at) if tell else ""
    return Line(what, event.at, moment(event.at, at), who=_who(event, case), detail=detail)


def _who(event: Event, case: Case) -> str:
    """The unit concerned, by name; never a person."""
    if event.kind in ("dispatch", "redispatch", "rule"):
        made = case.assignments.get(event.facts.get("assignment", 0))
        return str(made.unit) if made else ""
    return str(event.unit) if event.kind in _UNIT_TOLD and event.unit else ""


def _channel(facts: dict, case: Case, at: datetime) -> str:
    if facts.get("split_from"):
        return _("由您的工单 %s 拆出") % facts["split_from"]
    code = facts.get("channel")
    return str(Channel(code).label) if code in Channel.values else ""


def _extended(facts: dict, case: Case, at: datetime) -> str:
    row = case.extensions.get(facts.get("extension", 0))
    if row is None or row.now_due is None:
        return ""
    return _("最晚办结改为 %(moment)s") % {"moment": moment(row.now_due, at)}


def _reckoned(facts: dict, case: Case, at: datetime) -> str:
    due = parse_datetime(facts["moved"]["handle_due"][1])
    return _("最晚办结改为 %(moment)s") % {"moment": moment(due, at)} if due else ""


def _planned(facts: dict, case: Case, at: datetime) -> str:
    row = case.plans.get(facts.get("plan", 0))
    return _("计划至 %(day)s") % {"day": date_format(row.until, _("Y年n月j日"))} if row else ""


def _reached(facts: dict, case: Case, at: datetime) -> str:
    """The milestone's name."""
    steps = (step for plan in case.plans.values() for step in plan.milestones.all())
    return next((step.name for step in steps if step.pk == facts.get("milestone")), "")


def _word(facts: dict, case: Case, at: datetime) -> str:
    row = case.words.get(facts.get("word", 0))
    return row.text if row else ""


def _parts(facts: dict, case: Case, at: datetime) -> str:
    numbers = facts.get("parts", [])
    return _("另有工单 %(numbers)s") % {"numbers": "、".join(numbers)} if numbers else ""


_DETAILS: Mapping[str, Callable[[dict, Case, datetime], str]] = {
    "receive": _channel,
    "extend_grant": _extended,
    "reckon": _reckoned,
    "plan": _planned,
    "plan_renew": _planned,
    "milestone": _reached,
    "split": _parts,
    **dict.fromkeys(("add", "urge", "withdraw"), _word),
}
