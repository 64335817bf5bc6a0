"""`manage.py up` as a person starts it: real processes on a free port in a state folder of its own."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import psutil
import pytest

from hotline.local.state import PROJECT
from tests.hotline.conftest import Place, family, gone

pytestmark = pytest.mark.slow

PARTS = ["gunicorn", "uvicorn", "worker", "beat", "caddy", "postgres", "redis-server"]
# Seconds. A calm machine needs a tenth of them; one that runs other tests beside may need them all.
STARTING = 240.0
ENDING = 30.0


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(place: Place, port: int) -> subprocess.Popen[str]:
    """`make run` without make."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(port)],
        env=place.environment,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body; (0, reason) where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()
    except OSError as nobody:
        return 0, str(nobody)


def within(seconds: float, true: Callable[[], bool]) -> bool:
    """Whether something becomes true in time."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if true():
            return True
        time.sleep(0.2)
    return False


def well(port: int) -> bool:
    """Whether every part lives."""
    return get(port, "/healthz")[0] == 200


def named(processes: list[psutil.Process], word: str) -> list[psutil.Process]:
    """Those with `word` in their command line."""
    return [process for process in processes if any(word in part for part in process.cmdline())]


def test_the_platform_starts_heals_survives_a_kill_and_stops(place: Place) -> None:
    port = free_port()
    first = start(place, port)
    assert within(STARTING, lambda: well(port))
    everything = family(psutil.Process(first.pid))
    assert [part for part in PARTS if not named(everything, part)] == []
    assert json.loads(get(port, "/healthz")[1])["ok"] is True

    # Files come from the disk by their hashed names; streams know no strangers.
    manifest = json.loads((place.state / "static" / "staticfiles.json").read_text())
    status, body = get(port, "/static/" + manifest["paths"]["admin/css/base.css"])
    assert (status, "DJANGO Admin" in body) == (200, True)
    assert get(port, "/events/") == (204, "")

    # A second one gives way.
    second = start(place, port)
    assert second.communicate(timeout=STARTING)[0].strip() == f"already running: http://127.0.0.1:{port}/"
    assert second.returncode == 0

    # What dies comes back.
    web = named(everything, "gunicorn")
    for process in web:
        process.kill()
    assert gone(web, seconds=10)
    assert within(STARTING, lambda: well(port))

    # Killed, it leaves nothing behind.
    everything = family(psutil.Process(first.pid))
    first.kill()
    first.communicate()
    assert gone(everything, seconds=ENDING)

    # The next start finds everything in place; Ctrl-C ends it, whoever is still connected.
    again = start(place, port)
    assert within(STARTING, lambda: well(port))
    everything = family(psutil.Process(again.pid))
    with socket.create_connection(("127.0.0.1", port)) as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        again.send_signal(signal.SIGINT)
        said = again.communicate(timeout=ENDING)[0]
    assert again.returncode == 0
    assert gone(everything, seconds=1)
    assert said.strip().endswith("stopping")


def test_a_taken_port_is_said_before_anything_starts(place: Place) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = start(place, port)
        said = refused.communicate(timeout=STARTING)[0]
    assert refused.returncode == 1
    assert f"127.0.0.1:{port} cannot be used" in said
    assert not (place.state / "services").exists()
