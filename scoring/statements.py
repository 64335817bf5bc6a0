"""The SQL of the ruler, with the columns of the ledger written in where a file names them."""

from collections.abc import Sequence
from pathlib import Path

from scoring.models import AMOUNTS

FOLDER = Path(__file__).parent / "sql"


def statement(name: str, columns: Sequence[str] = AMOUNTS) -> str:
    """The file `sql/<name>.sql`, whole, about these columns of the ledger."""
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    for word, told in _words(columns).items():
        text = text.replace(word, told)
    return text


def _words(columns: Sequence[str]) -> dict[str, str]:
    sums = {name: f"SUM({name})::bigint" for name in columns}
    return {
        "{amounts}": ", ".join(columns),
        "{minus_sums}": ", ".join(f"-{total}" for total in sums.values()),
        "{bare_sums}": ", ".join(sums.values()),
        "{sums}": ", ".join(f"{total} AS {name}" for name, total in sums.items()),
        "{added}": ", ".join(f"{name} = total.{name} + EXCLUDED.{name}" for name in columns),
    }
