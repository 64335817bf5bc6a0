"""响应率 over every follow-up that ended (`base: all`, DOMAIN §2.2): by Q1, else by the unit's own record."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from followup.models import Answer
from scoring import audit
from scoring.actions import adjusting, ensure_period, exclusions, score_waiting
from scoring.models import ScoreLine
from tests.city import NOON, City
from tests.handling.conftest import photo


@pytest.fixture(autouse=True)
def wide(city: City, settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path
    city.scheme.base = "all"
    city.scheme.contacted_values = {"yes": 1000, "no": 0, "unsure": None}
    city.scheme.save()


def responded() -> list[tuple[int, int, int]]:
    """Of each line: thousandths and base of 响应率, base of 解决率."""
    found = ScoreLine.objects.filter(answer__isnull=False).order_by("answer", "pk")
    return list(found.values_list("responded_num", "responded_base", "solved_base"))


@pytest.mark.parametrize(
    ("said", "record", "counted"),
    [
        ("", {"recorded": True}, (1000, 1, 0)),
        ("", {"recorded": True, "late_contact": True}, (0, 1, 0)),
        ("", {}, (0, 1, 0)),
        ("unsure solved satisfied", {"recorded": True}, (1000, 1, 1)),
        ("unsure solved satisfied", {"recorded": True, "late_contact": True}, (0, 1, 1)),
        # The caller's own word goes before the record.
        ("yes solved satisfied", {}, (1000, 1, 1)),
        ("no solved satisfied", {"recorded": True}, (0, 1, 1)),
    ],
)
def test_who_was_not_asked_counts_by_a_record_in_time(
    city: City, asked: Callable[..., Answer], said: str, record: dict[str, bool], counted: tuple[int, ...]
) -> None:
    answer = asked(city.street, said)
    Answer.objects.filter(pk=answer.pk).update(**record)
    score_waiting(NOON)
    assert responded() == [counted]
    assert list(audit.differences(ensure_period(NOON))) == []


def test_corrections_and_exclusions_agree_with_it(city: City, asked: Callable[..., Answer]) -> None:
    right, out = asked(city.street, "no unsolved basic"), asked(city.street, "unsure unsolved basic")
    Answer.objects.update(recorded=True, late_contact=True)
    score_waiting(NOON)
    now = {"contacted": "unsure", "solved": "solved", "satisfied": "satisfied"}
    right.refresh_from_db()
    adjusting.right_answer(right, now, why="录音显示诉求人记不清", by=city.supervisor, at=NOON)
    at = NOON + timedelta(hours=1)
    asking = {"ground": "X2", "text": "已进入诉讼程序", "files": [photo()]}
    row = exclusions.ask(out, by=city.street_clerk, at=at, **asking)
    exclusions.agree(row, opinion="属实", by=city.supervisor, at=at)
    assert responded() == [(0, 1, 1), (0, 0, 0), (0, 1, 1), (0, -1, -1)]
    assert list(audit.differences(ensure_period(NOON))) == []
