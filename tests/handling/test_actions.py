from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from handling import actions
from handling.actions import Result
from handling.models import Contact, Note, Report
from tests.city import NOON, City
from tests.handling.conftest import Make, photo
from tickets.errors import Refused, Stale
from tickets.models import Attachment, Ticket
from units.models import Unit, User

LATER = NOON + timedelta(hours=2)
SOLVED = Result(outcome="solved", text="更换了三号楼的循环泵。", reply="循环泵已更换，请您再试温度。")


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def unchanged(ticket: Ticket) -> bool:
    """Whether the row and its story are as they were when `ticket` was read."""
    now = fresh(ticket)
    return now.version == now.events.count() == ticket.version and now.state == ticket.state


def files_kept() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_signing_takes_the_order_and_writes_one_event(city: City, dispatched: Ticket) -> None:
    actions.sign(dispatched, by=city.clerk, at=LATER)
    ticket = fresh(dispatched)
    assert (ticket.state, ticket.signed_at, ticket.version) == ("handling", LATER, 3)
    assert [event.kind for event in ticket.events.order_by("seq")] == ["receive", "dispatch", "sign"]


@pytest.mark.parametrize("name", ["stranger", "street_clerk", "agent", "caller_back", "district_officer"])
def test_only_the_lead_unit_signs(city: City, dispatched: Ticket, name: str) -> None:
    with pytest.raises(Refused):
        actions.sign(fresh(dispatched), by=city.people[name], at=LATER)
    assert unchanged(dispatched)


def test_signing_twice_is_refused(city: City, signed: Ticket) -> None:
    with pytest.raises(Refused):
        actions.sign(fresh(signed), by=city.clerk, at=LATER)
    assert unchanged(signed)


def test_signing_a_page_that_is_old_is_stale(city: City, dispatched: Ticket) -> None:
    old = fresh(dispatched)
    actions.note(dispatched, text="已转班组", by=city.clerk, at=LATER)
    with pytest.raises(Stale):
        actions.sign(old, by=city.clerk, at=LATER)
    assert unchanged(dispatched)


def test_many_are_signed_at_once_and_the_rest_say_why(city: City, make: Make) -> None:
    first, second, third = make(), make(), make()
    actions.sign(second, by=city.clerk, at=NOON)
    versions = {first.number: 2, second.number: 3, third.number: 1}
    left = actions.sign_many(
        [fresh(first), fresh(second), fresh(third)], versions=versions, by=city.clerk, at=LATER
    )
    assert [ticket.number for ticket, _why in left] == [second.number, third.number]
    assert fresh(first).state == "handling" and fresh(first).signed_at == LATER
    assert unchanged(second) and unchanged(third)


def test_the_first_contact_that_reached_stops_the_contact_clock(city: City, signed: Ticket) -> None:
    actions.contact(signed, channel="phone", reached=False, note="无人接听", by=city.clerk, at=NOON)
    assert fresh(signed).contacted_at is None
    actions.contact(signed, channel="visit", reached=True, note="约好 15 点", by=city.clerk, at=LATER)
    actions.contact(
        signed, channel="phone", reached=True, note="", by=city.clerk, at=LATER + timedelta(hours=1)
    )
    assert fresh(signed).contacted_at == LATER
    assert [row.reached for row in signed.contacts.all()] == [False, True, True]


def test_a_contact_record_keeps_no_number_and_its_event_no_words(city: City, signed: Ticket) -> None:
    row = actions.contact(
        signed, channel="phone", reached=True, note="回拨13800002046已通", by=city.clerk, at=LATER
    )
    assert Contact.objects.get(pk=row.pk).note == "回拨138****2046已通"
    assert signed.events.get(kind="contact").facts == {
        "contact": row.pk,
        "reached": True,
        "channel": "phone",
        "evidence": [],
    }


def test_photos_of_a_visit_wait_as_evidence(city: City, signed: Ticket) -> None:
    actions.contact(signed, channel="visit", reached=True, note="", by=city.clerk, at=LATER, files=[photo()])
    held = signed.attachments.get()
    assert held.purpose == "evidence"
    assert signed.events.get(kind="contact").facts["evidence"] == [held.pk]


def test_a_stranger_leaves_no_contact_and_no_file(city: City, signed: Ticket) -> None:
    with pytest.raises(Refused):
        actions.contact(
            fresh(signed),
            channel="phone",
            reached=True,
            note="",
            by=city.stranger,
            at=LATER,
            files=[photo()],
        )
    assert unchanged(signed)
    assert (Contact.objects.count(), Attachment.objects.count(), files_kept()) == (0, 0, [])


def test_an_order_is_given_to_a_colleague(city: City, signed: Ticket) -> None:
    actions.assign(signed, to=city.leader, by=city.clerk, at=LATER)
    assert fresh(signed).assignee == city.leader
    assert signed.events.get(kind="assign").facts == {"to": city.leader.pk}


def test_an_order_is_not_given_to_another_unit_nor_to_someone_who_left(city: City, signed: Ticket) -> None:
    User.objects.filter(pk=city.leader.pk).update(is_active=False)
    for person in (city.stranger, city.street_clerk, User.objects.get(pk=city.leader.pk)):
        with pytest.raises(Refused):
            actions.assign(fresh(signed), to=person, by=city.clerk, at=LATER)
    assert unchanged(signed)


def test_a_note_of_nothing_is_refused(city: City, signed: Ticket) -> None:
    with pytest.raises(Refused):
        actions.note(signed, text="  ", by=city.clerk, at=LATER)
    assert unchanged(signed) and Note.objects.count() == 0


def test_a_co_unit_may_say_what_it_did(city: City, signed: Ticket) -> None:
    row = actions.note(signed, text="社区已上门测温", by=city.street_clerk, at=LATER)
    assert (row.unit, row.text) == (city.street, "社区已上门测温")


def test_a_report_waits_for_the_leader_with_its_evidence(city: City, signed: Ticket) -> None:
    row = actions.report(signed, SOLVED, by=city.clerk, at=LATER, files=[photo("一.jpg"), photo("二.jpg")])
    ticket = fresh(signed)
    assert (ticket.state, ticket.outcome, ticket.reported_at) == ("reported", "solved", LATER)
    held = list(ticket.attachments.order_by("pk"))
    assert [file.name for file in held] == ["一.jpg", "二.jpg"]
    assert list(row.evidence.order_by("pk")) == held
    assert row.verdict == "waiting"


def test_a_report_may_name_the_photos_of_an_earlier_visit(city: City, signed: Ticket) -> None:
    actions.contact(signed, channel="visit", reached=True, note="", by=city.clerk, at=NOON, files=[photo()])
    held = signed.attachments.get()
    row = actions.report(signed, Result("solved", SOLVED.text, SOLVED.reply, [held]), by=city.clerk, at=LATER)
    assert list(row.evidence.all()) == [held]


def test_solved_without_evidence_is_refused(city: City, signed: Ticket) -> None:
    with pytest.raises(Refused, match="佐证"):
        actions.report(signed, SOLVED, by=city.clerk, at=LATER)
    assert unchanged(signed) and Report.objects.count() == 0


def test_an_explanation_needs_no_evidence(city: City, signed: Ticket) -> None:
    actions.report(signed, Result("explained", SOLVED.text, SOLVED.reply), by=city.clerk, at=LATER)
    assert fresh(signed).state == "reported"


@pytest.mark.parametrize(("text", "reply"), [("好", "循环泵已更换"), ("循环泵已更换", " "), ("", "")])
def test_a_report_of_too_few_words_is_refused(city: City, signed: Ticket, text: str, reply: str) -> None:
    with pytest.raises(Refused):
        actions.report(signed, Result("explained", text, reply), by=city.clerk, at=LATER)
    assert unchanged(signed)


def test_evidence_of_another_order_is_refused(city: City, signed: Ticket, make: Make) -> None:
    other = make()
    actions.contact(other, channel="visit", reached=True, note="", by=city.clerk, at=NOON, files=[photo()])
    result = Result("solved", SOLVED.text, SOLVED.reply, list(other.attachments.all()))
    with pytest.raises(Refused):
        actions.report(signed, result, by=city.clerk, at=LATER)
    assert unchanged(signed)


def test_a_file_that_is_no_photo_leaves_nothing_behind(city: City, signed: Ticket) -> None:
    bad = photo("页面.jpg")
    bad.file.seek(0)
    bad.file.write(b"<html></html>" * 20)
    with pytest.raises(Refused):
        actions.report(signed, SOLVED, by=city.clerk, at=LATER, files=[photo(), bad])
    assert unchanged(signed)
    assert (Report.objects.count(), Attachment.objects.count(), files_kept()) == (0, 0, [])


@pytest.mark.parametrize("name", ["stranger", "street_clerk", "grid", "caller_back"])
def test_nobody_else_reports(city: City, signed: Ticket, name: str) -> None:
    with pytest.raises(Refused):
        actions.report(fresh(signed), SOLVED, by=city.people[name], at=LATER, files=[photo()])
    assert unchanged(signed) and files_kept() == []


def test_an_unsigned_order_cannot_be_reported(city: City, dispatched: Ticket) -> None:
    with pytest.raises(Refused):
        actions.report(fresh(dispatched), SOLVED, by=city.clerk, at=LATER, files=[photo()])
    assert unchanged(dispatched)


def test_an_approved_result_goes_to_follow_up(city: City, reported: Ticket) -> None:
    actions.approve(reported, by=city.leader, at=LATER)
    ticket = fresh(reported)
    assert (ticket.state, ticket.followup_at) == ("followup", LATER)
    assert ticket.followup_due == LATER + timedelta(minutes=2880)
    row = Report.objects.get()
    assert (row.verdict, row.verdict_by, row.verdict_at) == ("approved", city.leader, LATER)


@pytest.mark.parametrize("name", ["clerk", "street_leader", "stranger", "district_officer"])
def test_only_the_leader_of_the_unit_judges(city: City, reported: Ticket, name: str) -> None:
    with pytest.raises(Refused):
        actions.approve(fresh(reported), by=city.people[name], at=LATER)
    with pytest.raises(Refused):
        actions.send_back(fresh(reported), note="请补照片", by=city.people[name], at=LATER)
    assert unchanged(reported)
    assert Report.objects.get().verdict == "waiting"


def test_a_result_sent_back_can_be_reported_again_within_the_same_limit(city: City, reported: Ticket) -> None:
    due = reported.handle_due
    actions.send_back(reported, note="请补换泵后的照片", by=city.leader, at=LATER)
    ticket = fresh(reported)
    assert (ticket.state, ticket.outcome, ticket.reported_at, ticket.handle_due) == (
        "handling",
        "",
        None,
        due,
    )
    actions.report(ticket, SOLVED, by=city.clerk, at=LATER, files=[photo()])
    assert [row.verdict for row in Report.objects.order_by("pk")] == ["sent_back", "waiting"]


def test_sending_back_without_a_reason_is_refused(city: City, reported: Ticket) -> None:
    with pytest.raises(Refused):
        actions.send_back(fresh(reported), note=" ", by=city.leader, at=LATER)
    assert unchanged(reported)


def test_a_worker_of_a_community_below_the_lead_contacts_the_caller_once_the_order_is_theirs(
    city: City, dispatched: Ticket
) -> None:
    below = Unit.objects.create(
        code="E-heating-1",
        name="供热一所",
        type="community",
        parent=city.heating,
        path=f"{city.heating.path}1/",
    )
    worker = User.objects.create(username="below", roles=["grid"], unit=below)
    with pytest.raises(Refused):
        actions.contact(dispatched, channel="visit", reached=True, note="", by=worker, at=NOON)
    actions.assign(dispatched, to=worker, by=city.clerk, at=NOON)
    actions.contact(dispatched, channel="visit", reached=True, note="", by=worker, at=NOON)
    assert Ticket.objects.get(pk=dispatched.pk).contacted_at == NOON
