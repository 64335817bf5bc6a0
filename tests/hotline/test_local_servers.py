"""`python -m hotline.local -- CMD`: servers that start with their first user and stop with the last."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from hotline.local.embedded import folder
from hotline.local.keeper import is_kept
from hotline.local.state import PROJECT, data_folder
from tests.hotline.conftest import Place, family, gone

pytestmark = pytest.mark.slow

LOCAL = [sys.executable, "-m", "hotline.local", "--"]
# Prints when the server was born, then waits for a line.
POSTGRESQL = """
import os, sys, psycopg2
with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT pg_postmaster_start_time()::text")
    print(cursor.fetchone()[0], flush=True)
sys.stdin.readline()
"""
REDIS = """
import os, sys, redis
print(redis.Redis.from_url(os.environ["REDIS_URL"]).info()["run_id"], flush=True)
sys.stdin.readline()
"""


def using(place: Place, script: str, **more: str) -> subprocess.Popen[str]:
    """Runs a script beside the servers; the ones it does not need are named, so that none starts."""
    return subprocess.Popen(
        [*LOCAL, sys.executable, "-c", script],
        env=place.environment | more,
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def no_database(place: Place) -> subprocess.Popen[str]:
    """A user of Redis alone."""
    return using(place, REDIS, DATABASE_URL="postgresql://nobody@nowhere/none")


def first_line(process: subprocess.Popen[str]) -> str:
    """What the script prints first."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def leave(process: subprocess.Popen[str]) -> int:
    """Lets the script end."""
    process.communicate("\n", timeout=30)
    return process.returncode


def test_a_second_user_joins_and_the_last_one_stops_the_server(place: Place) -> None:
    first = no_database(place)
    born = first_line(first)
    second = no_database(place)
    assert first_line(second) == born
    assert leave(first) == 0
    assert is_kept(folder("redis", place.state))
    third = no_database(place)
    assert first_line(third) == born
    assert leave(second) == 0
    assert leave(third) == 0
    assert not is_kept(folder("redis", place.state))


def test_users_who_come_first_at_once_share_one_server(place: Place) -> None:
    users = [no_database(place) for _ in range(3)]
    assert len({first_line(user) for user in users}) == 1
    assert [leave(user) for user in users] == [0, 0, 0]


def test_a_server_ends_when_its_only_user_is_killed(place: Place) -> None:
    user = using(place, POSTGRESQL)
    assert first_line(user)
    all_of_them = family(psutil.Process(user.pid))
    assert {"postgres", "redis-server"} <= {process.name() for process in all_of_them}
    script = [process for process in all_of_them if process.cmdline()[1:2] == ["-c"]]
    for process in [*script, psutil.Process(user.pid)]:
        process.kill()
    user.wait()
    assert gone(all_of_them, seconds=15)


def test_after_the_keeper_is_killed_the_next_user_gets_a_server(place: Place) -> None:
    user = using(place, POSTGRESQL)
    born = first_line(user)
    keepers = [p for p in family(psutil.Process(user.pid)) if "hotline.local.keep" in p.cmdline()]
    assert len(keepers) == 2
    for keeper in keepers:
        keeper.kill()
    following = using(place, POSTGRESQL)
    assert first_line(following) > born
    assert leave(following) == 0
    assert leave(user) == 0


def test_after_the_server_itself_is_killed_the_keeper_brings_it_back(place: Place) -> None:
    user = no_database(place)
    born = first_line(user)
    for process in family(psutil.Process(user.pid)):
        if process.name() == "redis-server":
            process.kill()
    time.sleep(2.5)
    following = no_database(place)
    again = first_line(following)
    assert again
    assert again != born
    assert leave(following) == 0
    assert leave(user) == 0


def test_data_stays_from_one_user_to_the_next(place: Place) -> None:
    run = {"env": place.environment, "cwd": PROJECT, "check": True, "capture_output": True, "text": True}
    sql = """
import os, psycopg2
with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
    cursor.execute({!r})
    print(cursor.fetchone())
"""
    make = sql.format("CREATE TABLE kept AS SELECT '还在' AS word; SELECT count(*) FROM kept")
    subprocess.run([*LOCAL, sys.executable, "-c", make], **run)
    read = subprocess.run([*LOCAL, sys.executable, "-c", sql.format("SELECT word FROM kept")], **run)
    assert read.stdout == "('还在',)\n"


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)])
def test_the_commands_exit_code_is_ours(place: Place, script: str, code: int) -> None:
    named = {"DATABASE_URL": "postgresql://nobody@nowhere/none", "REDIS_URL": "redis://nowhere"}
    done = subprocess.run(
        [*LOCAL, "sh", "-c", script], env=place.environment | named, cwd=PROJECT, check=False
    )
    assert done.returncode == code


def test_an_interrupt_is_left_to_the_command(place: Place) -> None:
    named = {"DATABASE_URL": "postgresql://nobody@nowhere/none", "REDIS_URL": "redis://nowhere"}
    waiting = subprocess.Popen(
        [*LOCAL, "sh", "-c", "trap 'exit 5' INT; echo ready; while :; do sleep 0.1; done"],
        env=place.environment | named,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert first_line(waiting) == "ready"
    os.killpg(waiting.pid, signal.SIGINT)
    waiting.communicate(timeout=10)
    assert waiting.returncode == 5


def test_data_that_other_secrets_made_is_put_aside_and_kept(place: Place) -> None:
    first = using(place, POSTGRESQL)
    assert first_line(first)
    assert leave(first) == 0
    data = data_folder(place.state)
    made_by = (data / "postgresql" / "hotline.owner").read_text()
    (place.state / "secrets.env").unlink()
    second = using(place, POSTGRESQL)
    assert first_line(second)
    assert leave(second) == 0
    aside = list(data.glob("postgresql.aside-*"))
    assert [(path / "hotline.owner").read_text() for path in aside] == [made_by]
    assert (data / "postgresql" / "hotline.owner").read_text() != made_by
