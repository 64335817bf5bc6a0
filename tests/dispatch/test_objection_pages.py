"""The pages of objections over HTTP: the unit's form and list, the reviewers' desk, the accuracy."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dispatch.actions import route
from dispatch.models import Objection
from intake import actions as intake
from tests.city import City
from tests.dispatch.objecting import MINUTE, OPINION, WORDS, fresh, objected, ruled, traces
from tests.handling.conftest import photo
from tickets.models import Ticket
from units.models import Unit

ClientOf = Callable[[str], Client]
HTMX = {"HX-Request": "true", "HX-Target": "pane"}


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def make(city: City) -> Callable[..., Ticket]:
    """An order dispatched ten minutes ago by the real clock."""

    def made(leaf: str = "heating") -> Ticket:
        at = timezone.now() - 10 * MINUTE
        said = city.request(category=city.leaves[leaf])
        return intake.file(said, by=city.agent, at=at, then=route)

    return made


@pytest.fixture
def ticket(make: Callable[..., Ticket]) -> Ticket:
    return make()


def typed(ticket: Ticket, **changes: object) -> dict[str, object]:
    """What the unit's form sends."""
    said = {**WORDS, "proposed": "110108009", **changes}
    return {"version": ticket.version, **{f"object-{name}": value for name, value in said.items()}}


def ruling(ticket: Ticket, **changes: object) -> dict[str, object]:
    return {
        "version": fresh(ticket).version,
        "verdict": "upheld",
        "awarded": "110108009",
        "opinion": OPINION,
        **changes,
    }


def test_the_unit_finds_the_form_with_its_window_and_objects(client_of: ClientOf, ticket: Ticket) -> None:
    clerk = client_of("clerk")
    pane = clerk.get(f"/inbox/{ticket.number}/", headers=HTMX).content.decode()
    until = timezone.localtime(ticket.dispatched_at + 30 * MINUTE).strftime("%m-%d %H:%M")
    assert f"{until} 前可提。这是本单的第 1 次异议，最多 2 次。" in pane
    assert "先办后议" in pane
    files = {"object-files": [photo()]}
    answer = clerk.post(f"/inbox/{ticket.number}/object/", typed(ticket) | files, headers=HTMX)
    assert answer.status_code == 200
    assert "异议审核中" in answer.content.decode()
    row = Objection.objects.get()
    assert (row.proposed.code, row.evidence.count(), fresh(ticket).state) == ("110108009", 1, "objected")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"clause": ""}, "该字段是必填项"),
        ({"proposed": "nowhere"}, "选择一个有效的选项"),
        ({"proposed": "E-heating"}, "本单位以外"),
        ({"ground": "mood"}, "选择一个有效的选项"),
    ],
)
def test_a_refused_form_comes_back_with_what_was_typed(
    client_of: ClientOf, ticket: Ticket, changes: dict[str, str], words: str
) -> None:
    before = traces(ticket)
    said = typed(ticket, **changes)
    answer = client_of("clerk").post(f"/inbox/{ticket.number}/object/", said, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert WORDS["text"] in page
    assert traces(ticket) == before


def test_the_proposed_unit_stays_chosen_when_the_form_comes_back(client_of: ClientOf, ticket: Ticket) -> None:
    said = typed(ticket, clause="")
    page = client_of("clerk").post(f"/inbox/{ticket.number}/object/", said, headers=HTMX).content.decode()
    assert '<option value="110108009" selected>学院路街道办事处</option>' in page


def test_a_page_from_before_somebody_signed_is_stale(city: City, client_of: ClientOf, ticket: Ticket) -> None:
    said = typed(ticket)
    ticket.move("sign", by=city.leader, at=timezone.now(), signed_at=timezone.now())
    before = traces(ticket)
    answer = client_of("clerk").post(f"/inbox/{ticket.number}/object/", said, headers=HTMX)
    assert answer.status_code == 409
    assert traces(ticket) == before


def test_no_form_for_who_may_not_and_none_after_the_window(
    city: City, client_of: ClientOf, ticket: Ticket
) -> None:
    assert "提出异议" not in client_of("street_clerk").get(f"/inbox/{ticket.number}/").content.decode()
    late = intake.file(city.request(), by=city.agent, at=timezone.now() - timedelta(hours=1), then=route)
    assert "提出异议" not in client_of("clerk").get(f"/inbox/{late.number}/").content.decode()


def test_the_reviewer_sees_both_sides_and_upholds(city: City, client_of: ClientOf, ticket: Ticket) -> None:
    objected(ticket, city, at=timezone.now())
    reviewer = client_of("reviewer")
    page = reviewer.get("/dispatch/objections/").content.decode()
    for words in ("待审异议", ticket.number, "热力集团 → 学院路街道办事处", "目录 heating", *WORDS.values()):
        assert words in page or words == "remit"
    answer = reviewer.post(f"/dispatch/objections/{ticket.number}/rule/", ruling(ticket))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dispatch/objections/")
    now = fresh(ticket)
    assert (now.state, now.lead, Objection.objects.get().ruled_by) == (
        "dispatched", city.street, city.reviewer
    )  # fmt: skip


def test_after_a_ruling_comes_what_is_due_next(
    city: City, client_of: ClientOf, make: Callable[..., Ticket]
) -> None:
    first, then = make(), make()
    for number, ticket in enumerate((first, then)):
        objected(ticket, city, at=timezone.now() - (5 - number) * MINUTE)
    said = ruling(first, verdict="refused")
    answer = client_of("reviewer").post(f"/dispatch/objections/{first.number}/rule/", said)
    assert answer.headers["Location"] == f"/dispatch/objections/{then.number}/"
    # What is refused goes nowhere, whatever the combo-box proposed.
    assert (fresh(first).lead, Objection.objects.get(ticket=first).awarded) == (city.heating, None)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"opinion": ""}, 422, "请写明审核意见"),
        ({"verdict": ""}, 422, "请选择审核结论"),
        ({"verdict": "ruled"}, 422, "请选择审核结论"),
        ({"awarded": "E-heating"}, 422, "须改由其他单位承办"),
        ({"version": 1}, 409, "别人已先一步"),
    ],
)
def test_a_ruling_that_does_not_hold_changes_nothing_and_keeps_what_was_typed(
    city: City, client_of: ClientOf, ticket: Ticket, changes: dict[str, object], status: int, words: str
) -> None:
    objected(ticket, city, at=timezone.now())
    before = traces(ticket)
    said = ruling(ticket, **changes)
    answer = client_of("reviewer").post(f"/dispatch/objections/{ticket.number}/rule/", said)
    page = answer.content.decode()
    assert (answer.status_code, words in page) == (status, True)
    assert str(said["opinion"]) in page
    assert f'name="version" value="{fresh(ticket).version}"' in page
    assert traces(ticket) == before


def test_the_last_objection_shows_the_one_before_and_takes_a_ruling(
    city: City, client_of: ClientOf, ticket: Ticket
) -> None:
    now = timezone.now()
    objected(ticket, city, at=now)
    ruled(ticket, city, "upheld", to=city.sibling, at=now)
    objected(ticket, city, by=city.sibling_clerk, to=city.housing, at=now)
    reviewer = client_of("reviewer")
    page = reviewer.get(f"/dispatch/objections/{ticket.number}/").content.decode()
    assert "此前 1 次异议" in page
    assert 'value="ruled"' in page
    assert 'value="refused"' not in page
    said = ruling(ticket, verdict="ruled", awarded="E-heating")
    assert reviewer.post(f"/dispatch/objections/{ticket.number}/rule/", said).status_code == 302
    assert (fresh(ticket).lead, fresh(ticket).bound) == (city.heating, True)


def test_readers_get_no_form(city: City, client_of: ClientOf, ticket: Ticket) -> None:
    objected(ticket, city, at=timezone.now())
    for name in ("dispatcher", "supervisor", "auditor"):
        page = client_of(name).get(f"/dispatch/objections/{ticket.number}/").content.decode()
        assert "异议一方" in page
        assert "/rule/" not in page


def test_a_district_sees_and_rules_its_own_units_matters_alone(
    city: City, client_of: ClientOf, make: Callable[..., Ticket]
) -> None:
    within, outside = make("property"), make("property")
    objected(within, city, by=city.street_clerk, to=city.housing, at=timezone.now())
    objected(outside, city, by=city.street_clerk, to=city.department, at=timezone.now())
    officer = client_of("district_officer")
    page = officer.get("/dispatch/objections/").content.decode()
    assert within.number_tail in page
    assert outside.number_tail not in page
    assert "/rule/" not in officer.get(f"/dispatch/objections/{outside.number}/").content.decode()
    said = ruling(within, awarded="110108-housing")
    assert officer.post(f"/dispatch/objections/{within.number}/rule/", said).status_code == 302
    assert fresh(within).lead == city.housing
    before = traces(outside)
    refused = officer.post(f"/dispatch/objections/{outside.number}/rule/", ruling(outside))
    assert refused.status_code == 422
    assert traces(outside) == before


def test_the_unit_reads_the_outcome_though_it_no_longer_sees_the_order(
    city: City, client_of: ClientOf, ticket: Ticket
) -> None:
    objected(ticket, city, at=timezone.now())
    ruled(ticket, city, "upheld", to=city.sibling, at=timezone.now())
    clerk = client_of("clerk")
    assert clerk.get(f"/inbox/{ticket.number}/").status_code == 404
    page = clerk.get("/inbox/objections/").content.decode()
    for words in (ticket.number, "异议成立", OPINION, "中关村街道办事处"):
        assert words in page
    assert f'href="/inbox/{ticket.number}/"' not in page
    assert ticket.number not in client_of("street_clerk").get("/inbox/objections/").content.decode()


def test_the_accuracy_page_tells_the_month(city: City, client_of: ClientOf, ticket: Ticket) -> None:
    objected(ticket, city, at=timezone.now())
    ruled(ticket, city, "upheld", to=city.sibling, at=timezone.now())
    month = timezone.localtime(ticket.dispatched_at).strftime("%Y-%m")
    page = client_of("reviewer").get("/dispatch/objections/accuracy/", {"month": month}).content.decode()
    assert f"{month} 派单准确率" in page
    assert "公共服务 › 供暖 › 暖气不热 → 热力集团" in page
    assert "0.0<small>%</small>" in page
    empty = client_of("reviewer").get("/dispatch/objections/accuracy/", {"month": "2019-02"}).content.decode()
    assert "这个月还没有派单" in empty


def asked(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as statements:
        assert client.get(url).status_code == 200
    return len(statements)


def test_the_lists_cost_the_same_with_one_row_and_with_many(
    city: City, client_of: ClientOf, make: Callable[..., Ticket]
) -> None:
    def costs() -> list[int]:
        return [
            asked(client_of("reviewer"), "/dispatch/objections/"),
            asked(client_of("clerk"), "/inbox/objections/"),
            asked(client_of("reviewer"), "/dispatch/objections/accuracy/"),
        ]

    objected(make(), city, at=timezone.now() - 2 * MINUTE)
    one = costs()
    units = list(Unit.objects.exclude(pk__in=[city.heating.pk, city.centre.pk]))
    for number in range(25):
        objected(make(), city, to=units[number % len(units)], at=timezone.now())
    assert costs() == one
