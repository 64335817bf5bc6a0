"""scheme.yaml and grounds.csv: how answers become points, and what may be left out, from a date on."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from followup.models import Contacted, Satisfied, Solved
from hotline.city.reader import Bad, Document, Problems, Row, as_day, once, parsed, read_csv, read_yaml, whole
from hotline.city.rows import Tally, sync
from scoring.models import Ground, Period, Scheme
from scoring.rules.ranking import LISTS, TIES

FILE, GROUNDS = "scheme.yaml", "grounds.csv"
WEIGHTS = ("responded", "solved", "satisfied")
#: question of the file → column of the scheme, and the answers it may have
QUESTIONS = {
    "q1": ("contacted_values", Contacted.values),
    "q2": ("solved_values", Solved.values),
    "q3": ("satisfied_values", Satisfied.values),
}
OPTIONAL = ["base", "lists", "ties", "league", "bands", "volume_bands", "confidence", "cluster", "source"]
#: What makes the points, the places and the lists; a change of it needs a later date.
DECIDING = (
    "period_start_day",
    *(f"weight_{name}" for name in WEIGHTS),
    *(column for column, _answers in QUESTIONS.values()),
    "min_sample",
    "base",
    "cluster",
    "ties",
    "lists",
    "league",
    "bands",
    "volume_bands",
    "confidence",
    "grounds",
)


def read_grounds(folder: Path, problems: Problems) -> list[Mapping[str, object]]:
    """The grounds on which an answer may be left out of the scores (DOMAIN §2.4)."""
    columns = ["code", "name", "evidence", "persons", "automatic", "effective_from"]
    rows = read_csv(folder, GROUNDS, problems, needed=columns)
    once(rows, problems, "code", "effective_from")
    return parsed(rows, _ground, problems)


def _ground(row: Row) -> Mapping[str, object]:
    return {
        "code": row.needed("code", 4),
        "name": row.needed("name", 60),
        "evidence": row.needed("evidence", 100),
        "persons": row.number("persons", least=1, most=2),
        "automatic": row.flag("automatic"),
        "effective_from": row.day("effective_from"),
    }


def read(folder: Path, grounds: Sequence[Mapping[str, object]], problems: Problems) -> Mapping[str, object]:
    """The scheme's columns; empty when the file was bad."""
    needed = ["code", "name", "effective_from", "period_start_day", "weights", "answers", "min_sample"]
    before = len(problems.errors)
    document = read_yaml(folder, FILE, problems, needed=needed, optional=OPTIONAL)
    if len(problems.errors) > before:
        return {}
    columns: dict[str, object] = {"grounds": sorted({str(row["code"]) for row in grounds})}
    takers = (
        ("code", _plain),
        ("weights", _weights),
        ("answers", _answers),
        ("base", _choices),
        ("lists", _lists),
        ("ties", _ties),
        ("bands", _bands),
    )
    for key, take in takers:
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


def _choices(document: Document) -> dict[str, object]:
    row = document.row()
    return {
        "base": row.one_of("base", Scheme.Base.values, empty=True) or Scheme.Base.VALID,
        "cluster": row.one_of("cluster", Scheme.Cluster.values, empty=True) or Scheme.Cluster.EACH,
        "league": bool(document.values.get("league", True)),
        "confidence": whole(str(document.values.get("confidence", 950)), "confidence", 500, 999),
    }


def _lists(document: Document) -> dict[str, object]:
    sizes = _mapping(document.values.get("lists") or {}, "lists", LISTS)
    return {"lists": {name: whole(str(size), f"lists: {name}") for name, size in sizes.items()}}


def _ties(document: Document) -> dict[str, object]:
    """`code` may stand at the end for people to read: it always decides last."""
    told = []
    for tie in document.values.get("ties") or []:
        given = _mapping(tie, "ties", ("by", "order"))
        if given.get("by") not in (*TIES, "code") or given.get("order") not in ("asc", "desc"):
            raise Bad(f"ties: {tie!r}: by is one of {', '.join(TIES)}, code; order is asc or desc")
        if given["by"] != "code":
            told.append(f"{given['by']}:{given['order']}")
    return {"ties": told}


def _bands(document: Document) -> dict[str, object]:
    edges = [Decimal(str(edge)) for edge in document.values.get("bands") or []]
    volumes = [whole(str(edge), "volume_bands") for edge in document.values.get("volume_bands") or []]
    if edges != sorted(edges, reverse=True) or volumes != sorted(volumes):
        raise Bad("bands fall from A down, volume_bands rise")
    return {"bands": edges, "volume_bands": volumes}


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


def write_grounds(grounds: Sequence[Mapping[str, object]]) -> Tally:
    return sync(Ground, grounds, key=["code", "effective_from"])


def write(columns: Mapping[str, object]) -> Tally:
    return sync(Scheme, [columns], key=["code", "effective_from"])
