"""A state folder of its own for tests that start real servers; a city's folder for those that load one."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from hotline.local.erase import erase
from hotline.local.state import PROJECT

EXAMPLE = re.compile(r"```\w+ file=(\S+)\n(.*?)```", re.DOTALL)


@dataclass
class Place:
    """A state folder, and the environment that makes a process use it."""

    state: Path
    environment: dict[str, str]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A fresh state folder; its servers' data is removed at the end."""
    state = tmp_path / "state"
    taken = {"DATABASE_URL", "REDIS_URL"}
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in taken and not name.startswith(("HOTLINE_", "PYTEST_"))
    }
    environment |= {"HOTLINE_STATE": str(state), "HOTLINE_DEMO": "0", "HOTLINE_PACK": ""}
    environment["PYTHONPATH"] = str(PROJECT)
    yield Place(state, environment)
    # What a failed test left running ends first, as its servers would outlive the folder.
    for process in psutil.process_iter(["cmdline"]):
        if str(state) in " ".join(process.info["cmdline"] or []):
            process.kill()
    erase(state)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The city of the documentation as a folder."""
    for name, text in EXAMPLE.findall((PROJECT / "docs" / "city-pack.md").read_text(encoding="utf-8")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process with all its descendants."""
    return [process, *process.children(recursive=True)]


def gone(processes: list[psutil.Process], *, seconds: float) -> bool:
    """Whether all of them ended within `seconds`."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
