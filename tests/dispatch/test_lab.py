"""The rule lab: drafts and their rules."""

from dataclasses import replace

import pytest

from dispatch.actions import lab
from dispatch.models import Catalogue, Rule
from dispatch.queries import lab as queries
from dispatch.queries import table
from tests.city import NOON, City, forget
from tests.dispatch.drafting import TODAY, begin, change, publish, said, standing
from tickets.errors import Refused, Stale


@pytest.fixture
def draft(city: City) -> Catalogue:
    return begin(city)


def test_a_draft_begins_with_the_rules_of_its_version_and_routes_nothing(
    city: City, draft: Catalogue
) -> None:
    assert (draft.state, draft.based_on, draft.author, draft.begun_at) == (
        "draft", city.catalogue, city.dispatcher, NOON
    )  # fmt: skip
    assert len(queries.changes_of(draft)) == 0
    assert draft.rules.count() == city.catalogue.rules.count() == 4
    forget()
    assert table(TODAY).version == "2026.01"
    assert draft.history.get().history_user == city.dispatcher


def test_a_version_number_is_used_once(city: City, draft: Catalogue) -> None:
    with pytest.raises(Refused, match="版本号「2026.04」已被使用"):
        lab.begin_draft(city.catalogue, version=" 2026.04 ", by=city.dispatcher, at=NOON)
    with pytest.raises(Refused, match="请从最新发布的版本起草"):
        lab.begin_draft(draft, version="2026.05", by=city.dispatcher, at=NOON)
    assert Catalogue.objects.count() == 2


@pytest.mark.parametrize("name", ["reviewer", "agent", "supervisor", "admin", "clerk"])
def test_only_a_dispatcher_edits(city: City, draft: Catalogue, name: str) -> None:
    before = standing(draft)
    with pytest.raises(Refused, match="只有派单员可以这样做"):
        lab.set_rule(draft, said(city), revision=0, by=city.people[name], at=NOON)
    with pytest.raises(Refused, match="只有派单员可以这样做"):
        lab.remove_rule(draft, draft.rules.first(), revision=0, by=city.people[name], at=NOON)
    assert standing(draft) == before


def test_rules_are_added_changed_and_removed_with_who_and_when(city: City, draft: Catalogue) -> None:
    new = change(city, draft, said(city, condition="words:电梯", limit_code="U"))
    old = draft.rules.get(category=city.leaves["heating"])
    change(city, draft, said(city, "heating", lead="district", basis="目录 heating"), old)
    gone = draft.rules.get(category=city.leaves["deed"])
    lab.remove_rule(draft, gone, revision=draft.revision, by=city.dispatcher, at=NOON)
    changes = queries.changes_of(draft)
    assert [row.id for row in changes.added] == [new.pk]
    assert [row.id for row in changes.changed] == [old.pk]
    assert [row.category for row in changes.removed] == ["010104"]
    assert draft.revision == 3
    trail = Rule.history.filter(catalogue=draft).order_by("history_id")
    assert [(row.history_type, row.history_user, row.history_date) for row in trail] == [
        ("+", city.dispatcher, NOON), ("~", city.dispatcher, NOON), ("-", city.dispatcher, NOON)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lead": "nearest"}, "不对应任何单位"),
        ({"lead": "unit:nobody"}, "不对应任何单位"),
        ({"lead": "district_dept:fishing"}, "不对应任何单位"),
        ({"lead": "city_dept:housing"}, "不对应任何单位"),
        ({"co": ("unit:nobody",)}, "不对应任何单位"),
        ({"lead": "unit:12345"}, "该单位不能承办工单"),
        ({"co": ("street",)}, "不能与主办相同"),
        ({"co": ("district", "district")}, "协办单位不能重复"),
        ({"condition": "weather:rain"}, "无法识别"),
        ({"condition": "words:"}, "无法识别"),
        ({"condition": "channel:pigeon"}, "无法识别"),
        ({"limit_code": "Z"}, "没有「Z」这一时限等级"),
        ({"statutory_days": 60}, "须同时写明法定依据"),
    ],
)
def test_a_rule_that_could_never_route_is_refused(
    city: City, draft: Catalogue, changes: dict[str, object], words: str
) -> None:
    before = standing(draft)
    with pytest.raises(Refused, match=words):
        change(city, draft, said(city, **changes))
    assert standing(draft)[2] == before[2]


def test_a_branch_of_the_tree_gets_no_rule(city: City, draft: Catalogue) -> None:
    with pytest.raises(Refused, match="最末一级"):
        change(city, draft, replace(said(city), category=city.leaves["heating"].parent))


def test_there_is_one_rule_for_leaf_scope_kind_and_condition(city: City, draft: Catalogue) -> None:
    change(city, draft, said(city, scope=city.place))
    twin = change(city, draft, said(city, condition="urgent"))
    for wish in (said(city, scope=city.place), said(city, condition="urgent", kind="")):
        with pytest.raises(Refused, match="已有规则"):
            change(city, draft, wish)
        draft.refresh_from_db()
    assert change(city, draft, said(city, condition="urgent", basis="别的"), twin).basis == "别的"


def test_a_departments_matter_goes_to_the_street_only_by_a_basis_of_its_own(
    city: City, draft: Catalogue
) -> None:
    deed = draft.rules.get(category=city.leaves["deed"])
    for basis in ("", deed.basis):
        with pytest.raises(Refused, match="不得下派基层"):
            change(city, draft, said(city, "deed", basis=basis), deed)
        draft.refresh_from_db()
    change(city, draft, said(city, "deed", basis="履职清单第 31 项"), deed)
    deed.refresh_from_db()
    assert deed.lead == "street"


def test_of_two_editors_the_slower_changes_nothing(city: City, draft: Catalogue) -> None:
    lab.set_rule(draft, said(city), revision=0, by=city.dispatcher, at=NOON)
    before = standing(draft)
    with pytest.raises(Stale, match="别人刚刚修改了这份草案"):
        lab.set_rule(draft, said(city, scope=city.place), revision=0, by=city.dispatcher, at=NOON)
    assert standing(draft) == before


def test_a_published_version_is_not_edited(city: City, draft: Catalogue) -> None:
    change(city, draft, said(city))
    publish(city, draft)
    before = standing(draft)
    with pytest.raises(Refused, match="该版本不是草案"):
        change(city, draft, said(city, scope=city.place))
    with pytest.raises(Refused, match="该版本不是草案"):
        lab.discard(draft, revision=draft.revision, by=city.dispatcher, at=NOON)
    assert standing(draft) == before
