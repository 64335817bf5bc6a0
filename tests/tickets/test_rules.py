from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.city import NOON
from tickets.rules import Clocks, grams, next_wake, number_of


def test_a_number_is_readable_and_sortable() -> None:
    assert number_of("BJ", "12345", date(2026, 11, 23), 42) == "BJ12345-20261123-000042"


def test_grams_are_two_character_pieces_and_whole_latin_words() -> None:
    assert grams("暖气不热, Room 601室") == ["601", "room", "不热", "室", "暖气", "气不"]


@given(st.text(alphabet="暖气不热供水停电楼道", min_size=2, max_size=12), st.data())
def test_every_two_characters_of_a_text_are_among_its_grams(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text) - 2))
    assert text[cut : cut + 2] in grams(text)


def test_the_earliest_step_that_was_not_taken_is_next() -> None:
    clocks = Clocks(state="handling", contact_due=NOON, remind_at=NOON, handle_due=NOON)
    assert next_wake(clocks) == (NOON, "contact_late")
    assert next_wake(Clocks(state="handling", contact_due=NOON, contacted=True)) == (None, "")
    taken = Clocks(state="handling", remind_at=NOON, handle_due=NOON, steps=frozenset({"remind"}))
    assert next_wake(taken) == (NOON, "expire")


def test_a_closed_ticket_sleeps() -> None:
    assert next_wake(Clocks(state="closed", handle_due=NOON, followup_due=NOON)) == (None, "")
