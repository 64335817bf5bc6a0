"""import_tickets: the example of docs/import.md in the city of docs/city-pack.md."""

import csv
import re
from datetime import datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from hotline.city import pack
from intake.models import Case
from tests.city import forget
from tickets.models import Event, Ticket
from units.models import Unit, User

EXAMPLE = re.compile(r"```\w+ file=(\S+)\n(.*?)```", re.DOTALL)
HEADER = "工单编号,内容,受理时间,类型,一级,二级,区划代码,电话,姓名,承办单位\n"
GOOD = (
    "2025-1,示例：垃圾两天无人清运。,2025/12/01 09:30,投诉,市容环境,生活垃圾,"
    "990001001,19900000001,示例女士,河畔街道\n"
)


@pytest.fixture
def folder(db: None, tmp_path: Path) -> Path:
    """The documented city in the database, the documented map and orders in a folder."""
    forget()
    for page in ("city-pack.md", "import.md"):
        for name, text in EXAMPLE.findall((configured.BASE_DIR / "docs" / page).read_text(encoding="utf-8")):
            (tmp_path / name).write_text(text, encoding="utf-8")
    pack.write(pack.read(tmp_path), demo=True)
    User.objects.create(username="dispatcher", roles=["dispatcher"], unit=Unit.objects.get(code="centre"))
    return tmp_path


def edit(folder: Path, old: str, new: str) -> None:
    text = (folder / "map.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "map.yaml").write_text(text.replace(old, new), encoding="utf-8")


def orders(folder: Path, *rows: str) -> None:
    (folder / "orders.csv").write_text(HEADER + "".join(rows), encoding="utf-8")


def run(folder: Path, file: str = "orders.csv", **options: object) -> str:
    out = StringIO()
    call_command("import_tickets", str(folder / file), map_file=folder / "map.yaml", stdout=out, **options)
    return out.getvalue()


def fates(folder: Path) -> list[tuple[str, str, str]]:
    """Line, verdict and reason of the report."""
    with (folder / "out.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["line"], row["verdict"], row["reason"]) for row in csv.DictReader(lines)]


def test_the_documented_orders_become_dispatched_tickets(folder: Path) -> None:
    assert "2 rows: 2 created, 0 known, 0 refused" in run(folder)
    first, second = Ticket.objects.order_by("pk")
    assert first.received_at == datetime(2025, 12, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert (first.kind, first.channel, first.category.code) == ("complaint", "import", "11")
    assert (first.place.code, first.lead.code) == ("990001001", "990001001")
    assert (second.kind, second.lead.code) == ("help", "990001")
    caller = Case.objects.select_related("caller").get(ticket=first).caller
    assert (caller.phone, caller.name) == ("19900000001", "示例女士")


def test_the_same_file_twice_gives_every_ticket_once(folder: Path) -> None:
    run(folder)
    events = Event.objects.count()
    assert "2 rows: 0 created, 2 known, 0 refused" in run(folder)
    assert (Ticket.objects.count(), Event.objects.count()) == (2, events)


def test_a_longer_file_goes_on_where_the_shorter_one_ended(folder: Path) -> None:
    orders(folder, GOOD)
    run(folder, good_rows=True)
    orders(folder, GOOD, GOOD.replace("2025-1", "2025-9"))
    assert "1 created, 1 known" in run(folder, good_rows=True)


def test_a_dry_run_keeps_nothing_and_says_what_would_be(folder: Path) -> None:
    assert "2 rows: 2 created, 0 known, 0 refused – nothing kept" in run(folder, dry_run=True)
    assert not Ticket.objects.exists()


BAD = [
    ("市容环境,生活垃圾", "市容环境,天外", "category unknown: '市容环境 › 天外'"),
    ("示例：垃圾两天无人清运。", "", "content is empty"),
    ("2025-1", "", "order is empty"),
    ("2025/12/01 09:30", "昨天", "received is not a date: '昨天'"),
    ("2025/12/01 09:30", "2999/01/01 00:00", "received lies in the future: 2999-01-01 00:00:00"),
    ("2025/12/01 09:30", "2011/01/01 00:00", "G: no row in force on 2011-01-01; the city's pack must set it"),
    ("投诉", "吵架", "kind unknown: '吵架'"),
    ("19900000001", "没有", "phone is not a telephone number"),
    ("河畔街道\n", "天外\n", "unit unknown: '天外'"),
    (",河畔街道\n", "\n", "9 cells where the header has 10"),
]


@pytest.mark.parametrize(("old", "new", "reason"), BAD, ids=[row[2][:30] for row in BAD])
def test_a_bad_row_is_refused_with_its_line_and_the_good_ones_are_kept(
    folder: Path, old: str, new: str, reason: str
) -> None:
    orders(folder, GOOD.replace("2025-1", "2025-0"), GOOD.replace(old, new))
    printed = run(folder, good_rows=True, report=folder / "out.csv")
    assert f"orders.csv:3: {reason}" in printed
    assert fates(folder) == [("2", "created", ""), ("3", "refused", reason)]
    assert Ticket.objects.count() == 1


def test_all_or_none_keeps_nothing_when_one_row_is_bad(folder: Path) -> None:
    orders(folder, GOOD, GOOD.replace("2025-1", "2025-2").replace("投诉", "吵架"))
    with pytest.raises(CommandError, match="nothing was imported"):
        run(folder, report=folder / "out.csv")
    assert [verdict for _line, verdict, _reason in fates(folder)] == ["created", "refused"]
    assert not Ticket.objects.exists()


def test_a_number_that_stands_twice_is_refused_the_second_time(folder: Path) -> None:
    orders(folder, GOOD, GOOD.replace("两天", "三天"))
    printed = run(folder, good_rows=True)
    assert "orders.csv:3: order stands already in the file: line 2" in printed
    assert "1 × order stands already in the file" in printed
    assert Ticket.objects.get().content == "示例：垃圾两天无人清运。"


def test_what_is_unknown_may_be_left_empty(folder: Path) -> None:
    orders(folder, GOOD.replace("990001001", "000000"))
    run(folder)
    assert (Ticket.objects.get().place, Ticket.objects.get().state) == (None, "pending")


def test_orders_go_to_the_unit_of_the_other_system_when_told_so(folder: Path) -> None:
    edit(folder, "dispatch: catalogue", "dispatch: unit")
    orders(folder, GOOD.replace("河畔街道", "东区"))
    with pytest.raises(CommandError, match="--as USERNAME of a dispatcher"):
        run(folder)
    run(folder, username="dispatcher")
    assignment = Ticket.objects.get().assignments.get()
    assert (assignment.unit.code, assignment.how, assignment.by.username) == (
        "990001",
        "by_hand",
        "dispatcher",
    )


def test_the_units_clocks_start_at_the_import_or_at_the_receipt(folder: Path) -> None:
    orders(folder, GOOD)
    run(folder)
    first = Ticket.objects.get()
    assert first.dispatched_at.year >= 2026
    edit(folder, "clock: import", "clock: received")
    orders(folder, GOOD.replace("2025-1", "2025-2"))
    run(folder)
    second = Ticket.objects.exclude(pk=first.pk).get()
    assert second.dispatched_at == second.received_at


def test_a_sheet_is_read_like_a_text_file(folder: Path) -> None:
    book = Workbook()
    book.active.append(HEADER.strip().split(","))
    row: list[object] = GOOD.strip().split(",")
    row[0], row[2] = 20251.0, datetime(2025, 12, 1, 9, 30)  # noqa: DTZ001
    book.active.append(row)
    book.save(folder / "orders.xlsx")
    assert "1 rows: 1 created" in run(folder, "orders.xlsx")
    ticket = Ticket.objects.get()
    assert (ticket.client_key, ticket.received_at.day) == ("oldsystem:20251", 1)


def test_another_encoding_needs_to_be_named(folder: Path) -> None:
    (folder / "orders.csv").write_bytes((HEADER + GOOD).encode("gb18030"))
    with pytest.raises(CommandError, match="orders.csv:1: the text is not utf-8-sig; set file: encoding"):
        run(folder)
    edit(folder, "utf-8-sig", "gb18030")
    assert "1 created" in run(folder)


BAD_MAPS = [
    ("  order: 工单编号\n", "", "the field 'order' is needed"),
    ("order: 工单编号", "order: 编号", "orders.csv:1: there is no column '编号'"),
    ("phone: 电话", "telephone: 电话", "'telephone' is none of"),
    ("by: path", "by: colour", "category: by 'colour' is none of code, path, name"),
    ("clock: import", "clock: noon", "clock 'noon' is none of import, received"),
]


@pytest.mark.parametrize(("old", "new", "said"), BAD_MAPS, ids=[row[2][:30] for row in BAD_MAPS])
def test_a_bad_map_is_refused_before_any_row(folder: Path, old: str, new: str, said: str) -> None:
    edit(folder, old, new)
    with pytest.raises(CommandError, match=re.escape(said)):
        run(folder)
    assert not Ticket.objects.exists()


def test_numbers_in_a_text_are_scrubbed_on_the_way_in(folder: Path) -> None:
    orders(folder, GOOD.replace("示例：垃圾", "请拨13800002046，垃圾"))
    run(folder)
    assert "138****2046" in Ticket.objects.get().content
