"""PostgreSQL and Redis for a block of code: the ones the environment names, else our own."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hotline.local import keeper, keys
from hotline.local.state import PROJECT, database_url, private_folder, redis_url

VARIABLES = {"postgresql": "DATABASE_URL", "redis": "REDIS_URL"}
ADDRESSES = {"postgresql": database_url, "redis": redis_url}


def folder(service: str, state: Path) -> Path:
    """Where the locks and the keeper's log of a service lie."""
    return state / "services" / service


def missing() -> list[str]:
    """The services that the environment does not name."""
    return [service for service, variable in VARIABLES.items() if not os.environ.get(variable)]


def ensure(services: list[str], state: Path, *, test: bool = False) -> None:
    """Restarts a keeper that was killed. For a process inside `running`. Raises NotStarted."""
    for service in services:
        keeper.ensure(service, state, folder(service, state), test)


@contextmanager
def running(state: Path, *, test: bool = False) -> Iterator[dict[str, str]]:
    """Yields the environment for child processes: addresses, secrets, state folder.

    Raises keeper.NotStarted.
    """
    private_folder(state)
    environment = {**os.environ, "HOTLINE_STATE": str(state)}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
    if not os.environ.get("DATABASE_URL"):
        environment["HOTLINE_LOCAL"] = "1"
        environment = {**keys.load(state), **environment}
    with ExitStack() as stack:
        for service in missing():
            stack.enter_context(keeper.using(service, state, folder(service, state), test=test))
            environment[VARIABLES[service]] = ADDRESSES[service](state)
        yield environment
