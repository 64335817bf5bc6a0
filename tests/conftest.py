"""What every test may ask for: a small city, and a client signed in as one of its people."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client

from dispatch.actions import route
from intake import actions as intake
from tests import city as small
from tickets.models import Ticket


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """One database per helper and worker, so that runs side by side do not meet."""
    suffixes = [os.environ.get("PYTEST_DB_SUFFIX", "")]
    worker = getattr(request.config, "workerinput", None)
    suffixes.append(worker["workerid"] if worker else "")
    suffix = "_".join(part for part in suffixes if part)
    settings = connection.settings_dict
    settings["TEST"]["NAME"] = f"test_hotline_{suffix}" if suffix else "test_hotline"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test that needs real commits empty the tables after itself; a test of the guard restores it."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("tickets_event", "tickets_daydigest", "intake_look"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only_truncate")
        cursor.execute("ALTER TABLE scoring_scoreline DISABLE TRIGGER ledger_truncate")
    yield


@pytest.fixture
def city(db: None) -> Iterator[small.City]:
    """A small city with its people, catalogue and numbers."""
    yield small.build()
    small.forget()


@pytest.fixture
def client_of(city: small.City) -> Callable[[str], Client]:
    """A client signed in as the person with this name in the city."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(city.people[name])
        return client

    return signed_in


@pytest.fixture
def pending(city: small.City) -> Ticket:
    """A request that waits for dispatch."""
    return intake.file(city.request(), by=city.agent, at=small.NOON)


@pytest.fixture
def dispatched(pending: Ticket) -> Ticket:
    """The same, dispatched by the catalogue: the heating company leads, the street helps."""
    assert route(pending, small.NOON)
    return pending
