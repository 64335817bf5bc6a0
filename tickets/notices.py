"""Tell somebody (`tell`, `tell_line`), and their acknowledgement (`acknowledge`, `acknowledge_all`)."""

from collections.abc import Iterable
from datetime import datetime

from cachetools.func import ttl_cache
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.addressees import Command, addressees
from tickets.errors import Refused, Stale
from tickets.facts import label
from tickets.models import Notice, Ticket
from units.models import Unit, User

#: Seconds until a change among the units is seen by every process; trees change a few times a year.
FRESH_SECONDS = 60
#: Acknowledged by one press: each is an event of its ticket.
MOST = 100

#: What a notice says, where the event's own name would not tell its reader what to do.
NEWS = {
    "remind": gettext_lazy("办理时限已过半，请抓紧办理"),
    "warn": gettext_lazy("黄色预警：办理时限将到，请尽快反馈"),
    "card": gettext_lazy("本单被发牌，请单位领导写明情况"),
    "expire": gettext_lazy("已逾期未反馈，请立即补报"),
    "red": gettext_lazy("逾期过半仍未反馈，请立即补报"),
    "special": gettext_lazy("严重逾期，转专项督办"),
    "contact_late": gettext_lazy("还没有联系诉求人，联系时限已过"),
    "dispatch_late": gettext_lazy("派单时限已过，请立即派单"),
    "followup_late": gettext_lazy("回访时限已过，请尽快回访"),
    "rebound": gettext_lazy("诉求人再次反映同一问题，原「已解决」不再成立，请重新办理"),
    "guide_refuse": gettext_lazy("告知途径未获确认，诉求已受理并派单"),
    "assign": gettext_lazy("本单分派给您，请办理"),
    "return_report": gettext_lazy("上级退回补正，请按要求补充后重新反馈"),
    "extend_ask": gettext_lazy("有延期申请待审批，逾期未批即为不予"),
    "extend_grant": gettext_lazy("已准予延期，请把新的时限和原因告知诉求人"),
    "extend_refuse": gettext_lazy("未准予延期，请按原时限办理"),
    "co_add": gettext_lazy("请协办本单，并按时填写协办情况"),
    "co_urge": gettext_lazy("主办单位催办：请尽快完成协办"),
    "co_late": gettext_lazy("协办超时，请立即完成并填写协办情况"),
    "plan_ask": gettext_lazy("有挂账申请待审批"),
    "plan_sign": gettext_lazy("有挂账申请待市级批准"),
    "plan": gettext_lazy("已准予挂账，请按计划节点推进"),
    "plan_refuse": gettext_lazy("未准予挂账，请按原时限办理"),
    "plan_review": gettext_lazy("挂账到了复核时间，请复核计划进展"),
    "plan_end": gettext_lazy("挂账已结束，工单恢复办理，时限继续计算"),
    "coordinate": gettext_lazy("有协调申请待答复，逾期自动提级"),
    "coordinate_up": gettext_lazy("协调申请已提级，请关注答复"),
    "coordinate_late": gettext_lazy("协调申请逾期未答复，请立即答复"),
    "opinion": gettext_lazy("协调意见已下达，请照此办理"),
    "on_site": gettext_lazy("收到现场办理令，请按时到场并填写结论"),
    "on_site_late": gettext_lazy("没有按时填写现场结论，请立即补写"),
    "whistle": gettext_lazy("街乡镇吹哨呼叫本单位，请立即应哨"),
    "whistle_late": gettext_lazy("吹哨的应哨或报到时限已过，请立即到场"),
    "whistle_end": gettext_lazy("吹哨已结束，本单位记为未报到"),
    "oversee": gettext_lazy("收到督办要求，请按时回复"),
    "oversee_late": gettext_lazy("督办逾期未回复"),
    "oversee_reply": gettext_lazy("督办已有回复，请审阅"),
    "exclude_ask": gettext_lazy("有剔除申请待裁定"),
    "exclude_second": gettext_lazy("一人已同意剔除，待第二人裁定"),
    "exclude_review": gettext_lazy("有剔除复核申请待裁定"),
    "exclude_near": gettext_lazy("剔除申请的裁定时限将到，请尽快裁定"),
    "exclude_late": gettext_lazy("剔除申请逾期未裁定，请立即裁定"),
    "exclude_grant": gettext_lazy("已准予剔除，回访结果不计入考核"),
    "exclude_revoke": gettext_lazy("剔除已撤销，回访结果重新计入考核"),
}


def news(kind: str) -> Promise:
    """What a notice of this kind says."""
    return NEWS.get(kind) or label(kind)


def notice(
    ticket: Ticket,
    kind: str,
    *,
    at: datetime,
    unit: Unit | int | None = None,
    role: str = "",
    person: User | int | None = None,
) -> Notice:
    """A notice to a person, to a role of a unit, or (no unit) to a role of the city; not saved yet."""
    unit_id = unit.pk if isinstance(unit, Unit) else unit
    person_id = person.pk if isinstance(person, User) else person
    return Notice(
        ticket=ticket, kind=kind, round=ticket.round, unit_id=unit_id, role=role, person_id=person_id, at=at
    )


def tell(
    ticket: Ticket,
    kind: str,
    *,
    at: datetime,
    unit: Unit | int | None = None,
    role: str = "",
    person: User | int | None = None,
) -> None:
    """The same, saved; it belongs to the transaction of the action that has something to tell."""
    notice(ticket, kind, at=at, unit=unit, role=role, person=person).save(force_insert=True)


def line_notices(ticket: Ticket, kind: str, who: Iterable[str], *, at: datetime) -> list[Notice]:
    """Notices to the line above an order, in the words of the ladder (`LadderStep.Who`); not saved yet.

    Costs no statement while the units are known (`command_of`); a ticket without a lead gives none.
    """
    if ticket.lead_id is None:
        return []
    assignee = None if ticket.assignee_id in gone() else ticket.assignee_id
    found = addressees(who, command_of(ticket.lead_id), assignee)
    return [notice(ticket, kind, at=at, unit=a.unit, role=a.role, person=a.person) for a in found]


def tell_line(ticket: Ticket, kind: str, *who: str, at: datetime) -> None:
    """The same, saved."""
    Notice.objects.bulk_create(line_notices(ticket, kind, who, at=at))


@ttl_cache(maxsize=20_000, ttl=FRESH_SECONDS)
def command_of(unit: int) -> Command:
    """Who stands above a unit."""
    row = Unit.objects.select_related("parent").get(pk=unit)
    above = row.parent
    return Command(
        row.pk, row.type, above.pk if above else None, above.type if above else "", row.district_id
    )


@ttl_cache(maxsize=1, ttl=FRESH_SECONDS)
def gone() -> frozenset[int]:
    """People whose account is closed: what they had in hand is their colleagues' to know."""
    return frozenset(User.objects.filter(is_active=False).values_list("pk", flat=True))


@transaction.atomic
def acknowledge(row: Notice, *, by: User, at: datetime) -> None:
    """Somebody it was addressed to has seen it. Raises Refused for anybody else; twice is once."""
    if not Notice.objects.to(by).filter(pk=row.pk).exists():
        raise Refused(_("这条提醒不是发给您的。"))
    if Notice.objects.filter(pk=row.pk, seen_at=None).update(seen_by=by, seen_at=at):
        row.ticket.record("ack", by=by, at=at, facts={"notice": row.pk, "of": row.kind})


@transaction.atomic
def acknowledge_all(by: User, *, upto: int, at: datetime) -> int:
    """The newest `MOST` that wait for this person, none younger than the notice `upto`; returns how many.

    Those of a ticket that somebody moves at this moment are left for the next time.
    """
    waiting = Notice.objects.to(by).unseen().filter(pk__lte=upto).select_related("ticket").order_by("-pk")
    by_ticket: dict[int, list[Notice]] = {}
    for row in waiting[:MOST]:
        by_ticket.setdefault(row.ticket_id, []).append(row)
    return sum(acknowledge_these(by_ticket[key], by=by, at=at) for key in sorted(by_ticket))


def acknowledge_these(rows: list[Notice], *, by: User, at: datetime) -> int:
    """The notices of one ticket, read together; returns how many, 0 when the ticket moved meanwhile."""
    ticket = rows[0].ticket
    try:
        with transaction.atomic():
            for row in rows:
                row.ticket = ticket
                acknowledge(row, by=by, at=at)
    except Stale:
        return 0
    return len(rows)
