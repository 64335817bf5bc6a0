"""The verbs of the desk."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from dispatch.actions import route
from intake import actions, queries
from intake.models import Call, Caller, Case, Look
from tests.city import NOON, City
from tickets.errors import Refused
from tickets.models import Event, SearchEntry, Ticket

HOUR = timedelta(hours=1)


def test_a_new_call_ends_the_one_that_was_left_open(city: City) -> None:
    first = actions.take_call("13800002046", by=city.agent, at=NOON)
    second = actions.take_call("13800002047", by=city.agent, at=NOON + HOUR)
    first.refresh_from_db()
    assert first.ended_at == NOON + HOUR
    assert queries.running_call(city.agent) == second


def test_ending_a_call_twice_keeps_the_first_end(city: City) -> None:
    call = actions.take_call("", by=city.agent, at=NOON)
    actions.end_call(call, at=NOON + HOUR)
    actions.end_call(call, at=NOON + 2 * HOUR)
    call.refresh_from_db()
    assert call.ended_at == NOON + HOUR


def test_a_number_that_cannot_be_one_is_refused_and_starts_no_call(city: City) -> None:
    with pytest.raises(Refused):
        actions.take_call("12ab", by=city.agent, at=NOON)
    assert not Call.objects.exists()
    assert not Caller.objects.exists()


def test_a_ticket_of_a_call_belongs_to_its_caller_and_the_call_to_it(city: City) -> None:
    call = actions.take_call("", by=city.agent, at=NOON)
    ticket = actions.file(city.request(phone="", call=call), by=city.agent, at=NOON)
    call.refresh_from_db()
    assert call.ticket == ticket
    assert ticket.case.caller == call.caller
    assert Caller.objects.get().name == "王女士"


def test_another_number_to_call_back_stands_before_the_callers(city: City) -> None:
    call = actions.take_call("13800002046", by=city.agent, at=NOON)
    ticket = actions.file(city.request(phone="13900001111", call=call), by=city.agent, at=NOON)
    assert ticket.case.caller.phone == "13900001111"


def test_a_known_caller_keeps_their_name(city: City) -> None:
    actions.file(city.request(), by=city.agent, at=NOON)
    actions.file(city.request(name="别的称呼"), by=city.agent, at=NOON)
    assert Caller.objects.get().name == "王女士"


def test_numbers_in_the_text_stay_out_of_ticket_search_and_events(city: City) -> None:
    said = city.request(content="打我电话13800002046，身份证110101199003071234", location="13800002046旁")
    ticket = actions.file(said, by=city.agent, at=NOON)
    assert ticket.content == "打我电话138****2046，身份证［证件号已隐去］"
    assert ticket.location == "138****2046旁"
    assert "13800002046" not in SearchEntry.objects.get().grams
    assert Event.objects.get().facts == {"channel": "phone"}


def test_the_same_key_makes_one_ticket(city: City) -> None:
    said = city.request(client_key="k")
    first = actions.file(said, by=city.agent, at=NOON, then=route)
    again = actions.file(replace(said, content="别的话"), by=city.agent, at=NOON + HOUR, then=route)
    assert again == first
    assert again.content == first.content
    assert Ticket.objects.count() == Case.objects.count() == 1
    assert Event.objects.count() == 2


def test_an_answer_at_the_desk_needs_its_words(city: City) -> None:
    with pytest.raises(Refused):
        actions.end_at_desk(city.request(), "answer", answer="  ", by=city.agent, at=NOON)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(("move", "state"), [("answer", "answered"), ("transfer", "transferred")])
def test_what_ends_at_the_desk_is_closed_at_once_without_a_unit(city: City, move: str, state: str) -> None:
    ticket = actions.end_at_desk(city.request(), move, answer="请拨打热力集团热线。", by=city.agent, at=NOON)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.closed_at, ticket.lead) == (state, NOON, None)
    assert (ticket.answer, ticket.wake_at) == ("请拨打热力集团热线。", None)


def test_the_same_caller_leaf_and_place_is_a_repeat(city: City) -> None:
    first = actions.file(city.request(), by=city.agent, at=NOON)
    assert first.repeat_of is None
    day = timedelta(days=1)
    second = actions.file(city.request(), by=city.other_agent, at=NOON + day)
    assert second.repeat_of == first
    elsewhere = actions.file(city.request(place=city.place), by=city.agent, at=NOON + day)
    assert elsewhere.repeat_of is None
    another = actions.file(city.request(phone="13900001111"), by=city.agent, at=NOON + day)
    assert another.repeat_of is None
    late = actions.file(city.request(), by=city.agent, at=NOON + 32 * day)
    assert late.repeat_of is None


def test_what_was_answered_at_the_desk_is_not_repeated(city: City) -> None:
    actions.end_at_desk(city.request(), "answer", answer="已答复。", by=city.agent, at=NOON)
    assert actions.file(city.request(), by=city.agent, at=NOON + HOUR).repeat_of is None


def test_an_agent_sees_a_callers_tickets_only_while_the_call_runs(city: City) -> None:
    ticket = actions.file(city.request(), by=city.other_agent, at=NOON)
    seen = Ticket.objects.visible_to(city.agent)
    assert not seen.filter(pk=ticket.pk).exists()
    call = actions.take_call("13800002046", by=city.agent, at=NOON)
    assert seen.filter(pk=ticket.pk).exists()
    assert list(queries.earlier_tickets(city.agent, call.caller, NOON)) == [ticket]
    actions.end_call(call, at=NOON + HOUR)
    assert not seen.filter(pk=ticket.pk).exists()


def test_earlier_tickets_reach_back_a_year(city: City) -> None:
    old = actions.file(city.request(), by=city.agent, at=NOON)
    new = actions.file(city.request(place=city.place), by=city.agent, at=NOON + timedelta(days=300))
    call = actions.take_call("13800002046", by=city.agent, at=NOON)
    read = queries.earlier_tickets
    assert list(read(city.agent, call.caller, NOON + timedelta(days=301))) == [new, old]
    assert list(read(city.agent, call.caller, NOON + timedelta(days=361))) == [new]


def test_open_reopened_and_unsolved_tickets_are_pointed_out(city: City) -> None:
    still_open = actions.file(city.request(), by=city.agent, at=NOON)
    done, again, unsolved = (
        Ticket(state="closed", round=1, outcome="solved"),
        Ticket(state="closed", round=2, outcome="solved"),
        Ticket(state="closed", round=1, outcome="not_solved"),
    )
    assert queries.unsettled([still_open, done, again, unsolved]) == [still_open, again, unsolved]


def test_a_look_is_logged_with_its_reason(city: City, dispatched: Ticket) -> None:
    case = actions.look(dispatched, reason="上门前联系", by=city.clerk, at=NOON)
    assert case.caller.phone == "13800002046"
    row = Look.objects.get()
    assert (row.ticket, row.by, row.reason, row.at) == (dispatched, city.clerk, "上门前联系", NOON)
    assert Event.objects.get(kind="reveal").facts == {"look": row.pk}


def test_a_look_without_a_reason_is_refused_and_leaves_nothing(city: City, dispatched: Ticket) -> None:
    with pytest.raises(Refused):
        actions.look(dispatched, reason=" ", by=city.clerk, at=NOON)
    assert not Look.objects.exists()
    assert not Event.objects.filter(kind="reveal").exists()


def test_a_unit_never_sees_who_tipped_off_but_the_hotline_may(city: City) -> None:
    ticket = actions.file(city.request(kind="tip_off"), by=city.agent, at=NOON, then=route)
    assert ticket.lead == city.heating
    with pytest.raises(Refused):
        actions.look(ticket, reason="上门前联系", by=city.clerk, at=NOON)
    assert not Look.objects.exists()
    assert actions.look(ticket, reason="补充信息", by=city.agent, at=NOON).caller.phone == "13800002046"


def test_the_days_figures_are_counted_from_the_citys_midnight(city: City) -> None:
    assert queries.today(city.agent, NOON) == queries.Today(calls=0, tickets=0, answered_percent=None)
    actions.take_call("", by=city.agent, at=NOON - 13 * HOUR)
    actions.take_call("", by=city.agent, at=NOON)
    actions.end_at_desk(city.request(), "answer", answer="已答复。", by=city.agent, at=NOON)
    actions.file(city.request(), by=city.agent, at=NOON)
    actions.file(city.request(), by=city.other_agent, at=NOON)
    assert queries.today(city.agent, NOON) == queries.Today(calls=1, tickets=2, answered_percent=50)


def test_tip_offs_are_not_named_among_the_alike(city: City) -> None:
    heating = city.leaves["heating"]
    actions.file(city.request(kind="tip_off"), by=city.agent, at=NOON)
    plain = actions.file(city.request(), by=city.agent, at=NOON)
    assert list(queries.alike(heating, city.community, NOON)) == [plain]
    assert not queries.alike(heating, None, NOON)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_file_the_same_key_at_once_both_get_the_one_ticket(city: City) -> None:
    gate = Barrier(2)

    def filed() -> str:
        gate.wait()
        try:
            return actions.file(city.request(client_key="k"), by=city.agent, at=NOON, then=route).number
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        numbers = {twin.result() for twin in [pool.submit(filed), pool.submit(filed)]}
    assert numbers == {Ticket.objects.get().number}
    assert Event.objects.count() == 2
