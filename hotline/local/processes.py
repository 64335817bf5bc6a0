"""The processes of the platform: started, watched, brought back, ended.

What the supervisor starts dies with it: by the kernel's signal when the supervisor is killed,
and, should one outlive that, by the list of process ids that the next start reads.
"""

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from hotline.local.keeper import die_with_parent

# A process that lived this long is well: its next death waits the shortest time again.
WELL_AFTER = 30.0
LONGEST_WAIT = 30.0
# A log longer than this is put aside at the next start, over the one put aside before.
LOG_BYTES = 20_000_000


@dataclass
class Program:
    """What to run. Programs stop in ascending `stops`; those of one number stop together."""

    name: str
    command: list[str]
    stops: int
    environment: dict[str, str] = field(default_factory=dict)


class Child:
    """A program and, most of the time, the process that runs it."""

    def __init__(self, program: Program, environment: dict[str, str], log: Path) -> None:
        self.program = program
        self.environment = environment | program.environment
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.failures = 0
        self.start_at = 0.0

    def start(self) -> None:
        """Starts the process in a session of its own, so that the terminal's Ctrl-C is ours alone."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.program.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.started = time.monotonic()

    def tend(self) -> str | None:
        """Starts the process again when it has died and waited long enough; says what it did.

        Waits 1, 2, 4 … 30 seconds between starts of a process that keeps dying.
        """
        now = time.monotonic()
        if self.process is None:
            if now < self.start_at:
                return None
            self.start()
            return f"{self.program.name} started again"
        code = self.process.poll()
        if code is None:
            return None
        self.failures = 0 if now - self.started > WELL_AFTER else self.failures + 1
        self.start_at = now + min(LONGEST_WAIT, 2.0 ** max(0, self.failures - 1))
        end_group(self.process.pid)
        self.process = None
        return f"{self.program.name} ended with code {code}: {self.last_words()} (see {self.log})"

    def last_words(self) -> str:
        """The last line of its log: of a traceback, the error."""
        lines = self.log.read_text(errors="replace").split("\n")[-20:]
        return next((line.strip() for line in reversed(lines) if line.strip()), "no word")


def end_group(leader: int) -> None:
    """Kills what is left of a process's session after its leader died."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def stop(children: list[Child], *, seconds: float) -> None:
    """Ends the children, group by group in the order of `stops`, all within `seconds`."""
    deadline = time.monotonic() + seconds
    groups = sorted({child.program.stops for child in children})
    for position, number in enumerate(groups):
        group = [c.process for c in children if c.process and c.program.stops == number]
        for process in group:
            process.terminate()
        # Every group gets an even share of the time that is left.
        share = (deadline - time.monotonic()) / (len(groups) - position)
        give_up = time.monotonic() + share
        for process in group:
            try:
                process.wait(max(0.0, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
            process.wait()
            end_group(process.pid)


def remember(path: Path, children: list[Child]) -> None:
    """Writes down which processes are ours: id and start time, as ids are used again."""
    rows = []
    for child in children:
        if child.process is not None and psutil.pid_exists(child.process.pid):
            born = psutil.Process(child.process.pid).create_time()
            rows.append({"name": child.program.name, "pid": child.process.pid, "born": born})
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(rows))
    draft.replace(path)


def _ours(row: dict[str, object]) -> psutil.Process | None:
    try:
        process = psutil.Process(int(str(row["pid"])))
        same = abs(process.create_time() - float(str(row["born"]))) < 0.01
        return process if same else None
    except (psutil.NoSuchProcess, KeyError, ValueError):
        return None


def end_leftovers(path: Path, *, seconds: float = 8.0) -> list[str]:
    """Ends what an earlier supervisor wrote down and left running; returns the names."""
    try:
        rows = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return []
    found = {process.pid: (row["name"], process) for row in rows if (process := _ours(row))}
    for _, process in found.values():
        process.terminate()
    psutil.wait_procs([process for _, process in found.values()], timeout=seconds)
    for pid in found:
        end_group(pid)
    path.unlink()
    return [name for name, _ in found.values()]
