"""The events of the main line in words: intake, dispatch, the unit's work, follow-up, clocks."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from followup import models as followup
from intake.models import Guidance
from reports.queries.story.rows import Facts, Rows, moment
from tickets.models import Ticket
from tickets.states import Channel, Outcome


def _channel(facts: Facts, rows: Rows) -> str:
    if facts.get("split_from"):
        return _("由工单 %s 拆出") % facts["split_from"]
    code = facts.get("channel", "")
    return _("渠道：%s") % Channel(code).label if code in Channel.values else ""


def _placed(facts: Facts, rows: Rows) -> str:
    made = rows.named(facts, "assignment")
    if made is None:
        return ""
    told = {"unit": made.unit.name, "how": made.get_how_display(), "reason": made.reason}
    return (_("%(how)s，派往%(unit)s：%(reason)s") if made.reason else _("%(how)s，派往%(unit)s")) % told


def _contact(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "contact")
    if row is None:
        return ""
    told = {"channel": row.get_channel_display(), "note": row.note}
    if row.reached:
        return (_("%(channel)s，已联系上：%(note)s") if row.note else _("%(channel)s，已联系上")) % told
    return (_("%(channel)s，未联系上：%(note)s") if row.note else _("%(channel)s，未联系上")) % told


def _assign(facts: Facts, rows: Rows) -> str:
    to = rows.named(facts, "to") or rows.named(facts, "unit")
    return _("分派给%s") % to if to else ""


def _note(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "note")
    return row.text if row else ""


def _report(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "report")
    if row is None:
        return ""
    return _("%(outcome)s：%(text)s") % {"outcome": Outcome(row.outcome).label, "text": row.text}


def _verdict(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "report")
    return row.verdict_note if row else ""


def _way(facts: Facts, rows: Rows) -> str:
    if facts.get("verdict") == Guidance.Verdict.SILENT:
        return str(Guidance.Verdict.SILENT.label)
    row = rows.named(facts, "guidance")
    if row is not None and row.opinion:
        return row.opinion
    return Guidance.Way(facts["way"]).label if facts.get("way") else _channel(facts, rows)


def _look(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "look")
    return _("事由：%s") % row.reason if row else ""


def _expire(facts: Facts, rows: Rows) -> str:
    due = _due(facts, rows)
    return _("%s，届满时仍未反馈") % due if facts.get("late") else due


def _due(facts: Facts, rows: Rows) -> str:
    return _("时限 %s") % moment(facts["due"]) if facts.get("due") else ""


def _reckoned(facts: Facts, rows: Rows) -> str:
    moved = facts.get("moved", {})
    if "handle_due" not in moved:
        return _("按新的日历或时限等级，移动了 %d 个时点") % len(moved)
    was, now = moved["handle_due"]
    return _("办理时限由 %(was)s 改为 %(now)s") % {"was": moment(was), "now": moment(now)}


def _attempt(facts: Facts, rows: Rows) -> str:
    return _("%(channel)s，%(reach)s") % {
        "channel": followup.Channel(facts["channel"]).label,
        "reach": followup.Reach(facts["reach"]).label,
    }


def _answers(facts: Facts, rows: Rows) -> str:
    if not facts.get("solved") or not facts.get("satisfied"):
        return followup.Reach(facts["reach"]).label if facts.get("reach") else ""
    return _("诉求人答：%(solved)s，%(satisfied)s") % {
        "solved": followup.Solved(facts["solved"]).label,
        "satisfied": followup.Satisfied(facts["satisfied"]).label,
    }


def _correct(facts: Facts, rows: Rows) -> str:
    names = [str(Ticket._meta.get_field(field).verbose_name) for field in facts.get("fields", [])]
    return _("更正了%s") % "、".join(names)


def _route_failed(facts: Facts, rows: Rows) -> str:
    return _("目录不能确定承办单位，转人工派单")


TELLERS: Mapping[str, Callable[[Facts, Rows], str]] = {
    **dict.fromkeys(("receive", "answer", "transfer"), _channel),
    **dict.fromkeys(("guide_ask", "guide", "guide_refuse"), _way),
    **dict.fromkeys(("dispatch", "redispatch"), _placed),
    **dict.fromkeys(("approve", "approve_late", "send_back", "return_report"), _verdict),
    **dict.fromkeys(("report", "report_late"), _report),
    **dict.fromkeys(("close", "reopen"), _answers),
    **dict.fromkeys(
        ("auto_sign", "dispatch_late", "contact_late", "followup_late", "remind", "warn", "red", "special"),
        _due,
    ),
    "contact": _contact,
    "assign": _assign,
    "note": _note,
    "reveal": _look,
    "expire": _expire,
    "attempt": _attempt,
    "correct": _correct,
    "reckon": _reckoned,
    "route_failed": _route_failed,
}
