"""simulate: the same seed gives the same days, and everything it leaves is as people would have left it."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from dispatch.models import Assignment
from followup.models import Answer
from hotline.simulation.play import BESIDE, Summary, play
from intake.models import Call, Caller
from scoring.models import Period, ScoreLine
from tests.city import NOON, City
from tickets.models import Event, Ticket
from tickets.states import DESK_ENDS, State
from units.models import User

DAYS = 4
END = NOON + timedelta(days=DAYS)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def played(seed: int = 7, per_day: float = 9, days: int = DAYS, stir: float = 1) -> Summary:
    return play(days=days, per_day=per_day, seed=seed, end=END, tell=lambda *_where: None, stir=stir)


def test_the_same_seed_gives_the_same_days_and_another_seed_others(city: City) -> None:
    first = played()
    assert played().lines == first.lines
    assert played().digest == first.digest
    assert played(seed=8).digest != first.digest


def test_the_days_end_in_the_middle_of_life(city: City) -> None:
    played(per_day=30)
    states = set(Ticket.objects.values_list("state", flat=True))
    assert {State.ANSWERED, State.PENDING, State.HANDLING, State.FOLLOWUP, State.CLOSED} <= states
    orders = Ticket.objects.exclude(state__in=DESK_ENDS).count()
    assert 0.3 < orders / Ticket.objects.count() < 0.6


def test_much_goes_on_beside_the_main_line_and_the_audits_agree(city: City) -> None:
    told = {line.split()[0] for line in played(per_day=10, days=12, stir=3).lines}
    call_command("verify_history", stdout=StringIO())
    call_command("audit_scores", stdout=StringIO())
    assert set(BESIDE) - {"rule", "on_site", "whistle_end", "merge", "plan_review"} <= told


def test_nothing_happens_before_the_first_or_after_the_last_moment(city: City) -> None:
    played()
    moments = Event.objects.values_list("at", flat=True)
    assert END - timedelta(days=DAYS) <= min(moments) and max(moments) <= END
    assert not Call.objects.filter(ended_at=None).exists()


def test_whatever_was_due_by_the_end_has_happened(city: City) -> None:
    played()
    assert not Ticket.objects.due(END).exists()


def test_every_chain_of_events_holds_and_ends_at_its_ticket(city: City) -> None:
    played()
    for ticket in Ticket.objects.prefetch_related("events"):
        head = ""
        for event in sorted(ticket.events.all(), key=lambda event: event.seq):
            assert (event.prev_hash, event.hash) == (head, event.computed_hash(ticket.number))
            head = event.hash
        assert (ticket.head_hash, ticket.version) == (head, ticket.events.count())


def test_every_answer_and_every_order_is_in_the_ledger(city: City) -> None:
    played()
    assert Answer.objects.exists()
    assert not Answer.objects.filter(counted=False).exists()
    assert not Assignment.objects.filter(counted=False).exists()
    assert not ScoreLine.objects.filter(folded=False).exists()
    assert Period.objects.count() == 1


def test_callers_are_invented_and_their_numbers_given_to_nobody(city: City) -> None:
    played()
    phones = {caller.phone for caller in Caller.objects.all()}
    assert phones and all(phone.startswith("1990000") for phone in phones)
    assert "1990000" not in "".join(Ticket.objects.values_list("content", flat=True))


def test_invented_people_cannot_sign_in_and_do_only_their_trade(city: City) -> None:
    played()
    made = User.objects.filter(username__startswith="sim-")
    assert made.exists()
    assert not any(user.has_usable_password() for user in made)
    assert {len(user.roles) for user in made} == {1}
    for event in Event.objects.filter(kind__in=("sign", "report", "approve")).select_related("ticket"):
        assert event.unit_id == event.ticket.lead_id


def test_an_interrupted_play_leaves_nothing(city: City) -> None:
    def interrupt(done: int, _total: int, _at: datetime) -> None:
        if done == 5:
            raise KeyboardInterrupt

    people = User.objects.count()
    with pytest.raises(KeyboardInterrupt):
        play(days=DAYS, per_day=10, seed=1, end=END, tell=interrupt)
    assert (Ticket.objects.count(), User.objects.count()) == (0, people)


def test_the_command_prints_what_it_made(city: City, settings: Settings) -> None:
    settings.HOTLINE_DEMO = True
    out = StringIO()
    call_command("simulate", days=1, per_day=5, seed=3, end=END, stdout=out)
    assert f"orders {Ticket.objects.exclude(state__in=DESK_ENDS).count()} overdue" in out.getvalue()
    assert "digest " in out.getvalue()


def test_it_is_refused_outside_a_demonstration_and_without_a_city(city: City, settings: Settings) -> None:
    settings.HOTLINE_DEMO = False
    with pytest.raises(CommandError, match="not a demonstration"):
        call_command("simulate", days=1)
    assert not Ticket.objects.exists()


def test_it_is_refused_without_a_city(db: None, settings: Settings) -> None:
    settings.HOTLINE_DEMO = True
    with pytest.raises(CommandError, match="run load_city first"):
        call_command("simulate", days=1)
