"""The caller speaks again: added, urged (not too often), taken back; told to whoever has it in hand."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dispatch.actions import route
from dispatch.actions.merging import merge
from handling import actions as handling
from intake import actions
from intake.models import Call, Word
from intake.queries import said_later, urge_from
from tests.city import NOON, City
from tickets.errors import Refused
from tickets.models import Notice, Ticket

ClientOf = Callable[[str], Client]
HOUR = timedelta(hours=1)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def told() -> list[tuple[str, object, str, object]]:
    """Whom the notices of callers' words went to."""
    rows = Notice.objects.filter(kind__in=["add", "urge", "withdraw"]).order_by("pk")
    return [(row.kind, row.unit, row.role, row.person) for row in rows]


def test_what_the_caller_adds_is_kept_without_numbers_and_told_to_the_clerks(
    city: City, dispatched: Ticket
) -> None:
    word = actions.add_more(dispatched, text=" 又停了，打13912345678 ", by=city.agent, at=NOON)
    assert (word.kind, word.text, word.by) == ("add", "又停了，打139****5678", city.agent)
    assert dispatched.events.last().facts == {"word": word.pk, "files": []}
    assert told() == [("add", city.heating, "clerk", None)]


def test_whoever_has_it_in_hand_is_told_by_name(city: City, dispatched: Ticket) -> None:
    handling.sign(dispatched, by=city.clerk, at=NOON)
    handling.assign(dispatched, to=city.leader, by=city.clerk, at=NOON)
    actions.urge(dispatched, by=None, at=NOON)
    assert told() == [("urge", None, "", city.leader)]


def test_nothing_to_add_is_refused(city: City, dispatched: Ticket) -> None:
    with pytest.raises(Refused):
        actions.add_more(dispatched, text="  ", by=city.agent, at=NOON)
    assert (fresh(dispatched).version, Word.objects.count()) == (dispatched.version, 0)


def test_urges_are_counted_two_hours_apart_and_three_a_day(city: City, dispatched: Ticket) -> None:
    for hours in (0, 2, 4):
        assert urge_from(dispatched, NOON + hours * HOUR) is None
        actions.urge(dispatched, by=None, at=NOON + hours * HOUR)
        assert urge_from(dispatched, NOON + hours * HOUR + timedelta(minutes=119)) is not None
    assert fresh(dispatched).urged == 3
    # Noon, two, four: the fourth may be said after midnight.
    assert urge_from(dispatched, NOON + 8 * HOUR) == NOON + 12 * HOUR
    with pytest.raises(Refused, match="03-03 00:00 以后可以再催"):
        actions.urge(dispatched, by=None, at=NOON + 8 * HOUR)
    assert (fresh(dispatched).urged, fresh(dispatched).version) == (3, dispatched.version)
    actions.urge(dispatched, by=None, at=NOON + 12 * HOUR)
    assert fresh(dispatched).urged == 4


def test_too_soon_names_the_moment_from_which_it_is_heard_again(city: City, dispatched: Ticket) -> None:
    actions.urge(dispatched, by=None, at=NOON)
    with pytest.raises(Refused, match="03-02 14:00 以后可以再催"):
        actions.urge(dispatched, by=city.agent, at=NOON + HOUR)
    assert fresh(dispatched).urged == 1


def test_what_waits_for_dispatch_is_urged_at_the_dispatchers(city: City, pending: Ticket) -> None:
    actions.urge(pending, by=city.agent, at=NOON)
    assert told() == [("urge", None, "dispatcher", None)]


def test_the_caller_of_a_duplicate_is_heard_where_its_master_is_worked_on(
    city: City, dispatched: Ticket
) -> None:
    child = actions.file(city.request(phone="13900000001"), by=city.agent, at=NOON)
    merge(child, into=dispatched, by=city.dispatcher, at=NOON)
    word = actions.add_more(child, text="我家也是", by=None, at=NOON)
    actions.urge(child, by=None, at=NOON)
    assert (fresh(child).urged, fresh(dispatched).urged) == (1, 1)
    assert told() == [("add", city.heating, "clerk", None), ("urge", city.heating, "clerk", None)]
    assert {row.ticket for row in Notice.objects.filter(kind="urge")} == {dispatched}
    assert word in said_later(dispatched)


@pytest.mark.parametrize("reason", ["", "啊"])
def test_a_request_is_not_taken_back_without_a_reason(city: City, dispatched: Ticket, reason: str) -> None:
    with pytest.raises(Refused):
        actions.withdraw(dispatched, reason=reason, by=city.agent, at=NOON)
    assert (fresh(dispatched).state, dispatched.pauses.count()) == ("dispatched", 0)


def test_a_unit_cannot_take_back_what_somebody_asked_of_it(city: City, dispatched: Ticket) -> None:
    for by in (city.clerk, city.leader, city.dispatcher, city.supervisor):
        with pytest.raises(Refused):
            actions.withdraw(dispatched, reason="诉求人不要了", by=by, at=NOON)
    assert (fresh(dispatched).state, fresh(dispatched).version) == ("dispatched", dispatched.version)


def test_nothing_is_taken_back_while_the_caller_is_asked_anyhow(city: City, dispatched: Ticket) -> None:
    actions.withdraw(dispatched, reason="修好了", by=None, at=NOON)
    with pytest.raises(Refused):
        actions.withdraw(dispatched, reason="修好了", by=None, at=NOON + HOUR)
    assert fresh(dispatched).withdrawn_at == NOON


@pytest.fixture
def earlier(city: City) -> Ticket:
    """The caller's own request of this morning; the caller is on the line again."""
    return actions.file(city.request(), by=city.agent, at=timezone.now() - HOUR, then=route)


@pytest.mark.parametrize(
    ("say", "state", "kind"), [("add", "dispatched", "add"), ("withdraw", "followup", "withdraw")]
)
def test_the_agent_takes_it_down_beside_the_form(
    client_of: ClientOf, earlier: Ticket, call: Call, say: str, state: str, kind: str
) -> None:
    page = client_of("agent").get("/desk/").content.decode()
    assert f"/desk/words/{earlier.number}/" in page
    answer = client_of("agent").post(
        f"/desk/words/{earlier.number}/",
        {"call": call.pk, "version": earlier.version, "say": say, "text": "又来问一次"},
        headers={"HX-Request": "true"},
    )
    assert (answer.status_code, "<html" in answer.content.decode()) == (200, False)
    assert "已记下" in answer.content.decode()
    assert (fresh(earlier).state, Word.objects.get().kind) == (state, kind)


def test_a_refusal_says_why_and_keeps_the_words(client_of: ClientOf, earlier: Ticket, call: Call) -> None:
    said = {"call": call.pk, "version": earlier.version, "say": "withdraw", "text": "啊"}
    answer = client_of("agent").post(f"/desk/words/{earlier.number}/", said)
    page = answer.content.decode()
    assert (answer.status_code, "请写明撤回的原因" in page, ">\n啊</textarea>" in page) == (422, True, True)
    assert fresh(earlier).version == earlier.version


def test_an_old_page_takes_nothing_back(city: City, client_of: ClientOf, earlier: Ticket, call: Call) -> None:
    said = {"call": call.pk, "version": earlier.version, "say": "withdraw", "text": "不用了"}
    handling.sign(earlier, by=city.clerk, at=timezone.now())
    answer = client_of("agent").post(f"/desk/words/{earlier.number}/", said, headers={"HX-Request": "true"})
    assert (answer.status_code, "不用了" in answer.content.decode()) == (409, True)
    assert fresh(earlier).state == "handling"


def test_an_agent_speaks_only_for_the_caller_on_the_line(
    city: City, client_of: ClientOf, earlier: Ticket
) -> None:
    other = actions.take_call("13900000009", by=city.agent, at=timezone.now())
    said = {"call": other.pk, "version": earlier.version, "say": "withdraw", "text": "不用了"}
    assert client_of("agent").post(f"/desk/words/{earlier.number}/", said).status_code == 404
    assert client_of("other_agent").post(f"/desk/words/{earlier.number}/", said).status_code == 404
    assert fresh(earlier).version == earlier.version
