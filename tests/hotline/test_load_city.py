"""load_city: the city of docs/city-pack.md, and everything that can be wrong with a folder."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from dispatch.actions import route
from dispatch.models import Catalogue, Rule
from handling.models import ReplyTemplate
from hotline.city import pack
from hotline.city.reader import PackRefused
from intake.actions import file
from intake.requests import Request
from scoring.models import Scheme
from tests.city import NOON, forget
from tests.hotline.bad_rows import BAD
from tickets.book import Book
from tickets.models import Category, Limit, Setting, Ticket, WorkCalendar, WorkDay
from units.models import Place, Unit, User


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Replaces a text that must be there."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def load(folder: Path, **options: object) -> str:
    call_command("load_city", str(folder), stdout=(out := StringIO()), stderr=StringIO(), **options)
    return out.getvalue()


def problems(folder: Path) -> list[str]:
    """What is said about a folder that must be refused; and nothing may have been loaded."""
    units = Unit.objects.count()
    with pytest.raises(PackRefused) as refused:
        pack.write(pack.read(folder), demo=True)
    assert Unit.objects.count() == units
    return refused.value.problems


def counts() -> dict[str, int]:
    models = (Place, Unit, User, Category, Rule, Limit, Setting, WorkCalendar, WorkDay, Scheme, Catalogue)
    rows = {model.__name__: model.objects.count() for model in models}
    histories = {
        f"{model.__name__} history": model.history.count() for model in models if hasattr(model, "history")
    }
    return rows | histories


def test_the_documented_city_loads_whole(db: None, folder: Path) -> None:
    load(folder, demo=True)
    community = Place.objects.get(code="990001001001")
    assert (community.full_name, community.initials) == ("东区 · 河畔街道 · 柳荫社区", "lysq")
    street = Unit.objects.get(code="990001001")
    assert street.path == "/centre/990001/990001001/"
    assert (street.district.code, street.place.code, street.rank_group) == ("990001", "990001001", "streets")
    leaf = Category.objects.get(code="12")
    assert (leaf.path_name, leaf.leaf, leaf.limit_code) == ("市容环境 › 道路积水", True, "E")
    assert (leaf.kinds, leaf.synonyms) == (["help", "complaint"], ["积水", "内涝"])
    assert not Category.objects.get(code="1").leaf
    assert Limit.objects.get(code="E").urgent
    assert Limit.objects.get(code="G").calendar.code == "work"
    assert list(WorkDay.objects.values_list("works", flat=True)) == [False, True]
    scheme = Scheme.objects.get()
    assert scheme.contacted_values == {"yes": 1000, "no": 0, "unsure": None}
    assert scheme.satisfied_values == {"satisfied": 1000, "basic": 900, "dissatisfied": 0}
    clerk = User.objects.get(username="clerk")
    assert clerk.roles == ["clerk", "leader"] and clerk.check_password("demo12345")


def test_a_loaded_city_takes_and_dispatches_a_request(db: None, folder: Path) -> None:
    forget()
    load(folder)
    request = Request(
        kind="complaint",
        content="示例：路口积水。",
        category=Category.objects.get(code="12"),
        place=Place.objects.get(code="990001001001"),
    )
    ticket = file(request, by=None, at=NOON, then=route)
    forget()
    assert (ticket.number[:8], ticket.lead.code, ticket.limit.code) == ("SL12345-", "990001", "E")
    assert [task.unit.code for task in ticket.co_tasks.all()] == ["990001001"]


def test_accounts_are_made_only_when_asked_for(db: None, folder: Path, settings: Settings) -> None:
    settings.HOTLINE_DEMO = False
    load(folder)
    assert not User.objects.exists()
    load(folder, demo=True)
    assert User.objects.count() == 2


def test_every_unit_finds_the_citys_beginnings_of_answers(db: None, folder: Path) -> None:
    load(folder)
    street = Unit.objects.get(code="990001001")
    own = ReplyTemplate.objects.create(unit=street, name="正在推进", text="河畔街道正在办理。")
    edit(folder, "replies.csv", "预计【日期】前完成", "【日期】前办完")
    load(folder)
    told = ReplyTemplate.objects.exclude(pk=own.pk).values_list("name", "unit", "category__code", "text")
    assert list(told.order_by("pk")) == [
        ("正在推进", None, None, "您好，您反映的【问题】已收悉，【日期】前办完。"),
        ("清运完毕", None, "11", "您好，【地点】的垃圾已于【日期】清运。"),
    ]
    own.refresh_from_db()
    assert own.text == "河畔街道正在办理。"


def test_loading_twice_changes_nothing_not_even_history(db: None, folder: Path) -> None:
    load(folder, demo=True)
    before = counts()
    assert load(folder, demo=True).splitlines()[-1] == "0 created, 0 changed"
    assert counts() == before


def test_a_changed_row_is_changed_once_with_its_history(db: None, folder: Path) -> None:
    load(folder, demo=True)
    edit(folder, "units.csv", "河畔街道办事处,河畔街道", "河畔街道办事处,河畔")
    assert load(folder, demo=True).splitlines()[-1] == "0 created, 1 changed"
    unit = Unit.objects.get(code="990001001")
    assert (unit.short_name, unit.initials) == ("河畔", "hp")
    assert [row.short_name for row in unit.history.order_by("history_id")] == ["河畔街道", "河畔"]


def test_a_password_is_not_set_again(db: None, folder: Path) -> None:
    load(folder, demo=True)
    agent = User.objects.get(username="agent")
    agent.set_password("chosen-by-myself")
    agent.save()
    load(folder, demo=True)
    agent.refresh_from_db()
    assert agent.check_password("chosen-by-myself")


def test_a_check_writes_nothing(db: None, folder: Path) -> None:
    load(folder, check=True, demo=True)
    assert not Unit.objects.exists()


@pytest.mark.parametrize(("name", "old", "new", "said"), BAD, ids=[row[3][:60] for row in BAD])
def test_a_bad_row_is_named_with_its_line_and_nothing_is_loaded(
    db: None, folder: Path, name: str, old: str, new: str, said: str
) -> None:
    edit(folder, name, old, new)
    assert any(problem.startswith(said) for problem in problems(folder)), problems(folder)


def test_every_bad_row_is_reported_at_once(db: None, folder: Path) -> None:
    edit(folder, "places.csv", "500000", "many")
    edit(folder, "limits.csv", "10080", "0")
    edit(folder, "rules.csv", "district,street", "district,pavement")
    told = problems(folder)
    assert [line.split(":")[0] for line in told if "not in" not in line and "needs a place" not in line] == [
        "places.csv", "limits.csv", "rules.csv",
    ]  # fmt: skip


def test_a_missing_file_and_other_bytes_are_problems_too(db: None, folder: Path) -> None:
    (folder / "rules.csv").unlink()
    text = (folder / "units.csv").read_text(encoding="utf-8")
    (folder / "units.csv").write_bytes(text.encode("gb18030"))
    told = problems(folder)
    assert "rules.csv: the file is missing" in told
    assert "units.csv:2: the text is not UTF-8" in told


def test_the_command_prints_every_problem_and_fails(db: None, folder: Path) -> None:
    edit(folder, "places.csv", "500000", "many")
    with pytest.raises(CommandError, match="nothing was loaded"):
        call_command("load_city", str(folder), stderr=(errors := StringIO()))
    assert "places.csv:3: population 'many' is not a whole number\n" in errors.getvalue()


def test_a_resolver_without_a_unit_somewhere_is_a_warning(db: None, folder: Path) -> None:
    edit(folder, "places.csv", "990001001001,柳", "990002,西区,district,990000,\n990001001001,柳")
    edit(folder, "rules.csv", "12,,,district,street,示例目录12\n", "12,,,district,,示例目录12\n")
    assert "warning: rules.csv:3: 'district' names no unit in 990002" in load(folder)


def test_a_leaf_without_a_rule_is_a_warning(db: None, folder: Path) -> None:
    edit(folder, "rules.csv", "12,,,district,street,示例目录12\n", "")
    assert "warning: categories.csv:4: no rule for 12 道路积水" in load(folder)


def routed(folder: Path) -> Ticket:
    """A ticket that the folder's catalogue has placed."""
    forget()
    load(folder)
    request = Request(
        kind="help",
        content="示例：垃圾无人清运。",
        category=Category.objects.get(code="11"),
        place=Place.objects.get(code="990001001"),
    )
    ticket = file(request, by=None, at=NOON, then=route)
    forget()
    assert ticket.lead is not None
    return ticket


def test_a_catalogue_that_routed_tickets_is_not_rewritten(db: None, folder: Path) -> None:
    routed(folder)
    edit(folder, "rules.csv", "11,,,street", "11,,,district")
    assert problems(folder) == [
        "city.yaml:3: tickets were routed by catalogue 1 and rules.csv differs from it: raise the version"
    ]
    assert list(Rule.objects.order_by("pk").values_list("lead", flat=True)) == ["street", "district"]


def test_a_raised_version_stands_beside_the_old_one(db: None, folder: Path) -> None:
    ticket = routed(folder)
    edit(folder, "rules.csv", "11,,,street", "11,,,district")
    edit(folder, "city.yaml", 'catalogue_version: "1"', 'catalogue_version: "2"')
    load(folder)
    rules = Rule.objects.filter(category__code="11").order_by("pk")
    assert list(rules.values_list("catalogue__version", "lead")) == [("1", "street"), ("2", "district")]
    assert ticket.assignments.get().catalogue.version == "1"


def test_an_unused_catalogue_may_change_and_lose_rules(db: None, folder: Path) -> None:
    load(folder)
    edit(folder, "rules.csv", "11,,,street,,示例目录11\n", "11,,help,district,,示例目录11\n")
    load(folder)
    assert list(Rule.objects.filter(category__code="11").values_list("kind", "lead")) == [
        ("help", "district")
    ]


def test_a_limit_on_tickets_is_not_rewritten_but_a_later_row_is_added(db: None, folder: Path) -> None:
    ticket = routed(folder)
    edit(folder, "limits.csv", "1440,10080,240", "1440,7200,240")
    assert problems(folder) == [
        "limits.csv:3: tickets carry this limit: add a row with a later effective_from"
    ]
    edit(folder, "limits.csv", "1440,7200,240", "1440,10080,240")
    with (folder / "limits.csv").open("a", encoding="utf-8") as lines:
        lines.write("G,一般,1440,240,1440,7200,240,120,1,,work,work,2027-01-01,示例,0\n")
    load(folder)
    assert Limit.objects.get(pk=ticket.limit_id).handle_minutes == 10080
    assert Limit.objects.filter(code="G").count() == 2


def test_what_a_unit_may_ask_for_on_a_limit_that_tickets_carry_is_not_rewritten(
    db: None, folder: Path
) -> None:
    routed(folder)
    carried = "limits.csv:3: tickets carry this limit: add a row with a later effective_from"
    for eased in ("480,120,1,10080,work,work", "240,120,1,20160,work,work", "240,120,1,10080,work,natural"):
        edit(folder, "limits.csv", "240,120,1,10080,work,work", eased)
        assert problems(folder) == [carried]
        edit(folder, "limits.csv", eased, "240,120,1,10080,work,work")


def test_a_setting_in_use_is_not_rewritten(db: None, folder: Path) -> None:
    routed(folder)
    edit(folder, "settings.csv", "duplicate_days,30", "duplicate_days,60")
    assert problems(folder) == [
        "settings.csv:46: '30' has been in use: add a row with a later effective_from"
    ]
    assert Book().number("duplicate_days", NOON) == 30


def test_a_ticket_of_long_ago_that_was_imported_last_hides_no_setting_in_use(db: None, folder: Path) -> None:
    routed(folder)
    imported = routed(folder)
    Ticket.objects.filter(pk=imported.pk).update(received_at=NOON - timedelta(days=9000))
    edit(folder, "settings.csv", "duplicate_days,30", "duplicate_days,60")
    assert problems(folder) == [
        "settings.csv:46: '30' has been in use: add a row with a later effective_from"
    ]


def test_the_beijing_pack_is_sound_and_its_ranked_groups_are_whole(
    db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    beijing = pack.read(configured.BASE_DIR / "packs" / "beijing")
    assert beijing.warnings == []
    with django_assert_max_num_queries(220):
        pack.write(beijing, demo=True)
    groups = {group: Unit.objects.ranked(group).count() for group in Unit.RankGroup.values}
    assert groups == {"districts": 17, "streets": 343, "departments": 16, "enterprises": 9}
    assert (Place.objects.count(), Unit.objects.count(), Rule.objects.count()) == (7902, 838, 145)


def test_a_rung_of_the_ladder_in_use_is_not_rewritten(db: None, folder: Path) -> None:
    routed(folder)
    edit(folder, "ladder.csv", "warn,黄色预警,80", "warn,黄色预警,90")
    assert problems(folder) == [
        "ladder.csv:3: limits were reckoned by it: add a row with a later effective_from"
    ]
    assert Book().step("warn", NOON).percent == 80
