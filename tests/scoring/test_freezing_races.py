"""What is put right while a month is being published waits for it, and is then an adjustment of it."""

from collections.abc import Callable
from datetime import datetime
from threading import Thread

import pytest
from django.db import connection, connections

from followup.models import Answer
from scoring.actions import adjusting, score_waiting
from scoring.actions.freezing import freeze
from scoring.audit import differences
from scoring.models import Period, ScoreLine
from tests.city import ZONE, City

#: The day after the month of NOON has ended.
AFTER = datetime(2026, 3, 20, 9, tzinfo=ZONE)
RIGHT = {"contacted": "yes", "solved": "solved", "satisfied": "satisfied"}


@pytest.mark.django_db(transaction=True)
def test_a_correction_during_the_publication_waits_and_is_an_adjustment(
    city: City, asked: Callable[..., Answer]
) -> None:
    answer = asked(city.street, "yes unsolved dissatisfied")
    score_waiting(AFTER)
    month = Period.objects.get()

    def correct() -> None:
        try:
            why = "录音显示诉求人答已解决"
            adjusting.right_answer(answer, RIGHT, why=why, by=city.supervisor, at=AFTER)
        finally:
            connections.close_all()

    other = Thread(target=correct)

    def meanwhile(execute: Callable, sql: str, *rest: object) -> object:
        if 'INSERT INTO "scoring_published"' in sql:
            other.start()
            # It cannot end before the publication does.
            other.join(timeout=0.5)
            assert other.is_alive()
        return execute(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        freeze(month, by=city.supervisor, at=AFTER)
    other.join()
    line = ScoreLine.objects.get(source="corrected")
    assert (line.about, line.solved_num) == (month, 1000)
    assert Period.objects.get(pk=month.pk).lines_frozen == 1
    assert [list(differences(row)) for row in Period.objects.all()] == [[], []]
