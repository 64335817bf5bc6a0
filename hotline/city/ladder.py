"""ladder.csv: at which part of a handling limit who is told, and which card is given (DOMAIN §3.7)."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from hotline.city.reader import Bad, Problems, Row, once, parsed, read_csv
from hotline.city.rows import Tally, sync
from tickets.models import LadderStep

FILE = "ladder.csv"
CODES = list(LadderStep.Code.values)
#: The rungs that may give a card (`dispatch/actions/steps.py`).
CARDED = ("overdue", "red")


def read(folder: Path, problems: Problems) -> list[Mapping[str, object]]:
    """The rungs; each code is needed, from low to high as they are named."""
    columns = ["code", "name", "percent", "tells", "card", "effective_from"]
    rows = read_csv(folder, FILE, problems, needed=columns)
    once(rows, problems, "code", "effective_from")
    steps = parsed(rows, _step, problems)
    for code in CODES:
        if code not in {row["code"] for row in steps}:
            problems.error(FILE, f"the step {code!r} is missing")
    for day in sorted({row["effective_from"] for row in steps}):
        _check_order(steps, day, problems)
    return steps


def _step(row: Row) -> Mapping[str, object]:
    code, percent = row.one_of("code", CODES), row.number("percent", least=1, most=10_000)
    if code == LadderStep.Code.OVERDUE and percent != 100:
        raise Bad("the step 'overdue' is the end of the limit: percent must be 100")
    tells = row.listed("tells")
    unknown = sorted(set(tells) - set(LadderStep.Who.values))
    if unknown:
        raise Bad(f"tells {unknown[0]!r} is none of {', '.join(LadderStep.Who.values)}")
    if row.text("card") and code not in CARDED:
        raise Bad(f"a card is given by {' and '.join(CARDED)} alone: leave it empty for {code!r}")
    return {
        "at": row.at,
        "code": code,
        "name": row.needed("name", 40),
        "percent": percent,
        "tells": tells,
        "card": row.one_of("card", [card for card in LadderStep.Card.values if card], empty=True),
        "effective_from": row.day("effective_from"),
    }


def _check_order(steps: Sequence[Mapping[str, object]], day: date, problems: Problems) -> None:
    """Complains where, on this day, a later rung would come before an earlier one."""
    held = [row for row in steps if row["effective_from"] <= day]
    current = {row["code"]: row for row in sorted(held, key=lambda row: row["effective_from"])}
    known = [current[code] for code in CODES if code in current]
    for below, above in zip(known, known[1:], strict=False):
        if above["percent"] <= below["percent"]:
            problems.error(str(above["at"]), f"{above['code']} must come after {below['code']}")


def refuse_rewritten(steps: Sequence[Mapping[str, object]], last: date, problems: Problems) -> None:
    """Complains about a rung that was in force when tickets came (`last`: the latest of those days)."""
    there = {(row.code, row.effective_from): row.percent for row in LadderStep.objects.all()}
    for row in steps:
        percent = there.get((row["code"], row["effective_from"]), row["percent"])
        if percent != row["percent"] and last >= row["effective_from"]:
            problems.error(
                str(row["at"]), "limits were reckoned by it: add a row with a later effective_from"
            )


def write(steps: Sequence[Mapping[str, object]]) -> Tally:
    rows = [{name: value for name, value in row.items() if name != "at"} for row in steps]
    return sync(LadderStep, rows, key=["code", "effective_from"])
