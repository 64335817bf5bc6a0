"""The caller speaks again on their own page: adds, urges, takes back; no account, no JavaScript."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from dispatch.actions.splitting import split
from intake import actions as intake
from intake.models import Word
from intake.requests import Part
from tests.city import City
from tests.portal.conftest import Live, look_up
from tickets.models import Notice, Ticket

PDF = b"%PDF-1.4 a paper"


@pytest.fixture
def mine(live: Live) -> Ticket:
    """A case the heating company works on, taken in an hour ago."""
    return live("handling", timezone.now() - timedelta(hours=1))


@pytest.fixture
def door(mine: Ticket) -> Client:
    return look_up(mine)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_what_is_added_reaches_the_unit_without_numbers_and_with_its_papers(
    city: City, mine: Ticket, door: Client
) -> None:
    said = {"add-text": "今天又停了，邻居电话13912345678", "add-files": SimpleUploadedFile("a.pdf", PDF)}
    answer = door.post(f"/q/{mine.number}/add/", said)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/q/{mine.number}/")
    word = Word.objects.get()
    assert (word.kind, word.text, word.by) == ("add", "今天又停了，邻居电话139****5678", None)
    assert [file.purpose for file in mine.attachments.all()] == ["request"]
    assert (Notice.objects.get(kind="add").unit, Notice.objects.get(kind="add").role) == (
        city.heating,
        "clerk",
    )
    assert "您补充了情况" in door.get(f"/q/{mine.number}/").content.decode()


def test_nothing_to_add_is_422(mine: Ticket, door: Client) -> None:
    answer = door.post(f"/q/{mine.number}/add/", {"add-text": "  "})
    assert (answer.status_code, "请写明补充的内容" in answer.content.decode()) == (422, True)
    assert fresh(mine).version == mine.version


@pytest.mark.parametrize(("count", "body"), [(6, PDF), (1, b"MZ a program")])
def test_too_many_or_strange_files_are_422_and_what_was_typed_stays(
    mine: Ticket, door: Client, count: int, body: bytes
) -> None:
    files = [SimpleUploadedFile(f"{n}.pdf", body) for n in range(count)]
    answer = door.post(f"/q/{mine.number}/add/", {"add-text": "见附件", "add-files": files})
    assert (answer.status_code, "见附件" in answer.content.decode()) == (422, True)
    assert (fresh(mine).version, Word.objects.count()) == (mine.version, 0)


def test_urging_is_counted_told_and_not_twice_at_once(mine: Ticket, door: Client) -> None:
    assert door.post(f"/q/{mine.number}/urge/").status_code == 302
    assert (fresh(mine).urged, Notice.objects.filter(kind="urge").count()) == (1, 1)
    page = door.get(f"/q/{mine.number}/").content.decode()
    assert "以后可以再催" in page
    assert "催办一次</button>" not in page
    again = door.post(f"/q/{mine.number}/urge/")
    assert (again.status_code, "已经催办过" in again.content.decode()) == (422, True)
    assert fresh(mine).urged == 1


def test_what_is_taken_back_is_not_asked_about_here_but_by_telephone(mine: Ticket, door: Client) -> None:
    said = {"withdraw-reason": "已经自己修好", "withdraw-version": mine.version}
    assert door.post(f"/q/{mine.number}/withdraw/", said).status_code == 302
    ticket = fresh(mine)
    assert (ticket.state, ticket.withdrawn_at is not None) == ("followup", True)
    page = door.get(f"/q/{mine.number}/").content.decode()
    assert "您撤回了诉求，等待核实" in page
    assert "提交评价" not in page
    assert "催办一次</button>" not in page
    assert "撤回这件诉求" not in page


@pytest.mark.parametrize("reason", ["", " ", "啊"])
def test_no_reason_no_withdrawal(mine: Ticket, door: Client, reason: str) -> None:
    said = {"withdraw-reason": reason, "withdraw-version": mine.version}
    assert door.post(f"/q/{mine.number}/withdraw/", said).status_code == 422
    assert (fresh(mine).state, fresh(mine).version) == ("handling", mine.version)


def test_nobody_takes_back_what_has_changed_since_they_looked(city: City, mine: Ticket, door: Client) -> None:
    mine.record("note", by=city.clerk, at=timezone.now())
    said = {"withdraw-reason": "不用办了", "withdraw-version": mine.version - 1}
    answer = door.post(f"/q/{mine.number}/withdraw/", said)
    assert (answer.status_code, "不用办了" in answer.content.decode()) == (409, True)
    assert fresh(mine).state == "handling"


@pytest.mark.parametrize("state", ["closed", "answered"])
def test_an_ended_case_has_nothing_to_urge_or_take_back(live: Live, state: str) -> None:
    ticket = live(state, timezone.now() - timedelta(hours=1))
    door = look_up(ticket)
    assert "补充、催办、撤回" not in door.get(f"/q/{ticket.number}/").content.decode()
    for kind, said in (("urge", {}), ("add", {"add-text": "还有"})):
        answer = door.post(f"/q/{ticket.number}/{kind}/", said)
        assert answer.status_code == 422
    assert fresh(ticket).version == ticket.version


def test_without_the_code_nobody_speaks_for_the_caller(mine: Ticket) -> None:
    for kind in ("add", "urge", "withdraw"):
        assert Client().post(f"/q/{mine.number}/{kind}/", {"add-text": "假的"}).status_code == 302
        assert look_up(mine).get(f"/q/{mine.number}/{kind}/").status_code == 302
    assert (fresh(mine).version, Word.objects.count()) == (mine.version, 0)


def test_a_split_request_tells_the_number_and_code_of_each_part(
    city: City, live: Callable[..., Ticket]
) -> None:
    at = timezone.now()
    ticket = intake.file(city.request(category=None, place=None), by=city.agent, at=at)
    parts = [Part("暖气不热。", city.leaves["heating"], city.community), Part("门坏了。")]
    (made,) = split(ticket, parts, by=city.dispatcher, at=at)
    page = look_up(ticket).get(f"/q/{ticket.number}/").content.decode()
    assert made.number in page and made.query_code in page
    other = look_up(made).get(f"/q/{made.number}/").content.decode()
    assert ticket.number in other
    assert ticket.query_code not in other
