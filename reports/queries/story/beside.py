"""What goes on beside the main line, in words."""

from collections.abc import Callable, Mapping

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.queries.story.rows import Facts, Rows
from tickets.facts import label


def _object(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "objection")
    if row is None:
        return ""
    return _("%(ground)s（%(clause)s），建议由%(unit)s承办：%(text)s") % {
        "ground": row.get_ground_display(),
        "clause": row.clause,
        "unit": row.proposed.name,
        "text": row.text,
    }


def _ruling(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "objection")
    if row is None:
        return ""
    told = {"verdict": row.get_verdict_display(), "opinion": row.opinion}
    if row.awarded is not None:
        told["unit"] = row.awarded.name
        return (
            _("%(verdict)s，由%(unit)s承办：%(opinion)s") if row.opinion else _("%(verdict)s，由%(unit)s承办")
        ) % told
    return (_("%(verdict)s：%(opinion)s") if row.opinion else "%(verdict)s") % told


def _into(facts: Facts, rows: Rows) -> str:
    return _("并入工单 %s") % facts["master"] if facts.get("master") else ""


def _child(facts: Facts, rows: Rows) -> str:
    return _("工单 %s") % facts["child"] if facts.get("child") else ""


def _parts(facts: Facts, rows: Rows) -> str:
    return _("拆出工单 %s") % "、".join(facts["parts"]) if facts.get("parts") else ""


def _word(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "word")
    if row is not None:
        return row.text
    return _("来自并入的工单 %s") % facts["child"] if facts.get("child") else ""


def _co(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "co")
    return row.unit.name if row else ""


def _co_add(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "co")
    if row is None:
        return ""
    return _("%(unit)s：%(task)s") % {"unit": row.unit.name, "task": row.task} if row.task else row.unit.name


def _co_done(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "co")
    if row is None:
        return ""
    return _("%(unit)s：%(text)s") % {"unit": row.unit.name, "text": row.result}


def _extend_ask(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "extension")
    if row is None:
        return ""
    days = f"{row.minutes / 1440:g}"
    return _("申请延长 %(days)s 天：%(reason)s（依据：%(basis)s）") % {
        "days": days,
        "reason": row.reason,
        "basis": row.basis,
    }


def _extended(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "extension")
    if row is None or row.now_due is None:
        return ""
    told = {
        "was": formats.date_format(timezone.localtime(row.was_due), "m-d H:i"),
        "now": formats.date_format(timezone.localtime(row.now_due), "m-d H:i"),
        "opinion": row.opinion,
    }
    return (
        _("时限由 %(was)s 延至 %(now)s：%(opinion)s") if row.opinion else _("时限由 %(was)s 延至 %(now)s")
    ) % told


def _refused(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "extension") or rows.named(facts, "plan")
    if row is None:
        return ""
    return row.opinion or row.get_state_display()


def _plan_ask(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "plan")
    if row is None:
        return ""
    return _("%(why)s：%(text)s") % {"why": row.get_why_display(), "text": row.text}


def _plan_signed(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "plan")
    return row.signed_opinion if row else ""


def _plan_until(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "plan")
    if row is None:
        return ""
    told = {"day": row.until.isoformat(), "opinion": row.opinion}
    return (_("至 %(day)s：%(opinion)s") if row.opinion else _("至 %(day)s")) % told


def _plan_review(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "note")
    if row is not None:
        return row.text
    return _("已到复核时间") if facts.get("due") else ""


def _milestone(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "milestone")
    if row is None:
        return ""
    return _("%(name)s：%(note)s") % {"name": row.name, "note": row.note} if row.note else row.name


#: Why a plan ended → in words.
ENDED = {
    "done": gettext_lazy("计划完成"),
    "milestone": gettext_lazy("计划节点未按期完成"),
    "expired": gettext_lazy("挂账期满"),
    "revoked": gettext_lazy("撤销挂账"),
    "left": gettext_lazy("工单已离开挂账"),
}


def _plan_end(facts: Facts, rows: Rows) -> str:
    return str(ENDED.get(facts.get("why"), ""))


def _coordinate(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "coordination")
    if row is None:
        return ""
    to = row.to.name if row.to else row.get_level_display()
    return _("提请%(to)s协调：%(question)s") % {"to": to, "question": row.question}


def _opinion(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "coordination")
    return row.opinion if row else ""


def _on_site(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "on_site")
    if row is None:
        return ""
    return _("%(moment)s 到%(where)s：%(units)s") % {
        "moment": formats.date_format(timezone.localtime(row.meet_at), "m-d H:i"),
        "where": row.where,
        "units": "、".join(unit.name for unit in row.units.all()),
    }


def _on_site_done(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "on_site")
    return row.outcome if row else ""


def _whistle(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "whistle")
    if row is None:
        return ""
    return _("%(kind)s，到%(where)s集合，呼叫%(units)s：%(reason)s") % {
        "kind": row.get_kind_display(),
        "where": row.where,
        "units": "、".join(call.unit.name for call in row.calls.all()),
        "reason": row.reason,
    }


def _called(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "call")
    return row.unit.name if row else ""


def _arrived(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "call")
    return _("%(unit)s，%(where)s") % {"unit": row.unit.name, "where": row.arrived_where} if row else ""


def _whistle_late(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "call")
    if row is None:
        return ""
    if facts.get("what") == "ack":
        return _("%s未按时应哨") % row.unit.name
    return _("%s未按时报到") % row.unit.name


def _absent(facts: Facts, rows: Rows) -> str:
    missing = set(facts.get("absent", []))
    names = [call.unit.name for call in rows.get("call", {}).values() if call.unit_id in missing]
    return _("未报到：%s") % "、".join(dict.fromkeys(names)) if names else ""


def _rated(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "call")
    if row is None:
        return ""
    told = {"unit": row.unit.name, "rating": facts.get("rating", row.rating), "note": row.rating_note}
    return (
        _("%(unit)s：%(rating)s 分，%(note)s") if row.rating_note else _("%(unit)s：%(rating)s 分")
    ) % told


def _card(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "card")
    if row is None:
        return ""
    told = {"card": row.get_kind_display(), "unit": row.unit.name, "why": row.get_why_display()}
    return _("%(card)s，发给%(unit)s：%(why)s") % told


def _oversee(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "oversight")
    if row is None or facts.get("again"):
        return _("要求再次回复") if row else ""
    return row.demand or row.get_kind_display()


def _oversee_end(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "oversight")
    return row.conclusion if row else ""


def _ack(facts: Facts, rows: Rows) -> str:
    card = rows.named(facts, "card")
    if card is not None:
        return _("%(card)s：%(text)s") % {"card": card.get_kind_display(), "text": card.account}
    return str(label(facts["of"])) if facts.get("of") else ""


def _first_call(facts: Facts, rows: Rows) -> str:
    row = rows.named(facts, "first_call")
    return row.told if row else ""


TELLERS: Mapping[str, Callable[[Facts, Rows], str]] = {
    "object": _object,
    **dict.fromkeys(("uphold", "overrule", "rule", "objection_lapsed"), _ruling),
    **dict.fromkeys(("merge", "unmerge", "follow", "rejoin"), _into),
    **dict.fromkeys(("adopt", "let_go", "rebound"), _child),
    "split": _parts,
    **dict.fromkeys(("add", "urge", "withdraw"), _word),
    "co_add": _co_add,
    "co_done": _co_done,
    **dict.fromkeys(("co_urge", "co_late", "co_over"), _co),
    "extend_ask": _extend_ask,
    "extend_grant": _extended,
    **dict.fromkeys(("extend_refuse", "plan_refuse"), _refused),
    "plan_ask": _plan_ask,
    "plan_sign": _plan_signed,
    **dict.fromkeys(("plan", "plan_renew"), _plan_until),
    "plan_review": _plan_review,
    "plan_end": _plan_end,
    "milestone": _milestone,
    **dict.fromkeys(("coordinate", "coordinate_up", "coordinate_late"), _coordinate),
    "opinion": _opinion,
    **dict.fromkeys(("on_site", "on_site_late"), _on_site),
    "on_site_done": _on_site_done,
    "whistle": _whistle,
    **dict.fromkeys(("whistle_ack", "whistle_act", "whistle_leave"), _called),
    "whistle_arrive": _arrived,
    "whistle_late": _whistle_late,
    "whistle_rate": _rated,
    "whistle_end": _absent,
    "card": _card,
    "first_call": _first_call,
    "oversee": _oversee,
    "oversee_end": _oversee_end,
    "ack": _ack,
}
