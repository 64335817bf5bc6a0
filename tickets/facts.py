"""What happens to a work order without a transition: the second half of the machine as data.

A sub-process (extension, coordination, whistle, …) is a row of its own with its own small state; here stands
who may take which of its steps, in which states of the ticket. Whose row it is, the action checks.
"""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.flow import DECIDERS, EVERYONE, INTAKE, MOVES, UNIT_STAFF, Fact
from tickets.states import OPEN, WITH_UNIT, State
from units.roles import Role

#: The unit may still turn to the caller and repair what it owes.
OWED = WITH_UNIT | {State.ON_PLAN, State.FOLLOWUP}
ANY = frozenset(State)
#: The caller was asked at least once: the ticket is archived, or was reopened.
ANSWERED = OPEN | {State.CLOSED}
#: The lead works: not while somebody else decides about the order.
WORKING = frozenset({State.HANDLING})
FIELD = UNIT_STAFF | {Role.GRID}


def _fact(
    name: str,
    label: Promise,
    states: Iterable[str] = ANY,
    roles: Iterable[str] = (),
    *,
    at_lead: bool = False,
    inside: bool = False,
    system: bool = False,
) -> Fact:
    return Fact(name, label, frozenset(states), frozenset(roles), at_lead, inside, system)


_ROWS = (
    _fact("contact", _("联系诉求人"), WITH_UNIT | {State.ON_PLAN}, FIELD, at_lead=True, inside=True),
    _fact("assign", _("内部分派"), WITH_UNIT | {State.ON_PLAN}, UNIT_STAFF, at_lead=True, inside=True),
    _fact("note", _("备注"), OPEN | {State.GUIDING}, EVERYONE - {Role.AUDITOR, Role.ADMIN}),
    _fact("correct", _("更正"), OPEN, [Role.DISPATCHER]),
    _fact("reveal", _("查看完整联系方式"), ANY, EVERYONE - {Role.ADMIN}),
    # The unit's own question, before the hotline's: never counted.
    _fact("first_call", _("一级回访"), {State.HANDLING, State.REPORTED}, FIELD, at_lead=True, inside=True),
    _fact("attempt", _("回访联系"), [State.FOLLOWUP], [Role.CALLER_BACK]),
    _fact("report_late", _("逾期补报"), [State.FOLLOWUP], UNIT_STAFF, at_lead=True, inside=True),
    _fact("approve_late", _("补报审核通过"), [State.FOLLOWUP], [Role.LEADER], at_lead=True),
    # The caller's side, at any time: by telephone through an agent, or online by themselves.
    _fact("add", _("补充诉求"), OPEN | {State.MERGED, State.GUIDING}, INTAKE, system=True),
    _fact("urge", _("催办"), OPEN | {State.MERGED}, INTAKE, system=True),
    # Somebody leaned on them for a good word or a withdrawal: a supervisor must know.
    _fact("pressed", _("诉求人反映受到施压"), [State.FOLLOWUP], [Role.CALLER_BACK], system=True),
    # Dispatch beside its moves.
    _fact("split", _("拆单"), [State.PENDING], [Role.DISPATCHER]),
    _fact("adopt", _("并入重复诉求"), OPEN - {State.FOLLOWUP}, [Role.DISPATCHER], system=True),
    _fact("let_go", _("移出并入的诉求"), ANY, [Role.DISPATCHER], system=True),
    _fact("route_failed", _("未能自动派单"), [State.PENDING], system=True),
    # The ticket had left `objected` by another way when the clock of the ruling rang.
    _fact("objection_lapsed", _("异议自动终止"), ANY, system=True),
    _fact("reckon", _("时限调整"), OPEN, [Role.ADMIN], system=True),
    # Lead and co-units.
    _fact("co_add", _("增加协办"), WITH_UNIT, [Role.DISPATCHER, Role.DISTRICT]),
    # A district government that helps has only its sub-centre's people.
    _fact("co_done", _("协办完成"), ANY, FIELD | {Role.DISTRICT}),
    _fact("co_urge", _("催协办"), OWED, UNIT_STAFF, at_lead=True),
    _fact("co_late", _("协办超时"), ANY, system=True),
    # The matter is over: nobody waits for this part any more.
    _fact("co_over", _("协办终止"), ANY, system=True),
    # Extension.
    _fact("extend_ask", _("申请延期"), WORKING, [Role.LEADER], at_lead=True),
    _fact("extend_grant", _("准予延期"), WITH_UNIT, DECIDERS, at_lead=True),
    _fact("extend_refuse", _("不予延期"), ANY, DECIDERS, at_lead=True, system=True),
    # Long-term plan.
    _fact("plan_ask", _("申请挂账"), WORKING, [Role.LEADER], at_lead=True),
    _fact("plan_sign", _("区级签批挂账"), WORKING, [Role.DISTRICT], at_lead=True),
    _fact("plan_refuse", _("不予挂账"), ANY, DECIDERS, at_lead=True, system=True),
    _fact("milestone", _("计划节点完成"), [State.ON_PLAN], UNIT_STAFF, at_lead=True, inside=True),
    _fact("plan_review", _("挂账复核"), [State.ON_PLAN], [Role.SUPERVISOR], system=True),
    _fact("plan_renew", _("挂账展期"), [State.ON_PLAN], [Role.SUPERVISOR]),
    # The order left the plan by another way: the caller took the request back.
    _fact("plan_lapse", _("挂账终止"), ANY, system=True),
    # Coordination by levels.
    _fact("coordinate", _("提请协调"), WITH_UNIT, UNIT_STAFF | {Role.DISTRICT}, at_lead=True),
    _fact("coordinate_up", _("提级协调"), ANY, DECIDERS | {Role.LEADER}, system=True),
    _fact("opinion", _("协调意见"), ANY, DECIDERS | {Role.LEADER}),
    _fact("coordinate_late", _("协调逾期未答复"), ANY, system=True),
    _fact("on_site", _("现场办理令"), OWED, DECIDERS, at_lead=True),
    _fact("on_site_done", _("现场办理情况"), ANY, UNIT_STAFF | DECIDERS),
    _fact("on_site_late", _("未按时到场"), ANY, system=True),
    # Whistle.
    _fact("whistle", _("吹哨"), WORKING, UNIT_STAFF, at_lead=True),
    _fact("whistle_ack", _("应哨"), ANY, FIELD),
    _fact("whistle_arrive", _("报到"), ANY, FIELD),
    _fact("whistle_act", _("现场处置"), ANY, FIELD),
    _fact("whistle_leave", _("处置完毕离场"), ANY, FIELD),
    _fact("whistle_late", _("吹哨超时"), ANY, system=True),
    _fact("whistle_rate", _("评价报到单位"), ANY, UNIT_STAFF, at_lead=True),
    _fact("whistle_end", _("结束吹哨"), ANY, UNIT_STAFF, at_lead=True),
    # The ruler: what is left out, what was written down wrongly.
    _fact("exclude_ask", _("申请剔除"), ANSWERED, UNIT_STAFF, at_lead=True, system=True),
    _fact("exclude_second", _("一人同意剔除"), ANSWERED, [Role.SUPERVISOR]),
    _fact("exclude_grant", _("准予剔除"), ANSWERED, [Role.SUPERVISOR], system=True),
    _fact("exclude_refuse", _("不予剔除"), ANSWERED, [Role.SUPERVISOR]),
    _fact("exclude_review", _("申请复核剔除"), ANSWERED, UNIT_STAFF, at_lead=True),
    _fact("exclude_revoke", _("撤销剔除"), ANSWERED, [Role.SUPERVISOR], system=True),
    _fact("exclude_near", _("剔除裁定时限将到"), ANSWERED, system=True),
    _fact("exclude_late", _("剔除裁定超时"), ANSWERED, system=True),
    _fact("answer_right", _("更正回访结果"), ANSWERED, [Role.SUPERVISOR]),
    # Clocks and escalation.
    _fact("dispatch_late", _("派单超时"), [State.PENDING], system=True),
    _fact("contact_late", _("联系超时"), WITH_UNIT, system=True),
    _fact("remind", _("时限过半提醒"), WITH_UNIT, system=True),
    _fact("warn", _("黄色预警"), WITH_UNIT, system=True),
    _fact("red", _("超时加重"), ANY, system=True),
    _fact("special", _("转专项督办"), ANY, system=True),
    _fact("followup_late", _("回访超时"), [State.FOLLOWUP], system=True),
    _fact("card", _("发牌"), system=True),
    _fact("oversee", _("督办"), ANY, DECIDERS, at_lead=True, system=True),
    _fact("oversee_reply", _("督办回复"), ANY, UNIT_STAFF | {Role.DISTRICT}, at_lead=True),
    _fact("oversee_late", _("督办逾期未复"), ANY, system=True),
    _fact("oversee_end", _("督办办结"), ANY, DECIDERS, at_lead=True),
    _fact("ack", _("确认提醒"), ANY, EVERYONE),
)
FACTS = {row.name: row for row in _ROWS}


def label(kind: str) -> Promise:
    """The Chinese name of an event kind."""
    return (MOVES.get(kind) or FACTS[kind]).label
