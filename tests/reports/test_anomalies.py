"""What the auditor may look into: each sign found, none of it a verdict, no number shown."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from followup.models import Answer, FirstCall
from followup.rules import chance_of_run
from handling.models import Contact
from reports.queries import anomalies
from scoring.actions import ensure_period
from scoring.models import Period
from tests.city import NOON, City
from tests.scoring.asking import asked, asked_often
from tickets.models import Ticket
from units.models import Unit

MINUTE = timedelta(minutes=1)
GOOD = "yes solved satisfied"
BAD = "yes unsolved dissatisfied"


@pytest.fixture
def period(city: City) -> Period:
    return ensure_period(NOON)


def line(period: Period, unit: Unit) -> anomalies.Line:
    return next(one for one in anomalies.lines(period) if one.unit == unit)


def contacted(city: City, answer: Answer, minutes: int, *, reached: bool = True) -> None:
    Contact.objects.create(
        ticket=answer.ticket,
        by=city.clerk,
        unit=city.heating,
        channel="phone",
        reached=reached,
        at=answer.at - minutes * MINUTE,
    )


@pytest.mark.parametrize(
    ("long", "of", "share", "expected"),
    [
        (0, 0, 0.5, 1.0),
        (2, 2, 0.5, 0.25),
        (2, 3, 0.5, 0.5),
        (1, 9, 0.5, 1.0),
        (3, 3, 0.0, 0.0),
        (3, 2, 0.5, 1.0),
    ],
)
def test_the_chance_of_a_run_is_never_told_too_small(
    long: int, of: int, share: float, expected: float
) -> None:
    assert chance_of_run(long, of, share) == expected


def test_a_long_run_of_content_answers_is_remarkable_where_others_are_not(city: City, period: Period) -> None:
    asked_often(city, city.heating, [GOOD] * 25)
    asked_often(city, city.street, [GOOD, BAD] * 20)
    found = line(period, city.heating)
    assert (found.valid, found.run, found.began, found.last, found.remarkable) == (25, 25, NOON, NOON, True)
    # 45 of 65 answers of the city were content.
    assert found.chance == pytest.approx((45 / 65) ** 25)
    assert (line(period, city.street).run, line(period, city.street).remarkable) == (1, False)


def test_a_run_that_anybody_would_have_is_not(city: City, period: Period) -> None:
    asked_often(city, city.heating, [GOOD] * 25)
    assert (line(period, city.heating).run, line(period, city.heating).remarkable) == (25, False)


def test_who_refuses_is_told_as_a_share_and_is_not_content(city: City, period: Period) -> None:
    refused = asked(city, city.heating, "")
    Answer.objects.filter(pk=refused.pk).update(reach="refused")
    asked_often(city, city.heating, [GOOD] * 3)
    found = line(period, city.heating)
    assert (found.ended, found.valid, found.refused, found.good) == (4, 3, 1, 3)
    assert found.refused_percent == 25


def test_a_caller_with_the_units_own_number_is_found(city: City, period: Period) -> None:
    answer = asked(city, city.heating, GOOD)
    phone = answer.ticket.case.caller.phone
    Unit.objects.filter(pk=city.street.pk).update(duty_phone=phone)
    assert line(period, city.heating).counts == {}
    Unit.objects.filter(pk=city.heating.pk).update(duty_phone=f"+86 {phone}")
    Unit.objects.filter(pk=city.sibling.pk).update(duty_phone="总机转 3、4")
    assert line(period, city.heating).counts == {"own_number": 1}


@pytest.mark.parametrize(
    ("minutes", "reached", "said", "counts"),
    [
        (60, True, GOOD, {"contact": 1}),
        (61, True, GOOD, {}),
        (5, False, GOOD, {}),
        (5, True, BAD, {}),
    ],
)
def test_a_contact_within_the_hour_before_a_good_answer_is_found(
    city: City, period: Period, minutes: int, reached: bool, said: str, counts: dict[str, int]
) -> None:
    contacted(city, asked(city, city.heating, said), minutes, reached=reached)
    assert line(period, city.heating).counts == counts


def test_the_units_own_first_call_counts_as_a_contact(city: City, period: Period) -> None:
    answer = asked(city, city.heating, GOOD)
    FirstCall.objects.create(
        ticket=answer.ticket,
        round=2,
        unit=city.heating,
        by=city.clerk,
        reached=True,
        at=answer.at - 10 * MINUTE,
    )
    (piece,) = anomalies.evidence(period, city.heating, city.auditor)
    assert (piece.kind, piece.minutes, piece.ticket) == ("contact", 10, answer.ticket)


@pytest.mark.parametrize(("minutes", "found"), [(1440, 1), (1441, 0)])
def test_a_withdrawal_within_a_day_of_a_contact_is_found(
    city: City, period: Period, minutes: int, found: int
) -> None:
    answer = asked(city, city.heating, "")
    contacted(city, answer, minutes)
    Answer.objects.filter(pk=answer.pk).update(reach="withdrawn", at=NOON + MINUTE)
    Ticket.objects.filter(pk=answer.ticket_id).update(withdrawn_at=NOON)
    kinds = [piece.kind for piece in anomalies.evidence(period, city.heating, city.auditor)]
    assert kinds == ["withdrawal"] * found
    assert sum(one.counts.get("withdrawal", 0) for one in anomalies.lines(period)) == found


def test_who_was_pressed_is_found_and_another_period_has_nothing(city: City, period: Period) -> None:
    answer = asked(city, city.heating, GOOD)
    Answer.objects.filter(pk=answer.pk).update(pressed=True)
    assert line(period, city.heating).counts == {"pressed": 1}
    later = ensure_period(NOON + timedelta(days=40))
    assert anomalies.lines(later) == anomalies.evidence(later, city.heating, city.auditor) == []


def test_the_page_names_units_and_tickets_and_no_telephone(
    city: City, period: Period, client_of: Callable[[str], Client]
) -> None:
    answer = asked(city, city.heating, GOOD)
    phone = answer.ticket.case.caller.phone
    Unit.objects.filter(pk=city.heating.pk).update(duty_phone=phone)
    client = client_of("auditor")
    page = client.get(f"/callback/anomalies/?period={period.code}").content.decode()
    assert "热力集团" in page and "unit=E-heating" in page and "不自动扣分" in page
    assert '<th scope="row"><a class="text-body fw-6"' in page
    page = client.get(f"/callback/anomalies/?period={period.code}&unit=E-heating").content.decode()
    assert answer.ticket.number in page and "本单位号码" in page and phone not in page
    assert client.get("/callback/anomalies/?period=1999-01").status_code == 404
    assert client.get("/callback/anomalies/?unit=nobody").status_code == 404


def test_a_unit_without_a_run_has_no_chance_of_one(
    city: City, period: Period, client_of: Callable[[str], Client]
) -> None:
    Answer.objects.filter(pk=asked(city, city.heating, BAD).pk).update(pressed=True)
    assert line(period, city.heating).per_million is None
    page = client_of("auditor").get(f"/callback/anomalies/?period={period.code}").content.decode()
    assert "热力集团" in page and "1000000" not in page
    # Beside a content answer of another unit: half of the city's, one of one.
    asked(city, city.street, GOOD)
    assert line(period, city.street).per_million == 500_000


@pytest.mark.parametrize("many", [1, 30])
def test_both_pages_ask_as_often_for_thirty_units_as_for_one(
    city: City,
    period: Period,
    client_of: Callable[[str], Client],
    django_assert_num_queries: Callable,
    many: int,
) -> None:
    for _each in range(many):
        contacted(city, asked(city, city.heating, GOOD), 5)
    client = client_of("supervisor")
    page = f"/callback/anomalies/?period={period.code}"
    client.get(page)
    with django_assert_num_queries(7):
        client.get(page)
    with django_assert_num_queries(7):
        client.get(f"{page}&unit=E-heating")
