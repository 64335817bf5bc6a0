"""The pages of plans, coordination and orders on site, by the real clock."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from handling import actions
from handling.actions import coordination, on_site, plan
from handling.actions.plan import Step, Wanted
from handling.models import Coordination, Milestone, OnSiteOrder, Plan
from handling.queries.plan import running
from tests.city import City
from tests.handling.conftest import HTMX, ClientOf, Order, fresh, photo, post
from tickets.book import local_day
from tickets.models import Ticket

QUESTION = "小区产权单位已注销，由谁出资维修？"
OPINION = "由街道牵头、住建委配合，先行应急维修。"


def day(count: int) -> str:
    return (local_day(timezone.now()) + timedelta(days=count)).isoformat()


@pytest.fixture
def ticket(city: City, order: Order) -> Ticket:
    """An order of the street whose caller was reached."""
    made = order(category=city.leaves["property"])
    actions.sign(made, by=city.street_clerk, at=timezone.now())
    actions.contact(
        made, channel="phone", reached=True, note="已告知", by=city.street_clerk, at=timezone.now()
    )
    return made


def typed(ticket: Ticket, **changes: object) -> dict[str, object]:
    said = {
        "why": "funding",
        "text": "纳入明年改造计划。",
        "told": ticket.contacts.get().pk,
        "until": day(60),
        "step1": "完成设计",
        "day1": day(20),
    }
    return {**said, **changes}


def asked(city: City, ticket: Ticket) -> Plan:
    today = local_day(timezone.now())
    wanted = Wanted(
        "funding",
        "纳入明年改造计划。",
        today + timedelta(days=60),
        ticket.contacts.get(),
        [Step("完成设计", today + timedelta(days=20)), Step("完成施工", today + timedelta(days=50))],
    )
    return plan.ask(ticket, wanted, by=city.street_leader, at=timezone.now())


def active(city: City, ticket: Ticket) -> Plan:
    row = asked(city, ticket)
    plan.sign(ticket, row, by=city.district_officer, at=timezone.now())
    plan.approve(ticket, row, by=city.supervisor, at=timezone.now())
    return row


def test_a_leader_asks_for_a_plan_and_what_was_typed_stays(
    city: City, ticket: Ticket, client_of: ClientOf
) -> None:
    leader = client_of("street_leader")
    page = leader.get(reverse("handling:plan", args=[ticket.number]))
    assert "提交申请" in page.content.decode()
    wrong = post(leader, "plan", ticket, **typed(ticket, day1=""))
    assert (wrong.status_code, "请填写这个节点的完成日期" in wrong.content.decode()) == (422, True)
    late = post(leader, "plan", ticket, **typed(ticket, day1=day(61)))
    assert (late.status_code, "不能晚于" in late.content.decode()) == (422, True)
    stale = post(leader, "plan", ticket, **typed(ticket), version=ticket.version - 1)
    assert (stale.status_code, "纳入明年改造计划" in stale.content.decode()) == (409, True)
    assert post(client_of("street_clerk"), "plan", ticket, **typed(ticket)).status_code == 422
    assert Plan.objects.count() == 0
    assert post(leader, "plan", ticket, **typed(ticket)).status_code == 302
    assert [(row.state, row.milestones.count()) for row in Plan.objects.all()] == [("asked", 1)]
    pane = leader.get(reverse("handling:pane", args=[ticket.number])).content.decode()
    assert "待区级签批" in pane


def test_the_district_signs_and_the_city_approves_at_the_decisions_desk(
    city: City, ticket: Ticket, client_of: ClientOf
) -> None:
    row = asked(city, ticket)
    url = reverse("handling:plan_answer", args=[row.pk])
    district, supervisor = client_of("district_officer"), client_of("supervisor")
    assert "完成设计" in district.get(reverse("handling:decisions")).content.decode()
    said = {"sign-verdict": "grant", "sign-opinion": ""}
    assert supervisor.post(url, said | {"version": ticket.version}).status_code == 409
    assert client_of("street_leader").post(url, said).status_code == 409
    assert client_of("planning_leader").post(url, said).status_code == 404
    refused = district.post(url, {"version": ticket.version, "sign-verdict": "refuse"})
    assert (refused.status_code, Plan.objects.get().state) == (422, "asked")
    assert district.post(url, said | {"version": ticket.version}).status_code == 302
    assert supervisor.post(url, said | {"version": fresh(ticket).version}).status_code == 302
    assert (fresh(ticket).state, Plan.objects.get().state) == ("on_plan", "active")


def test_the_unit_ticks_off_milestones_in_its_pane_and_ends_the_plan(
    city: City, ticket: Ticket, client_of: ClientOf
) -> None:
    active(city, ticket)
    step = Milestone.objects.first()
    clerk, leader = client_of("street_clerk"), client_of("street_leader")
    pane = clerk.get(reverse("handling:pane", args=[ticket.number]), headers=HTMX).content.decode()
    assert "标记完成" in pane
    url = reverse("handling:milestone", args=[ticket.number, step.pk])
    assert clerk.post(url, {"version": fresh(ticket).version}).status_code == 422
    note = {f"reach-{step.pk}-note": "设计已完成"}
    assert clerk.post(url, {"version": fresh(ticket).version, **note}).status_code == 302
    assert Milestone.objects.get(pk=step.pk).note == "设计已完成"
    assert post(clerk, "plan_finish", fresh(ticket)).status_code == 422
    assert post(leader, "plan_finish", fresh(ticket)).status_code == 302
    assert fresh(ticket).state == "handling"


def test_a_supervisor_reviews_renews_and_ends_a_running_plan(
    city: City, ticket: Ticket, client_of: ClientOf
) -> None:
    row = active(city, ticket)
    supervisor = client_of("supervisor")
    assert "下一节点" in supervisor.get(reverse("handling:plans")).content.decode()
    assert supervisor.get(reverse("handling:running_plan", args=[row.pk])).status_code == 200
    for who in ("district_officer", "street_leader", "auditor"):
        assert client_of(who).get(reverse("handling:running_plan", args=[row.pk])).status_code == 403

    def do(verb: str, **data: object) -> int:
        url = reverse(f"handling:plan_{verb}", args=[row.pk])
        return supervisor.post(url, {"version": fresh(ticket).version, **data}).status_code

    assert do("review") == 422
    assert do("review", **{"review-opinion": "按计划推进"}) == 302
    late = {"renew-until": day(120), "renew-step1": "竣工验收", "renew-day1": day(130)}
    assert do("renew", **late) == 422
    assert do("renew", **late | {"renew-day1": day(110)}) == 302
    assert do("renew", **late | {"renew-until": day(200)}) == 422
    assert do("revoke", version=1) == 409
    assert do("revoke") == 302
    assert Plan.objects.get().ended_for == "revoked"
    assert supervisor.get(reverse("handling:running_plan", args=[row.pk])).status_code == 404


def test_the_list_of_plans_costs_the_same_with_one_and_with_many(
    city: City, order: Order, ticket: Ticket, client_of: ClientOf
) -> None:
    active(city, ticket)
    supervisor = client_of("supervisor")

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert supervisor.get(reverse("handling:plans")).status_code == 200
        return len(seen)

    before = cost()
    for _n in range(5):
        more = order(category=city.leaves["property"])
        actions.sign(more, by=city.street_clerk, at=timezone.now())
        actions.contact(more, channel="phone", reached=True, note="", by=city.street_clerk, at=timezone.now())
        active(city, more)
    assert len(running(city.supervisor)) == 6
    assert cost() == before
    assert before <= 8


def test_a_clerk_asks_for_coordination_and_the_district_answers(
    city: City, ticket: Ticket, client_of: ClientOf
) -> None:
    clerk, district = client_of("street_clerk"), client_of("district_officer")
    wrong = post(clerk, "coordinate", ticket, **{"coordinate-question": "谁"})
    assert wrong.status_code == 422
    unfit = {"coordinate-question": QUESTION, "coordinate-department": "E-heating"}
    refused = post(clerk, "coordinate", ticket, **unfit)
    assert refused.status_code == 422
    assert QUESTION in refused.content.decode()
    assert "热力集团" in refused.content.decode()
    assert post(clerk, "coordinate", ticket, **{"coordinate-question": QUESTION}).status_code == 302
    row = Coordination.objects.get()
    assert QUESTION in district.get(reverse("handling:decisions")).content.decode()
    url = reverse("handling:opinion", args=[row.pk])
    said = {"opinion-verdict": "answer", "opinion-opinion": OPINION}
    assert client_of("supervisor").post(url, said).status_code == 409
    assert client_of("planning_leader").post(url, said).status_code == 404
    assert district.post(url, said | {"version": fresh(ticket).version}).status_code == 302
    pane = clerk.get(reverse("handling:pane", args=[ticket.number])).content.decode()
    assert "须照此办理" in pane
    assert OPINION in pane
    assert district.post(url, said | {"version": fresh(ticket).version}).status_code == 409


def test_a_district_passes_a_question_up_at_the_desk(city: City, ticket: Ticket, client_of: ClientOf) -> None:
    row = coordination.ask(ticket, question=QUESTION, by=city.street_clerk, at=timezone.now())
    said = {"opinion-verdict": "up", "opinion-department": "D-planning", "version": ticket.version}
    url = reverse("handling:opinion", args=[row.pk])
    assert client_of("district_officer").post(url, said).status_code == 302
    above = Coordination.objects.get(state="asked")
    assert (above.level, above.to) == ("department", city.department)
    planning = client_of("planning_leader")
    assert QUESTION in planning.get(reverse("handling:decisions")).content.decode()
    url = reverse("handling:opinion", args=[above.pk])
    up = {"opinion-verdict": "up", "version": fresh(ticket).version}
    assert planning.post(url, up).status_code == 302
    top = Coordination.objects.get(state="asked")
    assert top.level == "city"
    supervisor = client_of("supervisor")
    url = reverse("handling:opinion", args=[top.pk])
    assert supervisor.post(url, up | {"version": fresh(ticket).version}).status_code == 422
    said = {"opinion-verdict": "answer", "opinion-opinion": OPINION, "version": fresh(ticket).version}
    assert supervisor.post(url, said).status_code == 302


def test_a_district_orders_units_on_site_and_one_of_them_writes_what_was_found(
    city: City, ticket: Ticket, client_of: ClientOf
) -> None:
    district = client_of("district_officer")
    tomorrow = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    said = {"meet_at": tomorrow, "where": "北门", "units": ["110108-housing"], "demand": "核实权属"}
    wrong = post(district, "on_site", ticket, **said | {"units": ["D-planning"]})
    assert (wrong.status_code, "市规自委" in wrong.content.decode()) == (422, True)
    assert post(client_of("street_leader"), "on_site", ticket, **said).status_code == 403
    assert post(district, "on_site", ticket, **said).status_code == 302
    row = OnSiteOrder.objects.get()
    assert isinstance(row.meet_at, datetime)
    housing = client_of("housing_clerk")
    assert "填写现场结论" in housing.get(reverse("handling:pane", args=[ticket.number])).content.decode()
    url = reverse("handling:settle", args=[ticket.number, row.pk])
    name, version = f"settle-{row.pk}", {"version": fresh(ticket).version}
    kept = housing.post(url, {f"{name}-outcome": "围墙属产权单位。", **version})
    assert (kept.status_code, "围墙属产权单位。" in kept.content.decode()) == (422, True)
    found = {f"{name}-outcome": "围墙属产权单位。", f"{name}-photo": photo(), **version}
    assert housing.post(url, found).status_code == 302
    assert OnSiteOrder.objects.get().outcome == "围墙属产权单位。"
    assert client_of("stranger").post(url, found).status_code == 404


def test_a_supervisor_orders_on_site_from_a_page_of_their_own(
    city: City, ticket: Ticket, client_of: ClientOf
) -> None:
    supervisor, now = client_of("supervisor"), timezone.now()
    url = reverse("handling:on_site", args=[ticket.number])
    assert "学院路街道办事处" in supervisor.get(url).content.decode()
    on_site.order(
        ticket,
        meet_at=now + timedelta(days=1),
        where="北门",
        units=[city.street],
        by=city.supervisor,
        at=now,
    )
    assert "待到场" in supervisor.get(url).content.decode()
