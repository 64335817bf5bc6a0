"""docs/rules.md says where each rule lives and what holds it: every name in it must exist."""

import ast
import re
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = ROOT / "docs" / "rules.md"
RULES = {f"R{number}" for number in range(1, 27)}
CLAUSES = {f"§3.{number}" for number in range(1, 8)} | {f"§4.{number}" for number in range(1, 8)}


def rows() -> list[tuple[str, str, list[str], list[str]]]:
    """(rule, what it asks, names where it lives, names of tests)."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and cells[0] not in ("rule", "---"):
            where, held = (re.findall(r"`([^`]+)`", cell) for cell in cells[2:])
            found.append((cells[0], cells[1], where, held))
    return found


@cache
def names_in(path: Path) -> frozenset[str]:
    """What a module defines at its top."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


def missing(written: str, mark: str) -> bool:
    """Whether `path` or `path<mark>name` names nothing."""
    path, _mark, name = written.partition(mark)
    file = ROOT / path
    return not file.exists() or bool(name and name not in names_in(file))


def test_every_place_a_rule_is_said_to_live_in_exists() -> None:
    assert [
        (rule, name) for rule, _asks, where, _held in rows() for name in where if missing(name, ":")
    ] == []


def test_every_test_a_rule_is_said_to_be_held_by_exists() -> None:
    told = [(rule, name) for rule, _asks, _where, held in rows() for name in held]
    assert [pair for pair in told if missing(pair[1], "::") or not pair[1].startswith("tests/")] == []


def test_no_rule_and_no_clause_is_left_out() -> None:
    assert (RULES | CLAUSES) - {rule for rule, *_rest in rows()} == set()


def test_what_has_no_place_or_no_test_says_that_it_is_not_there_yet() -> None:
    bare = [(rule, asks) for rule, asks, where, held in rows() if not where or not held]
    assert [rule for rule, asks in bare if "not yet" not in asks.lower()] == []


def test_a_name_that_does_not_exist_is_found() -> None:
    assert missing("tickets/flow.py:NOTHING", ":")
    assert missing("tickets/nowhere.py", ":")
    assert not missing("tickets/flow.py:MOVES", ":")
