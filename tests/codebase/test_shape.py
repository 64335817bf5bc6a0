"""The shape of the code base: layers, sizes, nothing of this machine in it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
ROOMS = [
    "units",
    "tickets",
    "intake",
    "dispatch",
    "handling",
    "followup",
    "scoring",
    "reports",
    "portal",
    "hotline",
]
OURS = [*ROOMS, "tests", "bench", "tools"]
FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 300, 80, 120
#: A sheet is one list in the order of the pages, with one declaration a line.
SHEET_LINES = 1400
#: What no module may be called: names that say nothing (DESIGN §2).
NAMELESS = {"utils", "helpers", "services", "common", "misc"}


def sources() -> Iterator[Path]:
    for name in OURS:
        yield from (path for path in (ROOT / name).rglob("*.py") if "migrations" not in path.parts)


def test_the_rooms_import_only_upwards() -> None:
    linted = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout


def test_no_file_is_too_long() -> None:
    long = {
        str(p.relative_to(ROOT)): n for p in sources() if (n := len(p.read_text().splitlines())) > FILE_LINES
    }
    assert long == {}


def test_no_function_is_too_long() -> None:
    long = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                if node.end_lineno - node.lineno + 1 > FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert long == []


def test_no_template_is_too_long() -> None:
    pages = (ROOT / "templates").rglob("*.html")
    long = {
        str(p.relative_to(ROOT)): n for p in pages if (n := len(p.read_text().splitlines())) > TEMPLATE_LINES
    }
    assert long == {}


def test_no_script_and_no_sheet_is_too_long() -> None:
    limits = {".js": FILE_LINES, ".css": SHEET_LINES}
    own = (path for path in (ROOT / "static" / "app").iterdir() if path.suffix in limits)
    long = {p.name: n for p in own if (n := len(p.read_text().splitlines())) > limits[p.suffix]}
    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in sources() if path.stem in NAMELESS] == []


def test_no_path_of_a_machine_is_in_the_repository() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode != 0:
        pytest.skip("not a git checkout")
    pattern = re.compile(r"(?<![\w.])/(work|farm|home/(?!user)\w+)/")
    found = []
    for name in filter(None, tracked.stdout.split("\0")):
        path = ROOT / name
        if path.suffix in {".png", ".mo", ".ico"} or "vendor" in path.parts or not path.is_file():
            continue
        if pattern.search(path.read_text(encoding="utf-8", errors="ignore")):
            found.append(name)
    assert found == []


def test_what_people_type_is_scrubbed_before_it_is_kept() -> None:
    """An action takes the blanks off a text to see whether there is one, or to keep it: then it scrubs it."""
    kept = []
    for path in sources():
        # In `tickets` texts come scrubbed: that is intake's trade, and the form's duty.
        if "actions" not in path.relative_to(ROOT).with_suffix("").parts or path.parent.name == "tickets":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            looked = isinstance(node, ast.Compare | ast.UnaryOp | ast.BoolOp)
            scrubbed = isinstance(node, ast.Call) and ast.unparse(node.func) in {"scrub", "len"}
            if looked or scrubbed:
                continue
            kept += [
                f"{path.relative_to(ROOT)}: {ast.unparse(child)}"
                for child in ast.iter_child_nodes(node)
                if isinstance(child, ast.Call) and ast.unparse(child.func).endswith(".strip")
            ]
    assert kept == ["dispatch/actions/lab.py: version.strip()"]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
