"""A scheme that months are counted by is not rewritten by its file: the next one gets a later date."""

from pathlib import Path

import pytest

from scoring.actions import ensure_period
from scoring.models import Scheme
from tests.city import NOON
from tests.hotline.test_load_city import edit, load, problems

REFUSED = ["scheme.yaml: periods are counted by this scheme: give the changed one a later effective_from"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("responded: 0.1, solved: 0.5", "responded: 0.5, solved: 0.1"),
        # What a published month shows: its places or bands, how sure they are, and who is named on its lists.
        ("base: valid", "base: valid\nleague: false"),
        ("bands: [95, 85]", "bands: [95, 90]"),
        ("base: valid", "base: valid\nvolume_bands: [100, 500]"),
        ("base: valid", "base: valid\nconfidence: 990"),
        ("rectify: 1", "rectify: 2"),
    ],
)
def test_what_a_month_was_counted_and_shown_by_stays(db: None, folder: Path, old: str, new: str) -> None:
    load(folder)
    ensure_period(NOON)
    edit(folder, "scheme.yaml", old, new)
    assert problems(folder) == REFUSED
    edit(folder, "scheme.yaml", "effective_from: ", "effective_from: 2027-01-01 #")
    load(folder)
    assert Scheme.objects.count() == 2
