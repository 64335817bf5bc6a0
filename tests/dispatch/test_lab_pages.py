"""The rule lab over HTTP."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dispatch.actions import route
from dispatch.models import Assignment, Backlog, Catalogue, Objection, Rule
from intake import actions as intake
from tests.city import NOON, City
from tests.dispatch.drafting import begin, change, publish, said
from tickets.models import Ticket

ClientOf = Callable[[str], Client]


@pytest.fixture
def draft(city: City) -> Catalogue:
    return begin(city)


@pytest.fixture
def today(city: City) -> str:
    return timezone.localdate().isoformat()


def typed(draft: Catalogue, **changes: object) -> dict[str, object]:
    """What the editor sends: a rule of the street for the leaf that has none."""
    blank = dict.fromkeys(["rule", "scope", "kind", "when", "words", "limit_code", "statutory_days"], "")
    told = {"revision": draft.revision, "category": "010105", "lead": "street", "co": [], "basis": "清单"}
    return {**blank, **told, "legal_basis": "", **changes}


def test_the_versions_are_listed_with_dates_people_and_effects(
    city: City, client_of: ClientOf, draft: Catalogue
) -> None:
    change(city, draft, said(city))
    publish(city, draft, effects={"looked": 7, "moved": 3})
    page = client_of("supervisor").get("/dispatch/lab/").content.decode()
    assert "2026.01" in page
    assert "dispatcher 起草，reviewer 于 2026-03-02 12:00 发布" in page
    assert "审核意见：无异议" in page
    assert "重放 7 件，3 件改派" in page
    assert "起草新版本" not in page
    assert "起草新版本" in client_of("dispatcher").get("/dispatch/lab/").content.decode()


def test_a_dispatcher_begins_a_draft_and_lands_in_its_editor(city: City, client_of: ClientOf) -> None:
    client = client_of("dispatcher")
    form = {"version": "2026.09", "source": city.catalogue.pk, "note": "电话13800002046"}
    answer = client.post("/dispatch/lab/begin/", form)
    made = Catalogue.objects.get(version="2026.09")
    assert (answer.status_code, answer["Location"]) == (302, f"/dispatch/lab/{made.pk}/")
    assert (made.author, made.note) == (city.dispatcher, "电话138****2046")
    again = client.post("/dispatch/lab/begin/", form)
    assert again.status_code == 422
    assert "版本号「2026.09」已被使用" in again.content.decode()
    assert Catalogue.objects.count() == 2


def test_the_editor_finds_opens_and_saves_a_rule(client_of: ClientOf, city: City, draft: Catalogue) -> None:
    client, url = client_of("dispatcher"), f"/dispatch/lab/{draft.pk}/"
    found = client.get(url, {"q": "暖气"}).content.decode()
    assert "暖气不热" in found
    assert "物业服务不到位" not in found
    rule = draft.rules.get(category=city.leaves["heating"])
    pane = client.get(url, {"rule": rule.pk}, headers={"HX-Request": "true"}).content.decode()
    assert '<option value="unit:E-heating" selected>热力集团</option>' in pane
    assert '<option value="street" selected>属地街道（乡镇）</option>' in pane
    form = typed(draft, rule=rule.pk, category="010101", lead="district_dept:housing", co=["street"],
                 when="words", words="锅炉", statutory_days=60, legal_basis="供热条例第十条")  # fmt: skip
    answer = client.post(url + "rule/", form)
    assert (answer.status_code, answer["Location"]) == (302, f"{url}?q=010101")
    rule.refresh_from_db()
    assert (rule.lead, rule.co, rule.condition, rule.statutory_days) == (
        "district_dept:housing", ["street"], "words:锅炉", 60
    )  # fmt: skip
    page = client.get(url, {"changed": "on"}).content.decode()
    assert "属地区级部门：住建委" in page
    assert "出现“锅炉”" in page
    assert "法定 60 天" in page
    assert "新增 1、修改 0、删除 1" in page


def test_what_is_wrong_comes_back_with_what_was_typed(client_of: ClientOf, draft: Catalogue) -> None:
    client, url = client_of("dispatcher"), f"/dispatch/lab/{draft.pk}/rule/"
    for changes, words in (
        ({"lead": "unit:nobody"}, "不对应任何单位"),
        ({"when": "words"}, "请写明诉求中出现的文字"),
        ({"category": ""}, "该字段是必填项"),
    ):
        answer = client.post(url, typed(draft, basis="写了一半", **changes))
        assert answer.status_code == 422
        page = answer.content.decode()
        assert words in page
        assert "写了一半" in page
    assert draft.rules.count() == 4
    assert Catalogue.objects.get(pk=draft.pk).revision == 0


def test_a_stale_editor_is_told_and_changes_nothing(
    city: City, client_of: ClientOf, draft: Catalogue
) -> None:
    form = typed(draft)
    change(city, draft, said(city, scope=city.place))
    answer = client_of("dispatcher").post(f"/dispatch/lab/{draft.pk}/rule/", form)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "别人刚刚修改了这份草案" in page
    assert 'name="revision" value="1"' in page
    assert draft.rules.count() == 5
    gone = typed(draft, rule=999999)
    assert client_of("dispatcher").post(f"/dispatch/lab/{draft.pk}/rule/", gone).status_code == 409


def test_a_rule_is_taken_out(city: City, client_of: ClientOf, draft: Catalogue) -> None:
    rule = draft.rules.get(category=city.leaves["deed"])
    form = {"revision": 0, "rule": rule.pk}
    client = client_of("dispatcher")
    assert client.post(f"/dispatch/lab/{draft.pk}/remove/", form).status_code == 302
    assert draft.rules.count() == 3
    page = client.get(f"/dispatch/lab/{draft.pk}/").content.decode()
    assert "草案删除的规则" in page
    assert client.post(f"/dispatch/lab/{draft.pk}/remove/", form).status_code in (302, 409)
    assert draft.rules.count() == 3


def test_whoever_only_reads_gets_no_forms(client_of: ClientOf, draft: Catalogue) -> None:
    page = client_of("auditor").get(f"/dispatch/lab/{draft.pk}/?rule=new").content.decode()
    assert 'method="post"' not in page.split('id="version-h"')[1].split("<dialog")[0]


def test_the_replay_shows_what_would_move_and_a_reviewer_publishes(
    city: City, client_of: ClientOf, draft: Catalogue, today: str
) -> None:
    ticket = intake.file(
        city.request(category=city.leaves["orphan"]), by=city.agent, at=timezone.now(), then=route
    )
    change(city, draft, said(city))
    url = f"/dispatch/lab/{draft.pk}/"
    page = client_of("dispatcher").get(url + "replay/").content.decode()
    assert ticket.number in page
    assert "海淀区政府" in page
    assert "<strong>学院路街道办事处</strong>" in page
    assert "发布新版本" not in page
    reviewer = client_of("reviewer")
    assert "近 1 件工单中 1 件会改由其他单位主办" in reviewer.get(url + "replay/").content.decode()
    form = {"revision": draft.revision, "effective_from": "2020-01-01", "checked": "符合三定"}
    early = reviewer.post(url + "publish/", form)
    assert early.status_code == 422
    assert "生效日期不能早于" in early.content.decode()
    assert "符合三定" in early.content.decode()
    answer = reviewer.post(url + "publish/", {**form, "effective_from": today})
    assert (answer.status_code, answer["Location"]) == (302, "/dispatch/lab/")
    draft.refresh_from_db()
    assert (draft.state, draft.effects["looked"], draft.effects["moved"]) == ("published", 1, 1)
    assert reviewer.post(url + "publish/", {**form, "effective_from": today}).status_code == 409


def test_a_reviewer_rolls_back_with_a_reason(city: City, client_of: ClientOf, draft: Catalogue) -> None:
    change(city, draft, said(city))
    publish(city, draft)
    client, url = client_of("reviewer"), f"/dispatch/lab/{draft.pk}/"
    assert "回退此版本" in client.get(url).content.decode()
    assert client.post(url + "roll-back/", {"why": ""}).status_code == 422
    assert client.post(url + "roll-back/", {"why": "街道接不住"}).status_code == 302
    assert "街道接不住" in client.get("/dispatch/lab/").content.decode()
    assert Catalogue.objects.get(pk=draft.pk).state == "rolled_back"
    assert client.post(url + "roll-back/", {"why": "再来"}).status_code == 422


def test_a_draft_left_behind_says_so_and_catches_up(
    city: City, client_of: ClientOf, draft: Catalogue
) -> None:
    other = begin(city, "2026.03")
    change(city, other, said(city))
    change(city, draft, said(city, scope=city.place))
    publish(city, other)
    client, url = client_of("dispatcher"), f"/dispatch/lab/{draft.pk}/"
    assert "并入最新版本" in client.get(url).content.decode()
    assert client.post(url + "catch-up/", {"revision": draft.revision}).status_code == 302
    assert "起草以后已发布新的版本" not in client.get(url).content.decode()
    assert client.post(url + "discard/", {"revision": draft.revision}).status_code == 409
    assert client.post(url + "discard/", {"revision": draft.revision + 1}).status_code == 302
    assert not Catalogue.objects.filter(pk=draft.pk).exists()


@pytest.fixture
def lesson(city: City, dispatched: Ticket) -> Backlog:
    """The heating company was right: it was the street's."""
    made = Objection.objects.create(
        ticket=dispatched, number=1, assignment=dispatched.assignments.get(), unit=city.heating,
        by=city.leader, at=NOON, ground="remit", clause="职责规定第三条", proposed=city.street,
        text="自管锅炉", due=NOON, verdict="upheld", awarded=city.street, opinion="属地自管",
        ruled_by=city.reviewer, ruled_at=NOON,
    )  # fmt: skip
    return Backlog.objects.create(objection=made, rule=made.assignment.rule, at=NOON)


def test_a_lesson_is_taken_into_a_draft_at_its_leaf(
    city: City, client_of: ClientOf, draft: Catalogue, lesson: Backlog
) -> None:
    client = client_of("dispatcher")
    page = client.get("/dispatch/lab/lessons/").content.decode()
    assert "职责规定第三条" in page
    assert "2026.01 · 热力集团 · 目录 heating" in page
    answer = client.post(
        f"/dispatch/lab/lessons/{lesson.pk}/", {"verdict": "taken", "draft": draft.pk, "note": ""}
    )
    assert answer["Location"] == f"/dispatch/lab/{draft.pk}/?q=010101"
    lesson.refresh_from_db()
    assert (lesson.state, lesson.catalogue, lesson.settled_by) == ("taken", draft, city.dispatcher)
    assert "已纳入的异议教训" in client.get(f"/dispatch/lab/{draft.pk}/").content.decode()
    again = client.post(f"/dispatch/lab/lessons/{lesson.pk}/", {"verdict": "dismissed", "note": "不改"})
    assert again.status_code == 409
    assert "已纳入草案" in client.get("/dispatch/lab/lessons/?settled").content.decode()
    assert client.post(f"/dispatch/lab/{draft.pk}/discard/", {"revision": 0}).status_code == 302
    lesson.refresh_from_db()
    assert (lesson.state, lesson.catalogue) == ("open", None)


def test_a_lesson_is_dismissed_with_a_note_only(city: City, client_of: ClientOf, lesson: Backlog) -> None:
    client, url = client_of("dispatcher"), f"/dispatch/lab/lessons/{lesson.pk}/"
    assert client.post(url, {"verdict": "dismissed", "note": " "}).status_code == 422
    assert client.post(url, {"verdict": "taken", "note": "想改"}).status_code == 422
    assert Backlog.objects.get().state == "open"
    assert client.post(url, {"verdict": "dismissed", "note": "个案"}).status_code == 302
    assert Backlog.objects.get().note == "个案"


def test_the_pick_list_offers_places_departments_and_units(client_of: ClientOf, city: City) -> None:
    rows = client_of("dispatcher").get("/dispatch/lab/named/").json()
    offered = [row["v"] for row in rows]
    assert offered[:4] == ["street", "district", "district_dept:housing", "city_dept:planning"]
    assert "unit:E-heating" in offered
    found = client_of("dispatcher").get("/dispatch/lab/named/", {"q": "热力"}).json()
    assert found == [{"v": "unit:E-heating", "t": "热力集团"}]


def test_the_accuracy_of_each_rule_is_shown_when_asked(
    city: City, client_of: ClientOf, draft: Catalogue, dispatched: Ticket
) -> None:
    Assignment.objects.update(at=timezone.now() - timedelta(minutes=1))
    for version in (city.catalogue, draft):
        page = client_of("auditor").get(f"/dispatch/lab/{version.pk}/?rated=on").content.decode()
        assert "100.0%" in page
        assert "派单 1" in page


@pytest.mark.parametrize("many", [1, 60])
def test_the_editor_costs_the_same_with_one_and_with_sixty_rules(
    city: City, client_of: ClientOf, draft: Catalogue, django_assert_max_num_queries: Callable, many: int
) -> None:
    leaf = city.leaves["orphan"]
    Rule.objects.bulk_create(
        Rule(catalogue=draft, category=leaf, lead="street", condition=f"words:{turn}") for turn in range(many)
    )
    client = client_of("dispatcher")
    client.get(f"/dispatch/lab/{draft.pk}/")
    with django_assert_max_num_queries(9):
        page = client.get(f"/dispatch/lab/{draft.pk}/").content.decode()
    assert page.count("<tr data-row") == many + 4


@pytest.mark.parametrize("many", [1, 30])
def test_the_replay_page_costs_the_same_with_one_and_with_thirty_requests(
    city: City, client_of: ClientOf, draft: Catalogue, django_assert_max_num_queries: Callable, many: int
) -> None:
    change(city, draft, said(city))
    for _turn in range(many):
        intake.file(city.request(category=city.leaves["orphan"]), by=city.agent, at=NOON, then=route)
    client = client_of("reviewer")
    client.get(f"/dispatch/lab/{draft.pk}/replay/")
    with django_assert_max_num_queries(13):
        client.get(f"/dispatch/lab/{draft.pk}/replay/")
