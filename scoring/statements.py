"""The SQL of the ruler, with the columns of the ledger written in where a file names them."""

from pathlib import Path

from scoring.models import AMOUNTS

FOLDER = Path(__file__).parent / "sql"
_SUMS = [f"SUM({name})::bigint" for name in AMOUNTS]
WORDS = {
    "{amounts}": ", ".join(AMOUNTS),
    "{minus_sums}": ", ".join(f"-{total}" for total in _SUMS),
    "{bare_sums}": ", ".join(_SUMS),
    "{sums}": ", ".join(f"{total} AS {name}" for total, name in zip(_SUMS, AMOUNTS, strict=True)),
    "{added}": ", ".join(f"{name} = total.{name} + EXCLUDED.{name}" for name in AMOUNTS),
}


def statement(name: str) -> str:
    """The file `sql/<name>.sql`, whole."""
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    for word, columns in WORDS.items():
        text = text.replace(word, columns)
    return text
