"""`make run`: everything on one machine under one process, from nothing to an address."""

import json
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from hotline.local import embedded, prepare, processes
from hotline.local.keeper import NotStarted, lock
from hotline.local.processes import Child
from hotline.local.programs import programs
from hotline.local.state import private_folder, socket_folder, state_folder

# The database stops after the programs, and all of it should take less than ten seconds.
STOP_SECONDS = 6.0
HEALTHY_SECONDS = 60.0

Say = Callable[[str], None]


class AlreadyRunning(RuntimeError):
    """Another supervisor runs on this state folder; the text is its address."""


class PortTaken(RuntimeError):
    """Somebody else listens on the port."""


def address(bind: str, port: int) -> str:
    """What to type into a browser on this machine."""
    host = "127.0.0.1" if bind in {"0.0.0.0", "::", ""} else bind  # noqa: S104
    return f"http://{host}:{port}/"


def check_port(bind: str, port: int) -> None:
    """Raises PortTaken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as taken:
            raise PortTaken(f"{bind}:{port} cannot be used ({taken.strerror}); choose PORT=…") from taken


@contextmanager
def alone(state: Path, url: str) -> Iterator[None]:
    """Holds the supervisor's place on this state folder. Raises AlreadyRunning."""
    note = state / "up.json"
    try:
        held = lock(state / "up.lock", LOCK_EX | LOCK_NB)
    except BlockingIOError as other:
        known = json.loads(note.read_text())["address"] if note.exists() else str(state)
        raise AlreadyRunning(known) from other
    with held:
        note.write_text(json.dumps({"address": url, "pid": os.getpid()}))
        try:
            yield
        finally:
            note.unlink(missing_ok=True)


class Stop:
    """Turns Ctrl-C and SIGTERM into a flag that the loop looks at."""

    def __init__(self) -> None:
        self.wanted = threading.Event()

    def __call__(self, *ignored: object) -> None:
        self.wanted.set()

    def listen(self) -> None:
        """Takes the signals over."""
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, self)


def healthy(url: str) -> bool:
    """Whether every part says that it lives."""
    try:
        with urllib.request.urlopen(f"{url}healthz", timeout=2) as response:  # noqa: S310
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def announce(url: str, say: Say) -> None:
    """Prints where to go and whom to be."""
    say(f"\n  {url}\n")
    for row in prepare.demo_accounts():
        say(f"  {row['username']:<14} {row['password']:<12} {row['roles']:<24} {row['name']}")
    say("\nCtrl-C stops everything.")


def watch(children: list[Child], state: Path, url: str, stop: Stop, say: Say) -> None:
    """Looks after the children until told to stop."""
    announced, started = False, time.monotonic()
    own = embedded.missing()
    while not stop.wanted.wait(0.5):
        news = [word for child in children if (word := child.tend())]
        for word in news:
            say(word)
        if news:
            processes.remember(state / "processes.json", children)
        try:
            embedded.ensure(own, state)
        except NotStarted as failure:
            say(str(failure))
        if not announced and (healthy(url) or time.monotonic() - started > HEALTHY_SECONDS):
            announced = True
            if not healthy(url):
                say(f"not every part is well yet: see {url}healthz and {state / 'logs'}")
            announce(url, say)


def prepare_all(state: Path, say: Say) -> None:
    """Brings tables, static files and the city up to date."""
    call_command("migrate", interactive=False, verbosity=0)
    prepare.collect_static(state / "static.stamp")
    prepare.load_city(say)
    connections.close_all()


def run_programs(state: Path, environment: dict[str, str], *, port: int, bind: str, say: Say) -> None:
    """Starts the programs, watches them, and ends them when told to stop."""
    stop = Stop()
    stop.listen()
    sockets = private_folder(socket_folder(state))
    logs = private_folder(state / "logs")
    environment = environment | {"HOTLINE_BEHIND_PROXY": "1"}
    rows = programs(state=state, sockets=sockets, static=settings.STATIC_ROOT, port=port, bind=bind)
    children = [Child(program, environment, logs / f"{program.name}.log") for program in rows]
    try:
        for child in children:
            child.start()
        processes.remember(state / "processes.json", children)
        watch(children, state, address(bind, port), stop, say)
    finally:
        say("stopping")
        processes.stop(children, seconds=STOP_SECONDS)
        (state / "processes.json").unlink(missing_ok=True)


def up(*, port: int, bind: str, say: Say) -> None:
    """Runs the platform until SIGINT or SIGTERM. Raises AlreadyRunning, PortTaken, NotStarted.

    KeyboardInterrupt passes through when it comes before the programs run.
    """
    state = private_folder(state_folder())
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with alone(state, address(bind, port)):
        for name in processes.end_leftovers(state / "processes.json"):
            say(f"ended {name}, left over from an earlier run")
        check_port(bind, port)
        with embedded.running(state) as environment:
            prepare_all(state, say)
            run_programs(state, environment, port=port, bind=bind, say=say)
