"""Keeps one embedded server alive as long as somebody uses it.

Three locks in the service's folder, all flock(2), so that the kernel lets go of them whatever
way a process ends:

    start.lock   held for the moment of joining, so that two first users do not both start
    users.lock   shared by every user; the keeper waits to have it alone, then stops the server
    keeper.lock  held by the keeper while it lives

The keeper is a process of its own. Its server gets a signal from the kernel when the keeper
dies, and the keeper notices when its users do: nothing is left behind after a kill -9.
"""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hotline.local.state import PROJECT

START_SECONDS = 60
STOP_SECONDS = 10
# The keeper takes its lock within milliseconds; who finds it shared this often has company.
SHARED_LOOKS = 6
PR_SET_PDEATHSIG = 1


class NotStarted(RuntimeError):
    """The server did not come up; the text says which, and what its log ended with."""


def die_with_parent(how: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `how` to the child when its parent dies. Linux only."""
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def arrange() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)

    return arrange


def lock(path: Path, how: int) -> IO[str]:
    """Opens and locks; closing the file unlocks. Raises BlockingIOError with LOCK_NB."""
    file = path.open("a")
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        file.close()
        raise
    return file


def is_kept(folder: Path) -> bool:
    """Whether a keeper lives in this service folder."""
    try:
        lock(folder / "keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB).close()
    except BlockingIOError:
        return True
    return False


def _tail(path: Path) -> str:
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-15:])


def _launch(service: str, state: Path, folder: Path, test: bool) -> None:
    """Starts the keeper detached and waits for its word that the server answers."""
    reading, writing = os.pipe()
    log = folder / "keeper.log"
    command = [sys.executable, "-m", "hotline.local.keep", service, str(state), str(writing)]
    with log.open("a") as out:
        subprocess.Popen(
            command + (["--test"] if test else []),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            pass_fds=[writing],
            start_new_session=True,
        )
    os.close(writing)
    with os.fdopen(reading) as said:
        word = said.read()  # ends when the keeper closes its side, or dies
    if word != "ready":
        raise NotStarted(f"{service} did not start; {log} ends with:\n{_tail(log)}")


def ensure(service: str, state: Path, folder: Path, test: bool) -> None:
    """Starts a keeper if none lives. The caller must hold users.lock. Raises NotStarted."""
    with lock(folder / "start.lock", fcntl.LOCK_EX):
        if not is_kept(folder):
            _launch(service, state, folder, test)


@contextmanager
def using(service: str, state: Path, folder: Path, *, test: bool = False) -> Iterator[None]:
    """The server runs inside this block; started if nobody did, stopped after its last user."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with lock(folder / "users.lock", fcntl.LOCK_SH):
            ensure(service, state, folder, test)
            yield
    finally:
        wait_until_settled(folder)


def wait_until_settled(folder: Path) -> None:
    """After leaving: returns once the server has stopped, or others are found to use it."""
    shared = 0
    give_up = time.monotonic() + STOP_SECONDS
    while shared < SHARED_LOOKS and time.monotonic() < give_up and is_kept(folder):
        try:
            lock(folder / "users.lock", fcntl.LOCK_SH | fcntl.LOCK_NB).close()
            shared += 1  # not yet the keeper's alone
        except BlockingIOError:
            shared = 0  # the keeper has it and is stopping the server
        time.sleep(0.05)


class Server:
    """One server process: how to prepare, start, ask and stop it."""

    name = ""
    stop_signal = signal.SIGTERM

    def command(self) -> list[str]:
        """Prepares what the server needs and returns its command line."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it takes requests."""
        raise NotImplementedError

    def user(self) -> str | None:
        """The system user it runs as; None for our own."""
        return None

    def start(self) -> subprocess.Popen[bytes]:
        """Returns once it answers. Raises NotStarted."""
        process = subprocess.Popen(
            self.command(),
            stdin=subprocess.DEVNULL,
            cwd="/",
            user=self.user(),
            extra_groups=[] if self.user() else None,
            start_new_session=True,
            preexec_fn=die_with_parent(self.stop_signal),
        )
        give_up = time.monotonic() + START_SECONDS
        while not self.answers():
            if process.poll() is not None or time.monotonic() > give_up:
                process.kill()
                raise NotStarted(self.name)
            time.sleep(0.05)
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Asks it to stop, and insists after ten seconds."""
        process.send_signal(self.stop_signal)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def keep(server: Server, folder: Path, ready: int) -> None:
    """The keeper's life: start, say so, restart what dies, stop when the last user is gone."""
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)  # it ends with its users, not before them
    with lock(folder / "keeper.lock", fcntl.LOCK_EX):
        process = server.start()
        os.write(ready, b"ready")
        os.close(ready)
        unused = threading.Event()
        held: list[IO[str]] = []

        def wait_for_users() -> None:
            held.append(lock(folder / "users.lock", fcntl.LOCK_EX))
            unused.set()

        threading.Thread(target=wait_for_users, daemon=True).start()
        while not unused.wait(1):
            if process.poll() is not None:
                process = server.start()
        server.stop(process)
    # keeper.lock goes first: who gets users.lock after us must see that nobody keeps.
    held[0].close()
