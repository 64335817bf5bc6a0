"""Requests through the door: tickets created and dispatched per second by POST /api/requests/, and the floor.

    python -m hotline.local -- python bench/intake.py [--tickets 200]

Real gunicorn as `make run` starts it, a throw-away database with the Beijing pack, an agent's token.
The floor, in the same run on the same database: a bare psycopg2 loop of two inserts and a commit.
"""

import argparse
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from urllib.parse import urlsplit

import psutil
import psycopg2
from _throwaway import ROOT, load_average, throwaway

sys.path.insert(0, str(ROOT))
from hotline.local.programs import WEB_PROCESSES, WEB_THREADS

CLIENTS = (1, 8)
WARM_UP = 20
READY_SECONDS = 60
SETUP = """
from rest_framework.authtoken.models import Token
from units.models import User
print("token", Token.objects.get_or_create(user=User.objects.get(username="agent"))[0].key)
"""
#: One request like the others, in a process of its own, with its statements counted.
COUNT = """
import json, sys
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
client, headers = Client(SERVER_NAME="127.0.0.1"), {{"Authorization": "Token {token}"}}
for body in {bodies}:
    with CaptureQueriesContext(connection) as seen:
        answer = client.post("/api/requests/", json.dumps(body), "application/json", headers=headers)
print("statements", len(seen), "status", answer.status_code)
"""
FLOOR = (
    "CREATE TABLE IF NOT EXISTS floor_order (id bigserial PRIMARY KEY, number text UNIQUE, content text)",
    "CREATE TABLE IF NOT EXISTS floor_event (id bigserial PRIMARY KEY, number text, kind text)",
)


def manage(*arguments: str, script: str = "") -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, input=script, text=True, check=True, capture_output=True).stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def gunicorn(port: int) -> Iterator[psutil.Process]:
    """The web program of `make run`, on a port instead of a socket."""
    command = [sys.executable, "-m", "gunicorn", "--workers", str(WEB_PROCESSES), "--worker-class", "gthread"]
    command += ["--threads", str(WEB_THREADS), "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    command += ["--log-level", "warning", "hotline.wsgi:application"]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(port)
        yield psutil.Process(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


def wait_for(port: int) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("gunicorn did not come up")


def bodies() -> Iterator[dict[str, str]]:
    """Invented requests over the pack's leaves and communities, without end."""
    lines = (ROOT / "packs" / "beijing" / "categories.csv").read_text(encoding="utf-8").splitlines()
    leaves = [line.split(",")[0] for line in lines if re.match(r"\d{6},", line)]
    lines = (ROOT / "packs" / "beijing" / "places.csv").read_text(encoding="utf-8").splitlines()
    places = [line.split(",")[0] for line in lines if re.match(r"\d{12},", line)]
    for number, (leaf, place) in enumerate(zip(cycle(leaves), cycle(places[::7]), strict=False)):
        yield {
            "kind": "complaint",
            "content": f"示例诉求{number}：路口设施损坏，影响出行，请核实处理。",
            "category": leaf,
            "place": place,
            "phone": f"199{number % 10**8:08d}",
            "client_key": f"bench-{os.getpid()}-{number}",
        }


def send(port: int, token: str, requests: list[dict[str, str]]) -> int:
    """Posts them one after another over one connection; returns how many became dispatched tickets."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    done = 0
    for body in requests:
        connection.request("POST", "/api/requests/", json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 201:
            sys.exit(f"POST /api/requests/ answered {answer.status}: {text[:300]!r}")
        done += json.loads(text)["state"] == "dispatched"
    connection.close()
    return done


def cpu_of(server: psutil.Process) -> float:
    """CPU seconds of gunicorn and its workers so far."""
    family = [server, *server.children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in family)


def cpu_of_sessions(address: str) -> float:
    """CPU seconds of PostgreSQL's processes that serve this database; 0 where it runs elsewhere."""
    name = f" {urlsplit(address).path[1:]} "
    titles = (
        (process, " ".join(process.info["cmdline"] or ())) for process in psutil.process_iter(["cmdline"])
    )
    return sum(
        sum(process.cpu_times()[:2])
        for process, title in titles
        if title.startswith("postgres:") and name in title
    )


def floor(address: str, requests: list[dict[str, str]]) -> None:
    """The same rows by the bare driver: two inserts and a commit each."""
    connection = psycopg2.connect(address)
    with connection.cursor() as cursor:
        for body in requests:
            number, content = body["client_key"], body["content"]
            cursor.execute("INSERT INTO floor_order (number, content) VALUES (%s, %s)", (number, content))
            cursor.execute("INSERT INTO floor_event (number, kind) VALUES (%s, 'receive')", (number,))
            connection.commit()
    connection.close()


def parts(requests: list[dict[str, str]], clients: int) -> list[list[dict[str, str]]]:
    return [requests[number::clients] for number in range(clients)]


def measure(address: str, tickets: int) -> None:
    manage("migrate", "-v0")
    manage("load_city", "packs/beijing", "--demo", "-v0")
    token = manage("shell", "-v0", script=SETUP).split("token ")[1].split()[0]
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        for statement in FLOOR:
            cursor.execute(statement)
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        print("PostgreSQL: fsync {}, synchronous_commit {}".format(*cursor.fetchone()))
    requests, port = bodies(), free_port()
    script = COUNT.format(token=token, bodies=list(islice(requests, 3)))
    print(f"one ticket, third in its process: {manage('shell', '-v0', script=script).strip()}")
    with gunicorn(port) as server:
        send(port, token, list(islice(requests, WARM_UP)))
        for clients in CLIENTS:
            batch = list(islice(requests, tickets))
            began, cpu, ours = time.perf_counter(), cpu_of(server), time.process_time()
            sessions = cpu_of_sessions(address)
            with ThreadPoolExecutor(clients) as pool:
                done = sum(pool.map(lambda part: send(port, token, part), parts(batch, clients)))
            rate = tickets / (time.perf_counter() - began)
            cpu = 1000 * (cpu_of(server) - cpu) / tickets
            sessions = 1000 * (cpu_of_sessions(address) - sessions) / tickets
            ours = 1000 * (time.process_time() - ours) / tickets
            began = time.perf_counter()
            with ThreadPoolExecutor(clients) as pool:
                list(pool.map(lambda part: floor(address, part), parts(batch, clients)))
            bare = tickets / (time.perf_counter() - began)
            print(
                f"{clients} client(s): {rate:.0f} tickets/s, {done} of {tickets} dispatched, CPU each:"
                f" web {cpu:.1f} ms, PostgreSQL {sessions:.1f} ms, client {ours:.1f} ms;"
                f" floor {bare:.0f}/s, ratio {bare / rate:.1f} ({load_average()})"
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickets", type=int, default=200, help="for each number of clients, at most 20 000")
    options = parser.parse_args()
    with throwaway() as address:
        measure(address, max(1, min(options.tickets, 20_000)))


if __name__ == "__main__":
    main()
