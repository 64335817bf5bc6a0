"""Duplicates: merged, brought along, given back; nobody lost, nothing done twice."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections

from dispatch.actions import dispatch_by_hand, route
from dispatch.actions.merging import bring_along, merge, unmerge
from handling import actions as handling
from handling.actions import Result
from hotline.watch import sweep
from intake import actions as intake
from tests.city import NOON, City
from tests.dispatch.objecting import objected, ruled
from tickets.errors import Refused, Stale
from tickets.models import Access, Ticket

HOUR = timedelta(hours=1)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def stand(ticket: Ticket) -> tuple[str, int]:
    found = fresh(ticket)
    return found.state, found.version


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("seq").values_list("kind", flat=True))


@pytest.fixture
def duplicate(city: City) -> Ticket:
    """Another caller, the same trouble at the same place; not dispatched yet."""
    return intake.file(city.request(phone="13900000001", name="李先生"), by=city.agent, at=NOON + HOUR)


def finish(city: City, ticket: Ticket) -> None:
    """The heating company reports, and its leader approves, a day after noon less an hour."""
    at = NOON + 23 * HOUR
    handling.sign(ticket, by=city.clerk, at=at)
    handling.report(
        ticket, Result("explained", "已上门说明供暖安排。", "明早回升，请您留意。"), by=city.clerk, at=at
    )
    handling.approve(ticket, by=city.leader, at=at)


def test_a_duplicate_follows_its_master_and_both_stories_say_so(
    city: City, dispatched: Ticket, duplicate: Ticket
) -> None:
    merge(duplicate, into=dispatched, by=city.dispatcher, at=NOON + 2 * HOUR)
    child, master = fresh(duplicate), fresh(dispatched)
    assert (child.state, child.master, child.wake_at) == ("merged", master, None)
    assert [(e.kind, e.actor, e.facts) for e in child.events.filter(kind="merge")] == [
        ("merge", city.dispatcher, {"master": master.number})
    ]
    assert [(e.kind, e.actor, e.facts) for e in master.events.filter(kind="adopt")] == [
        ("adopt", city.dispatcher, {"child": child.number})
    ]
    assert child.case.caller != master.case.caller


@pytest.mark.parametrize("why", ["itself", "merged", "followup", "tip_off", "urgent", "has_duplicates"])
def test_what_cannot_be_merged_stays_as_it_is(
    city: City, dispatched: Ticket, duplicate: Ticket, why: str
) -> None:
    master, child = dispatched, duplicate
    if why == "itself":
        master = duplicate
    elif why == "merged":
        master = intake.file(city.request(phone="13900000002"), by=city.agent, at=NOON)
        merge(master, into=dispatched, by=city.dispatcher, at=NOON)
    elif why == "followup":
        finish(city, dispatched)
    elif why == "tip_off":
        child = intake.file(city.request(kind="tip_off"), by=city.agent, at=NOON)
    elif why == "urgent":
        # Its two hours must not become the master's day.
        child = intake.file(city.request(phone="13900000002", urgent=True), by=city.agent, at=NOON)
    else:
        other = intake.file(city.request(phone="13900000002"), by=city.agent, at=NOON)
        merge(other, into=duplicate, by=city.dispatcher, at=NOON)
        child = fresh(duplicate)
    before = stand(child), stand(master)
    with pytest.raises(Refused):
        merge(child, into=master, by=city.dispatcher, at=NOON + 2 * HOUR)
    assert (stand(child), stand(master)) == before


def test_only_a_dispatcher_merges(city: City, dispatched: Ticket, duplicate: Ticket) -> None:
    before = stand(duplicate), stand(dispatched)
    with pytest.raises(Refused):
        merge(duplicate, into=dispatched, by=city.agent, at=NOON + 2 * HOUR)
    assert (stand(duplicate), stand(dispatched)) == before


def test_what_was_merged_wrongly_gets_back_what_was_left_of_its_time(city: City, dispatched: Ticket) -> None:
    nowhere = intake.file(city.request(category=None, place=None), by=city.agent, at=NOON)
    assert nowhere.dispatch_due == NOON + 24 * HOUR
    merge(nowhere, into=dispatched, by=city.dispatcher, at=NOON + 4 * HOUR)
    unmerge(nowhere, by=city.dispatcher, at=NOON + 30 * HOUR)
    child = fresh(nowhere)
    # Twenty hours were left of the twenty-four.
    assert (child.state, child.master, child.dispatch_due) == ("pending", None, NOON + 50 * HOUR)
    assert kinds(child) == ["receive", "merge", "unmerge", "route_failed"]
    assert fresh(dispatched).events.get(kind="let_go").facts == {"child": child.number, "why": ""}


def test_a_limit_that_ran_already_stands_still_while_the_order_is_merged(
    city: City, dispatched: Ticket, duplicate: Ticket
) -> None:
    """Its first unit was right to object; the desk merges it by mistake, and then it goes elsewhere."""
    route(duplicate, NOON + HOUR)
    objected(duplicate, city, at=NOON + HOUR)
    ruled(fresh(duplicate), city, "upheld", at=NOON + 2 * HOUR)
    assert fresh(duplicate).handle_due == NOON + 25 * HOUR
    merge(fresh(duplicate), into=dispatched, by=city.dispatcher, at=NOON + 4 * HOUR)
    sweep(NOON + 20 * HOUR)
    unmerge(fresh(duplicate), by=city.dispatcher, at=NOON + 20 * HOUR)
    child = fresh(duplicate)
    # Never back to the unit that was right: the district takes it, with the hours that were left.
    assert (child.lead, child.handle_due, child.remind_at) == (
        city.district, NOON + 41 * HOUR, NOON + 29 * HOUR
    )  # fmt: skip
    pause = child.pauses.get()
    assert (pause.why, pause.begin, pause.end) == ("merged", NOON + 4 * HOUR, NOON + 20 * HOUR)


def test_what_the_catalogue_can_place_goes_there_at_once_when_it_is_free(
    city: City, dispatched: Ticket, duplicate: Ticket
) -> None:
    merge(duplicate, into=dispatched, by=city.dispatcher, at=NOON + 2 * HOUR)
    unmerge(duplicate, by=city.dispatcher, at=NOON + 3 * HOUR)
    child = fresh(duplicate)
    assert (child.state, child.lead) == ("dispatched", city.heating)
    with pytest.raises(Refused):
        unmerge(child, by=city.dispatcher, at=NOON + 4 * HOUR)
    assert stand(child) == ("dispatched", child.version)


def test_the_callers_of_duplicates_are_asked_when_the_result_is_approved(
    city: City, dispatched: Ticket, duplicate: Ticket
) -> None:
    merge(duplicate, into=dispatched, by=city.dispatcher, at=NOON + 2 * HOUR)
    finish(city, fresh(dispatched))
    child, master = fresh(duplicate), fresh(dispatched)
    assert (child.state, child.lead, child.master) == ("followup", city.heating, master)
    assert (child.followup_at, child.followup_due) == (master.followup_at, master.followup_due)
    assert (child.outcome, child.handle_due, child.overdue_at) == ("explained", master.handle_due, None)
    assert child.events.last().facts == {"master": master.number, "unit": city.heating.pk}
    assert Ticket.objects.visible_to(city.clerk).filter(pk=child.pk).exists()
    assert child.assignments.count() == 0


def test_they_are_asked_too_when_the_limit_ends_without_a_result(
    city: City, dispatched: Ticket, duplicate: Ticket
) -> None:
    merge(duplicate, into=dispatched, by=city.dispatcher, at=NOON + 2 * HOUR)
    sweep(NOON + 24 * HOUR)
    assert (fresh(dispatched).state, fresh(duplicate).state) == ("followup", "followup")
    assert fresh(duplicate).overdue_at is None
    sweep(NOON + 24 * HOUR)
    assert kinds(duplicate).count("follow") == 1


def test_a_free_duplicate_is_not_brought_along(city: City, dispatched: Ticket, duplicate: Ticket) -> None:
    assert bring_along(dispatched, NOON + 2 * HOUR) == 0
    assert stand(duplicate) == ("pending", 1)
    assert not Access.objects.filter(ticket=duplicate).exists()


def test_the_slower_of_two_dispatchers_changes_nothing(
    city: City, dispatched: Ticket, duplicate: Ticket
) -> None:
    slow = fresh(duplicate)
    dispatch_by_hand(duplicate, lead=city.heating, reason="供热", by=city.dispatcher, at=NOON + HOUR)
    before = stand(duplicate), stand(dispatched)
    with pytest.raises(Stale):
        merge(slow, into=dispatched, by=city.dispatcher, at=NOON + 2 * HOUR)
    assert (stand(duplicate), stand(dispatched)) == before


@pytest.mark.django_db(transaction=True)
def test_two_that_are_merged_into_one_another_at_once_make_one_pair(city: City) -> None:
    """Each dispatcher means the other's ticket for the master: one wins, the other is told, none hangs."""
    pair = [intake.file(city.request(phone=""), by=city.agent, at=NOON) for _n in range(2)]
    told = race(
        lambda: merge(fresh(pair[0]), into=pair[1], by=city.dispatcher, at=NOON),
        lambda: merge(fresh(pair[1]), into=pair[0], by=city.dispatcher, at=NOON),
    )
    assert sorted(fresh(one).state for one in pair) == ["merged", "pending"]
    assert len(told) == 1


@pytest.mark.django_db(transaction=True)
def test_a_duplicate_is_either_dispatched_or_merged_never_both(city: City) -> None:
    master = intake.file(city.request(), by=city.agent, at=NOON, then=route)
    child = intake.file(city.request(phone=""), by=city.agent, at=NOON)
    one, other = fresh(child), fresh(child)
    told = race(
        lambda: merge(one, into=master, by=city.dispatcher, at=NOON),
        lambda: dispatch_by_hand(other, lead=city.street, reason="属地", by=city.dispatcher, at=NOON),
    )
    assert len(told) == 1
    ended = fresh(child)
    assert (ended.state, ended.lead is None) in {("merged", True), ("dispatched", False)}
    assert kinds(master).count("adopt") == (ended.state == "merged")


@pytest.mark.django_db(transaction=True)
def test_a_duplicate_is_not_left_behind_when_the_result_comes_while_it_is_set_free(city: City) -> None:
    master = intake.file(city.request(), by=city.agent, at=NOON, then=route)
    child = intake.file(city.request(phone=""), by=city.agent, at=NOON)
    merge(child, into=master, by=city.dispatcher, at=NOON)
    handling.sign(fresh(master), by=city.clerk, at=NOON)
    reported = fresh(master)
    result = Result("explained", "已上门说明供暖安排。", "明早回升，请您留意。")
    handling.report(reported, result, by=city.clerk, at=NOON)
    one = fresh(child)
    told = race(
        lambda: unmerge(one, by=city.dispatcher, at=NOON),
        lambda: handling.approve(fresh(master), by=city.leader, at=NOON),
    )
    states = fresh(master).state, fresh(child).state
    assert states in {("followup", "followup"), ("followup", "dispatched"), ("reported", "dispatched")}, told


def race(*deeds: object) -> list[Refused]:
    """All at once, each with a connection of its own; the refusals of those who were slower."""
    start, told = Barrier(len(deeds)), []

    def run(deed: object) -> None:
        try:
            start.wait()
            deed()
        except Refused as refusal:
            told.append(refusal)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told
