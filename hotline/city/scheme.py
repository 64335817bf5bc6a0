"""scheme.yaml: how answers become points, from a date on."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from followup.models import Contacted, Satisfied, Solved
from hotline.city.reader import Bad, Document, Problems, as_day, read_yaml, whole
from hotline.city.rows import Tally, sync
from scoring.models import Period, Scheme

FILE = "scheme.yaml"
WEIGHTS = ("responded", "solved", "satisfied")
#: question of the file → column of the scheme, and the answers it may have
QUESTIONS = {
    "q1": ("contacted_values", Contacted.values),
    "q2": ("solved_values", Solved.values),
    "q3": ("satisfied_values", Satisfied.values),
}
#: Read by no one yet: the sizes of lists and the order of equals.
KEPT = ("lists", "ties", "source")
#: What makes the points; a change of it needs a later date.
DECIDING = (
    "period_start_day",
    *(f"weight_{name}" for name in WEIGHTS),
    *(column for column, _answers in QUESTIONS.values()),
    "min_sample",
)


def read(folder: Path, problems: Problems) -> Mapping[str, object]:
    """The scheme's columns; empty when the file was bad."""
    needed = ["code", "name", "effective_from", "period_start_day", "weights", "answers", "min_sample"]
    before = len(problems.errors)
    document = read_yaml(folder, FILE, problems, needed=needed, optional=["base", *KEPT])
    if len(problems.errors) > before:
        return {}
    columns: dict[str, object] = {}
    for key, take in (("code", _plain), ("weights", _weights), ("answers", _answers), ("base", _base)):
        try:
            columns |= take(document)
        except Bad as bad:
            problems.error(document.at(key), str(bad))
    return columns


def _plain(document: Document) -> dict[str, object]:
    row = document.row()
    return {
        "code": row.needed("code", 30),
        "name": row.needed("name", 80),
        "effective_from": as_day(row.needed("effective_from"), "effective_from"),
        "period_start_day": whole(row.needed("period_start_day"), "period_start_day", 1, 28),
        "min_sample": whole(row.needed("min_sample"), "min_sample"),
    }


def _base(document: Document) -> dict[str, object]:
    if document.values.get("base", "valid") != "valid":
        raise Bad("base: only 'valid' (valid follow-ups are the base of all three rates) is known")
    return {}


def _weights(document: Document) -> dict[str, object]:
    given = _mapping(document.values["weights"], "weights", WEIGHTS)
    weights = {f"weight_{name}": _decimal(given.get(name), f"weights: {name}") for name in WEIGHTS}
    if sum(weights.values()) != 1:
        raise Bad(f"weights sum to {sum(weights.values())}, not to 1")
    return weights


def _answers(document: Document) -> dict[str, object]:
    """Values in thousandths; null: the answer has no part in the base."""
    given = _mapping(document.values["answers"], "answers", QUESTIONS)
    columns: dict[str, object] = {}
    for question, (column, answers) in QUESTIONS.items():
        values = _mapping(given.get(question), f"answers: {question}", answers)
        columns[column] = {
            answer: None if value is None else int(_decimal(value, f"{question}: {answer}") * 1000)
            for answer, value in values.items()
        }
    return columns


def _mapping(value: object, name: str, allowed: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Bad(f"{name} must be a mapping")
    for key in value:
        if key not in allowed:
            raise Bad(f"{name}: {key!r} is none of {', '.join(allowed)}")
    return value


def _decimal(value: object, name: str) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Bad(f"{name} {value!r} is not a number") from None
    if not 0 <= number <= 1 or number * 1000 != int(number * 1000):
        raise Bad(f"{name} {value} is not between 0 and 1 with at most three decimals")
    return number


def refuse_rewritten(columns: Mapping[str, object], problems: Problems) -> None:
    """Complains when a period was counted by this scheme and the file now says something else."""
    old = Scheme.objects.filter(code=columns["code"], effective_from=columns["effective_from"]).first()
    if old is None or not Period.objects.filter(scheme=old).exists():
        return
    if any(getattr(old, name) != columns[name] for name in DECIDING):
        problems.error(
            FILE, "periods are counted by this scheme: give the changed one a later effective_from"
        )


def write(columns: Mapping[str, object]) -> Tally:
    return sync(Scheme, [columns], key=["code", "effective_from"])
