"""A database of its own for a measurement: made, migrated, and dropped whatever happens."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def throwaway() -> Iterator[str]:
    """Sets DATABASE_URL to a fresh database and gives its address; Django must not be set up yet.

    Needs DATABASE_URL: run it under `python -m hotline.local --test --`.
    """
    if "DATABASE_URL" not in os.environ:
        sys.exit("no DATABASE_URL; run: python -m hotline.local --test -- python bench/…")
    before = os.environ["DATABASE_URL"]
    name = f"bench_{os.getpid()}"
    address = urlunsplit(urlsplit(before)._replace(path=f"/{name}"))
    _run(before, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    os.environ["DATABASE_URL"] = address
    os.environ.setdefault("HOTLINE_DEMO", "1")
    sys.path.insert(0, str(ROOT))
    try:
        yield address
    finally:
        os.environ["DATABASE_URL"] = before
        _run(before, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(address: str, statement: sql.Composed) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def load_average() -> str:
    """How busy the machine was: a measurement beside others says little."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
