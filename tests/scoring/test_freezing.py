"""A month is published once; what comes later is a dated adjustment of the current one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from dispatch.models import Rebound
from followup.models import Answer
from scoring.actions import adjusting, ensure_period, exclusions, score, score_waiting
from scoring.actions.freezing import LEASE, ask_to_freeze, digest, freeze, freeze_asked
from scoring.audit import differences
from scoring.models import Exclusion, Mark, Period, Published, ScoreLine
from scoring.queries import amounts, amounts_until, published_places
from tests.city import NOON, ZONE, City
from tests.handling.conftest import photo
from tickets.errors import Refused
from units.models import Unit

Ask = Callable[..., Answer]
#: The day after the month of NOON has ended.
AFTER = datetime(2026, 3, 20, 9, tzinfo=ZONE)


@pytest.fixture
def month(city: City, asked: Ask) -> Period:
    """A counted month: the street 10 good answers and one bad, its neighbour 11 of which two are bad."""
    for unit, bad in ((city.street, 1), (city.sibling, 2)):
        for number in range(10 if unit == city.street else 9):
            asked(unit, at=NOON + timedelta(minutes=number))
        for number in range(bad):
            asked(unit, "yes unsolved dissatisfied", at=NOON + timedelta(hours=1, minutes=number))
    score_waiting(AFTER)
    return ensure_period(NOON)


def asks(city: City, answer: Answer) -> Exclusion:
    at = NOON + timedelta(days=1)
    return exclusions.ask(
        answer, ground="X2", text="已进入诉讼程序", by=city.street_clerk, at=at, files=[photo()]
    )


def test_a_published_month_holds_its_places_and_its_hash(city: City, month: Period) -> None:
    frozen = freeze(month, by=city.supervisor, at=AFTER)
    assert (frozen.frozen_at, frozen.frozen_by) == (AFTER, city.supervisor)
    assert frozen.lines_frozen == 22
    assert digest(frozen) == (22, frozen.digest)
    rows = Published.objects.filter(group="streets").order_by("rank")
    assert [(row.code, row.rank, row.score) for row in rows] == [
        ("110108009", 1, Decimal("91.8")),
        ("110108010", 2, Decimal("83.6")),
    ]


def test_what_came_back_before_the_end_is_revoked_before_the_month_is_published(
    city: City, month: Period
) -> None:
    first, other = Answer.objects.filter(unit=city.street, solved="solved").select_related("ticket")[:2]
    back = month.ends - timedelta(minutes=1)
    Rebound.objects.create(ticket=first.ticket, returned=other.ticket, round=first.round, at=back)
    frozen = freeze(month, by=city.supervisor, at=AFTER)
    row = Published.objects.get(period=frozen, unit=city.street, group="streets")
    assert (row.amounts["solved"], row.amounts["closed"], row.amounts["valid"]) == (9, 10, 11)
    assert list(differences(frozen)) == []


def test_nothing_is_published_before_its_end_nor_twice(city: City, month: Period) -> None:
    with pytest.raises(Refused):
        freeze(month, by=city.supervisor, at=month.ends - timedelta(seconds=1))
    assert Period.objects.get(pk=month.pk).frozen_at is None
    freeze(month, by=city.supervisor, at=AFTER)
    with pytest.raises(Refused):
        freeze(month, by=city.supervisor, at=AFTER)
    assert Published.objects.filter(group="streets").count() == 2


def test_the_database_itself_keeps_a_published_month(city: City, month: Period) -> None:
    line = ScoreLine.objects.first()
    freeze(month, by=city.supervisor, at=AFTER)
    for change in (
        lambda: ScoreLine.objects.create(
            period=month, unit=city.street, ticket=line.ticket, source="accepted", at=NOON, accepted=1
        ),
        lambda: Period.objects.filter(pk=month.pk).update(frozen_at=None),
        lambda: Period.objects.filter(pk=month.pk)._raw_delete("default"),
        lambda: Published.objects.update(rank=1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert digest(Period.objects.get(pk=month.pk)) == (22, Period.objects.get(pk=month.pk).digest)


def test_a_late_answer_of_a_published_month_counts_in_the_current_one(
    city: City, month: Period, asked: Ask
) -> None:
    freeze(month, by=city.supervisor, at=AFTER)
    late = asked(city.street, at=NOON + timedelta(days=1))
    line = score(late, AFTER + timedelta(hours=1))
    assert (line.period.code, line.about, line.at) == ("2026-04", month, AFTER + timedelta(hours=1))
    assert list(differences(month)) == []
    assert list(differences(line.period)) == []


def test_an_exclusion_after_the_freeze_changes_the_current_month_alone(city: City, month: Period) -> None:
    row = asks(city, Answer.objects.filter(unit=city.street, solved="unsolved").get())
    freeze(month, by=city.supervisor, at=AFTER)
    before = published_places(month, "streets")
    exclusions.agree(row, opinion="案号属实", by=city.supervisor, at=AFTER)
    after = published_places(Period.objects.get(pk=month.pk), "streets")
    assert before == after
    assert digest(month)[0] == 22
    line = ScoreLine.objects.get(source="excluded")
    assert (line.period.code, line.about, line.valid, line.excluded) == ("2026-04", month, -1, 1)
    assert list(differences(line.period)) == []


def test_before_the_freeze_an_exclusion_counts_in_its_own_month(city: City, month: Period) -> None:
    row = asks(city, Answer.objects.filter(unit=city.street, solved="unsolved").get())
    exclusions.agree(row, opinion="案号属实", by=city.supervisor, at=AFTER)
    line = ScoreLine.objects.get(source="excluded")
    assert (line.period, line.about) == (month, None)
    assert line.at == month.ends - timedelta(microseconds=1)
    freeze(month, by=city.supervisor, at=AFTER)
    first = published_places(month, "streets").ranked[0][1]
    assert (first.code, first.score, first.amounts["excluded"]) == ("110108009", Decimal("100.0"), 1)


def test_points_given_by_a_person_are_in_the_published_score(city: City, month: Period) -> None:
    Mark.objects.create(
        period=month, unit=city.sibling, tenths=100, why="专项工作突出", by=city.supervisor, at=AFTER
    )
    freeze(month, by=city.supervisor, at=AFTER)
    told = [(row.code, row.score) for _pk, row in published_places(month, "streets").ranked]
    assert told == [("110108010", Decimal("93.6")), ("110108009", Decimal("91.8"))]


def test_a_unit_that_is_renamed_or_closed_later_stays_in_the_published_month(
    city: City, month: Period
) -> None:
    freeze(month, by=city.supervisor, at=AFTER)
    Unit.objects.filter(pk=city.street.pk).update(active=False, rank_group="")
    assert [row.code for _pk, row in published_places(month, "streets").ranked] == ["110108009", "110108010"]


def test_a_published_month_is_read_up_to_a_day_once_by_street_and_by_district(
    city: City, month: Period, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    days = {month: NOON.date()}
    before = amounts_until(days, districts=False), amounts_until(days, districts=True)
    assert before[0][month.pk][city.sibling.pk]["valid"] == 11
    assert before[1][month.pk][city.district.pk]["valid"] == 22
    frozen = freeze(month, by=city.supervisor, at=AFTER)
    days = {frozen: NOON.date()}
    assert (amounts_until(days, districts=False), amounts_until(days, districts=True)) == before
    with django_assert_num_queries(0):
        assert amounts_until(days, districts=False) == before[0]
    with django_assert_num_queries(1):
        assert amounts_until({frozen: NOON.date() - timedelta(days=1)}, districts=False) == {month.pk: {}}


def test_a_changed_weight_for_the_next_month_changes_no_earlier_one(city: City, month: Period) -> None:
    scheme = city.scheme
    scheme.pk, scheme.effective_from = None, (AFTER + timedelta(days=40)).date()
    scheme.weight_responded, scheme.weight_solved = Decimal("0.500"), Decimal("0.100")
    scheme.save()
    before = amounts([month], group="streets", by_unit=True)
    freeze(month, by=city.supervisor, at=AFTER)
    later = ensure_period(AFTER + timedelta(days=60))
    assert later.scheme != month.scheme
    assert amounts([month], group="streets", by_unit=True) == before
    assert [row.score for _pk, row in published_places(month, "streets").ranked] == [
        Decimal("91.8"),
        Decimal("83.6"),
    ]


def test_a_correction_of_a_published_answer_is_an_adjustment_too(city: City, month: Period) -> None:
    freeze(month, by=city.supervisor, at=AFTER)
    bad = Answer.objects.filter(unit=city.street, solved="unsolved").get()
    right = {"contacted": "yes", "solved": "solved", "satisfied": "satisfied"}
    adjusting.right_answer(bad, right, why="录音显示诉求人答已解决", by=city.supervisor, at=AFTER)
    line = ScoreLine.objects.get(source="corrected")
    assert (line.about, line.solved_num, line.solved_base) == (month, 1000, 0)
    assert list(differences(line.period)) == []


def test_a_month_that_was_asked_for_is_published_by_whichever_worker_is_first(
    city: City, month: Period
) -> None:
    ask_to_freeze(month, by=city.supervisor, at=AFTER)
    ask_to_freeze(month, by=city.auditor, at=AFTER + timedelta(seconds=1))
    done = [freeze_asked(AFTER + timedelta(seconds=seconds)) for seconds in (2, 3, 4)]
    assert done == [1, 0, 0]
    held = Period.objects.get(pk=month.pk)
    assert (held.frozen_by, held.frozen_at) == (city.supervisor, AFTER + timedelta(seconds=2))
    assert Published.objects.filter(group="streets").count() == 2
    with pytest.raises(Refused):
        ask_to_freeze(month, by=city.supervisor, at=AFTER + timedelta(days=1))


def test_what_nobody_asked_for_or_has_not_ended_is_not_published(city: City, month: Period) -> None:
    assert freeze_asked(AFTER) == 0
    with pytest.raises(Refused):
        ask_to_freeze(month, by=city.supervisor, at=month.ends - timedelta(seconds=1))
    assert Period.objects.get(pk=month.pk).asked_at is None


class Killed(Exception):
    """As if the worker had died."""


def test_a_worker_killed_half_way_has_published_nothing_and_the_next_one_does(
    city: City, month: Period
) -> None:
    """Its claim holds for a while, so that a worker who is only slow is left alone."""

    def dies(execute: Callable, sql: str, *rest: object) -> object:
        if 'INSERT INTO "scoring_published"' in sql:
            raise Killed
        return execute(sql, *rest)

    ask_to_freeze(month, by=city.supervisor, at=AFTER)
    with pytest.raises(Killed), connection.execute_wrapper(dies):
        freeze_asked(AFTER)
    held = Period.objects.get(pk=month.pk)
    assert (held.frozen_at, held.begun_at, Published.objects.count()) == (None, AFTER, 0)
    assert freeze_asked(AFTER + LEASE) == 0
    later = AFTER + LEASE + timedelta(seconds=1)
    assert freeze_asked(later) == 1
    frozen = Period.objects.get(pk=month.pk)
    assert (frozen.frozen_at, frozen.lines_frozen) == (later, 22)
    assert list(differences(frozen)) == []


def test_a_second_worker_that_loses_the_race_forgets_nothing(city: City, month: Period) -> None:
    """The lease of a slow worker ran out, both freeze; the one who comes second finds it published."""
    ask_to_freeze(month, by=city.supervisor, at=AFTER)
    freeze(month, by=city.supervisor, at=AFTER)
    assert freeze_asked(AFTER + LEASE) == 0
    held = Period.objects.get(pk=month.pk)
    assert (held.asked_by, held.refused, held.frozen_at) == (city.supervisor, "", AFTER)
