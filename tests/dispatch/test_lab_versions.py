"""The rule lab: publishing, rolling back, catching up."""

from datetime import timedelta

import pytest

from dispatch.actions import lab, route
from dispatch.models import Assignment, Catalogue, Rule
from dispatch.queries import lab as queries
from dispatch.queries import table
from intake import actions as intake
from tests.city import NOON, City, forget
from tests.dispatch.drafting import NOTHING, TODAY, begin, change, publish, said
from tickets.errors import Refused, Stale


@pytest.fixture
def draft(city: City) -> Catalogue:
    return begin(city)


def test_a_draft_published_for_a_later_day_routes_only_then(city: City, draft: Catalogue) -> None:
    change(city, draft, said(city))
    day = TODAY + timedelta(days=3)
    publish(city, draft, day)
    draft.refresh_from_db()
    assert (draft.state, draft.published_by, draft.published_at, draft.checked, draft.effects) == (
        "published", city.reviewer, NOON, "无异议", NOTHING
    )  # fmt: skip
    leads = {}
    for at in (NOON, NOON + timedelta(days=2), NOON + timedelta(days=3)):
        ticket = intake.file(city.request(category=city.leaves["orphan"]), by=city.agent, at=at, then=route)
        leads[at] = (ticket.lead_id, ticket.assignments.get().catalogue.version)
    assert list(leads.values()) == [
        (city.district.pk, "2026.01"), (city.district.pk, "2026.01"), (city.street.pk, "2026.04")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"checked": " "}, "请写明法制与编制审核意见"),
        ({"effective_from": TODAY - timedelta(days=1)}, "生效日期不能早于 2026-03-02"),
    ],
)
def test_publishing_takes_a_check_and_a_day_to_come(
    city: City, draft: Catalogue, changes: dict[str, object], words: str
) -> None:
    change(city, draft, said(city))
    with pytest.raises(Refused, match=words):
        publish(city, draft, **changes)
    assert Catalogue.objects.get(pk=draft.pk).state == "draft"


def test_a_draft_without_a_change_is_not_published(city: City, draft: Catalogue) -> None:
    with pytest.raises(Refused, match="没有可发布的变化"):
        publish(city, draft)


def test_nobody_publishes_what_they_wrote(city: City, draft: Catalogue) -> None:
    change(city, draft, said(city))
    city.dispatcher.roles = ["dispatcher", "reviewer"]
    city.other_agent.roles = ["dispatcher", "reviewer"]
    with pytest.raises(Refused, match="不能发布自己的草案"):
        publish(city, draft, by=city.dispatcher)
    draft.refresh_from_db()
    both = {"revision": draft.revision, "by": city.other_agent, "at": NOON}
    lab.set_rule(draft, said(city, scope=city.place), **both)
    with pytest.raises(Refused, match="不能发布自己的草案"):
        publish(city, draft, by=city.other_agent)
    with pytest.raises(Refused, match="只有异议审核员可以这样做"):
        publish(city, draft, by=city.supervisor)
    assert Catalogue.objects.get(pk=draft.pk).state == "draft"


def test_what_was_edited_after_its_replay_was_read_is_not_published(city: City, draft: Catalogue) -> None:
    change(city, draft, said(city))
    read = draft.revision
    change(city, draft, said(city, scope=city.place))
    with pytest.raises(Stale):
        publish(city, draft, revision=read)
    assert Catalogue.objects.get(pk=draft.pk).state == "draft"


def test_rolled_back_the_version_before_routes_again_and_tickets_keep_theirs(
    city: City, draft: Catalogue
) -> None:
    change(city, draft, said(city))
    publish(city, draft)
    orphan = city.request(category=city.leaves["orphan"])
    during = intake.file(orphan, by=city.agent, at=NOON, then=route)
    lab.roll_back(draft, why="街道接不住", by=city.reviewer, at=NOON)
    forget()
    after = intake.file(orphan, by=city.agent, at=NOON, then=route)
    assert [during.lead_id, after.lead_id] == [city.street.pk, city.district.pk]
    kept = Assignment.objects.order_by("pk").values_list("catalogue__version", "rule__catalogue__version")
    assert list(kept) == [("2026.04", "2026.04"), ("2026.01", None)]
    draft.refresh_from_db()
    assert (draft.state, draft.withdrawn_by, draft.withdrawn_at, draft.withdrawn_why) == (
        "rolled_back", city.reviewer, NOON, "街道接不住"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "why", "words"),
    [
        ("dispatcher", "有错", "只有异议审核员可以这样做"),
        ("reviewer", " ", "请写明回退原因"),
        ("reviewer", "有错", "这是唯一的已发布版本"),
    ],
)
def test_the_only_version_stays(city: City, name: str, why: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        lab.roll_back(city.catalogue, why=why, by=city.people[name], at=NOON)
    assert Catalogue.objects.get().state == "published"


def test_only_the_last_published_version_is_rolled_back(city: City, draft: Catalogue) -> None:
    change(city, draft, said(city))
    publish(city, draft)
    with pytest.raises(Refused, match="只能回退最新发布的版本"):
        lab.roll_back(city.catalogue, why="有错", by=city.reviewer, at=NOON)


def test_a_draft_may_begin_from_what_was_rolled_back(city: City, draft: Catalogue) -> None:
    change(city, draft, said(city))
    publish(city, draft)
    lab.roll_back(draft, why="有错", by=city.reviewer, at=NOON)
    again = lab.begin_draft(draft, version="2026.05", by=city.dispatcher, at=NOON)
    assert queries.base_of(again) == city.catalogue
    assert [row.category for row in queries.changes_of(again).added] == ["010105"]
    publish(city, again)
    assert table(TODAY).version == "2026.05"


def test_a_draft_left_behind_takes_up_the_newer_version_first(city: City, draft: Catalogue) -> None:
    other = lab.begin_draft(city.catalogue, version="2026.03", by=city.dispatcher, at=NOON)
    change(city, draft, said(city))
    lab.remove_rule(
        draft, draft.rules.get(category=city.leaves["deed"]), revision=1, by=city.dispatcher, at=NOON
    )
    property_rule = other.rules.get(category=city.leaves["property"])
    change(city, other, said(city, "property", lead="district", basis="新"), property_rule)
    publish(city, other)
    with pytest.raises(Refused, match="请先并入最新版本"):
        publish(city, draft)
    draft.refresh_from_db()
    lab.catch_up(draft, revision=draft.revision, by=city.dispatcher, at=NOON)
    leads = dict(draft.rules.values_list("category__code", "lead"))
    assert leads == {
        "010101": "unit:E-heating",
        "010102": "unit:E-heating",
        "010103": "district",
        "010105": "street",
    }
    changes = queries.changes_of(draft)
    assert [[row.category for row in rows] for rows in (changes.added, changes.changed, changes.removed)] == [
        ["010105"], [], ["010104"]
    ]  # fmt: skip
    publish(city, draft, at=NOON + timedelta(hours=1))
    assert table(TODAY).version == "2026.04"


def test_a_draft_is_thrown_away(city: City, draft: Catalogue) -> None:
    lab.discard(draft, revision=0, by=city.dispatcher, at=NOON)
    assert list(Catalogue.objects.all()) == [city.catalogue]
    assert Rule.objects.count() == 4
    assert Catalogue.history.filter(version="2026.04", history_type="-").get().history_user == city.dispatcher
