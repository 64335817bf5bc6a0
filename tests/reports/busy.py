"""An order to which everything happens beside the main line; a street leads it for a week."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dispatch.actions import oversight
from dispatch.actions.merging import merge
from dispatch.actions.objections import Grounds, Ruling, raise_objection, rule_on
from dispatch.actions.splitting import split
from handling import actions as handling
from handling.actions import co, coordination, extension, on_plan, on_site, plan, whistle
from intake import actions as intake
from intake.requests import Part
from tests.city import NOON, City
from tests.handling.conftest import photo
from tickets.models import Ticket


def clock() -> Iterator[datetime]:
    """A moment after another, five minutes apart."""
    at = NOON
    while True:
        at += timedelta(minutes=5)
        yield at


def busy(city: City) -> Ticket:
    """On a plan in the end, after an objection, a whistle, a coordination, an extension and much else."""
    at = clock()
    said = city.request(
        category=city.leaves["property"], content="物业不管电梯。电梯坏了三天，楼道灯也不亮。"
    )
    ticket = intake.file(said, by=city.agent, at=NOON)
    parts = [
        Part("物业不管电梯，电梯坏了三天。", city.leaves["property"], city.community, "示例小区3号楼"),
        Part("楼道灯不亮。", city.leaves["orphan"], city.community, "示例小区3号楼"),
    ]
    split(ticket, parts, by=city.dispatcher, at=next(at))
    said = city.request(phone="13800003057", name="李先生", category=city.leaves["property"])
    other = intake.file(said, by=city.agent, at=next(at))
    merge(other, into=ticket, by=city.dispatcher, at=next(at))
    ticket.refresh_from_db()
    _contested(city, ticket, at)
    _handled(city, ticket, at)
    _planned(city, ticket, at)
    ticket.refresh_from_db()
    return ticket


def _contested(city: City, ticket: Ticket, at: Iterator[datetime]) -> None:
    grounds = Grounds(
        "owner", "物业管理条例第五条", city.housing, "电梯产权属房管部门。", [photo("产权证.jpg")]
    )
    raise_objection(ticket, grounds, by=city.street_clerk, at=next(at))
    rule_on(ticket, Ruling("refused", "属地负责协调物业。"), by=city.reviewer, at=next(at))


def _handled(city: City, ticket: Ticket, at: Iterator[datetime]) -> None:
    said = {"channel": "visit", "reached": True, "note": "已说明需更换部件"}
    handling.contact(ticket, **said, by=city.street_clerk, at=next(at))
    intake.urge(ticket, text="老人下不了楼", by=city.agent, at=next(at))
    intake.add_more(ticket, text="二单元的也坏了", by=None, at=next(at))
    part = ticket.co_tasks.get(unit=city.housing)
    co.done(part, text="已约谈物业公司。", by=city.housing_clerk, at=next(at))
    _whistled(city, Ticket.objects.get(pk=ticket.pk), at)
    _coordinated(city, Ticket.objects.get(pk=ticket.pk), at)
    wish = extension.Wish(minutes=1440, reason="配件采购需要时间", basis="维修合同")
    row = extension.ask(Ticket.objects.get(pk=ticket.pk), wish, by=city.street_leader, at=next(at))
    extension.grant(row, opinion="同意", by=city.supervisor, at=next(at))
    watched = oversight.order(
        Ticket.objects.get(pk=ticket.pk), demand="请说明老人出行如何保障", by=city.supervisor, at=next(at)
    )
    oversight.reply(watched, text="已安排社区送餐上门。", by=city.street_clerk, at=next(at))
    oversight.end(watched, conclusion="措施到位，办结。", by=city.supervisor, at=next(at))
    ticket.refresh_from_db()


def _whistled(city: City, ticket: Ticket, at: Iterator[datetime]) -> None:
    """The housing department comes; the heating company has not answered yet."""
    called = [city.housing, city.heating]
    blast = whistle.Blast("urgent", "enforcement", "3号楼门口", "电梯停运需联合处置", called)
    blown = whistle.blow(ticket, blast, by=city.street_clerk, at=next(at))
    call = blown.calls.get(unit=city.housing)
    whistle.ack(call, by=city.housing_clerk, at=next(at))
    there = whistle.Arrival("3号楼大厅", photo("到场.jpg"))
    whistle.arrive(call, there, by=city.housing_clerk, at=next(at))
    whistle.act(call, text="责令物业报修", by=city.housing_clerk, at=next(at))
    whistle.leave(call, by=city.housing_clerk, at=next(at))
    whistle.rate(call, rating=4, note="到场及时", by=city.street_clerk, at=next(at))


def _coordinated(city: City, ticket: Ticket, at: Iterator[datetime]) -> None:
    asked = coordination.ask(ticket, question="维修资金由谁申请？", by=city.street_leader, at=next(at))
    said = "由物业申请，住建委督办。"
    coordination.answer(ticket, asked, opinion=said, by=city.district_officer, at=next(at))
    now = next(at)
    ordered = on_site.order(
        ticket, meet_at=now + timedelta(hours=2), where="3号楼", units=[city.housing], demand="带维修方案",
        by=city.district_officer, at=now,
    )  # fmt: skip
    found = {"outcome": "物业承诺三日报修。", "photo": photo("会商.jpg")}
    on_site.settle(ticket, ordered, **found, by=city.housing_leader, at=next(at))


def _planned(city: City, ticket: Ticket, at: Iterator[datetime]) -> None:
    told = ticket.contacts.get()
    steps = [plan.Step("完成招标", date(2026, 5, 1)), plan.Step("更换电梯", date(2026, 8, 1))]
    wanted = plan.Wanted("funding", "申请维修资金更换电梯", date(2026, 9, 1), told, steps)
    asked = plan.ask(ticket, wanted, by=city.street_leader, at=next(at))
    plan.sign(ticket, asked, opinion="同意挂账", by=city.district_officer, at=next(at))
    plan.approve(ticket, asked, opinion="按节点推进", by=city.supervisor, at=next(at))
    first = asked.milestones.first()
    on_plan.reach(ticket, first, note="已中标", by=city.street_clerk, at=next(at))
