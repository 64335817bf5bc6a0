"""`audit_scores` agrees with an honest ledger and finds whatever a superuser does to it."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dispatch import actions as dispatch
from dispatch.models import Rebound
from followup.models import Answer
from scoring.actions import adjusting, exclusions, fold, score_waiting
from scoring.actions.rebounds import revoke_returned
from scoring.models import Exclusion
from tests.city import NOON, City
from tests.handling.conftest import photo
from tickets.models import Ticket
from units.models import User


def audit(*arguments: str) -> str:
    told = StringIO()
    call_command("audit_scores", *arguments, stdout=told)
    return told.getvalue()


def tamper(table: str, statement: str) -> None:
    """What someone with the superuser's password could do: the guards are switched off first."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def ledger(city: City, asked: Callable[..., Answer], pending: Ticket) -> None:
    """An order given and passed on, four answers; half of it folded, half still in the tail."""
    dispatch.dispatch_by_hand(pending, lead=city.district, reason="兜底", by=city.dispatcher, at=NOON)
    asked(city.street, "yes solved satisfied")
    asked(city.street, "no unsolved basic", round_=1)
    score_waiting(NOON)
    assert fold(NOON) == 3
    dispatch.redispatch(pending, lead=city.street, reason="属地", by=city.district_officer, at=NOON)
    asked(city.sibling, "")
    asked(city.other_street, "unsure solved dissatisfied")
    score_waiting(NOON)
    with connection.cursor() as cursor:  # deferred checks would forbid ALTER TABLE later in this transaction
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_honest_ledger_agrees(ledger: None) -> None:
    assert "2026-03: 7 lines, 0 not yet counted, 0 differences" in audit()
    assert "agrees" in audit("--period", "2026-03")
    fold(NOON)
    assert "agrees" in audit()


def test_a_period_that_does_not_exist_is_said_so(city: City) -> None:
    with pytest.raises(CommandError, match="no period 1999-01"):
        audit("--period", "1999-01")


def test_what_is_not_yet_counted_is_told_and_is_no_difference(
    ledger: None, city: City, asked: Callable[..., Answer]
) -> None:
    asked(city.street)
    assert "2026-03: 7 lines, 1 not yet counted, 0 differences" in audit()


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        (
            "scoring_scoreline",
            "UPDATE scoring_scoreline SET solved_num = 1000 WHERE folded AND solved_base = 1",
        ),
        ("scoring_scoreline", "UPDATE scoring_scoreline SET satisfied = 1 WHERE NOT folded"),
        ("scoring_scoreline", "DELETE FROM scoring_scoreline WHERE source = 'answer' AND NOT folded"),
        ("scoring_scoreline", "DELETE FROM scoring_scoreline WHERE accepted = -1"),
        ("scoring_scoreline", "DELETE FROM scoring_scoreline WHERE accepted = 1 AND folded"),
        ("scoring_scoreline", "UPDATE scoring_scoreline SET accepted = 1 WHERE accepted = -1"),
        ("scoring_scoreline", "UPDATE scoring_scoreline SET folded = FALSE"),
        ("scoring_scoreline", "UPDATE scoring_scoreline SET folded = TRUE"),
        ("scoring_scoreline", "UPDATE scoring_scoreline SET category_id = NULL WHERE folded"),
        (
            "scoring_scoreline",
            "UPDATE scoring_scoreline SET unit_id = (SELECT id FROM units_unit WHERE code = 'E-heating')"
            " WHERE NOT folded AND source = 'answer'",
        ),
        ("scoring_scoretotal", "UPDATE scoring_scoretotal SET closed = closed + 1"),
        ("scoring_scoretotal", "DELETE FROM scoring_scoretotal"),
        ("scoring_scoremonth", "UPDATE scoring_scoremonth SET accepted = 0"),
        ("scoring_scoreday", "UPDATE scoring_scoreday SET day = day - 1"),
        ("followup_answer", "UPDATE followup_answer SET solved = 'solved'"),
        ("dispatch_assignment", "UPDATE dispatch_assignment SET at = at + interval '40 days'"),
    ],
)
def test_a_tampered_row_is_found(ledger: None, table: str, statement: str) -> None:
    tamper(table, statement)
    with pytest.raises(CommandError, match=r"\d+ differences") as refused:
        audit()
    assert refused.value.returncode == 1


@pytest.mark.django_db(transaction=True)
def test_the_audit_reads_one_snapshot_and_writes_nothing(ledger: None) -> None:
    assert "agrees" in audit()


@pytest.fixture
def adjusted(city: City, asked: Callable[..., Answer], settings: object, tmp_path: object) -> None:
    """Two answers: one left out, put back and corrected, the other came back."""
    settings.MEDIA_ROOT = tmp_path
    first, second = asked(city.street, "no unsolved dissatisfied"), asked(city.street)
    score_waiting(NOON)
    words = {"ground": "X2", "text": "已进入诉讼程序", "by": city.street_clerk}
    row = exclusions.ask(first, **words, at=NOON, files=[photo()])
    row = Exclusion.objects.select_related("ticket", "unit", "ground").get(pk=row.pk)
    exclusions.agree(row, opinion="案号属实", by=city.supervisor, at=NOON)
    other = User.objects.create(username="other", roles=["supervisor"], unit=city.centre)
    exclusions.revoke(row, opinion="抽查不实", by=other, at=NOON)
    right = {"contacted": "yes", "solved": "solved", "satisfied": "satisfied"}
    first = Answer.objects.select_related("ticket").get(pk=first.pk)
    adjusting.right_answer(first, right, why="录音与记录不符", by=city.supervisor, at=NOON)
    Rebound.objects.create(ticket=second.ticket, returned=first.ticket, round=second.round, at=NOON)
    assert revoke_returned(NOON) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_lines_that_take_back_and_put_right_agree(adjusted: None) -> None:
    assert "2026-03: 6 lines, 0 not yet counted, 0 differences" in audit()


@pytest.mark.parametrize("source", ["excluded", "restored", "corrected", "rebound"])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM scoring_scoreline WHERE source = '{}'",
        "UPDATE scoring_scoreline SET solved_num = solved_num + 1 WHERE source = '{}'",
        "UPDATE scoring_scoreline SET exclusion_id = NULL, correction_id = NULL, returned_id = NULL"
        " WHERE source = '{}'",
        "UPDATE scoring_scoreline SET answer_id = NULL WHERE source = '{}'",
    ],
)
def test_a_tampered_line_that_takes_back_or_puts_right_is_found(
    adjusted: None, source: str, statement: str
) -> None:
    tamper("scoring_scoreline", statement.format(source))
    with pytest.raises(CommandError, match=r"\d+ differences"):
        audit()


def test_a_rebound_that_never_was_is_found(adjusted: None) -> None:
    tamper("dispatch_rebound", "UPDATE dispatch_rebound SET round = round + 1")
    with pytest.raises(CommandError, match="1 differences"):
        audit()
