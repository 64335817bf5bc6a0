"""What goes on while Redis is away: the pages do, as sessions live in the database."""

import pytest
from django.core.cache import cache, caches
from django.test import Client
from pytest_django import Settings
from redis.exceptions import ConnectionError

from units.models import User


@pytest.fixture
def boss(db: None) -> User:
    """Somebody who may open the admin pages."""
    return User.objects.create_superuser("boss", password="a long one 12345")


@pytest.fixture
def no_redis(settings: Settings, boss: User) -> Client:
    """A client signed in before Redis went away."""
    client = Client()
    client.force_login(boss)
    settings.CACHES = {
        alias: cache_settings | {"LOCATION": "unix:///nowhere/redis.sock"}
        for alias, cache_settings in settings.CACHES.items()
    }
    return client


def test_who_is_signed_in_goes_on_working(no_redis: Client) -> None:
    assert no_redis.get("/admin/").status_code == 200


def test_signing_in_and_out_still_works(no_redis: Client) -> None:
    client = Client()
    signed = client.post("/login/", {"username": "boss", "password": "a long one 12345"})
    assert (signed.status_code, signed["Location"]) == (302, "/")
    assert client.get("/admin/").status_code == 200
    assert client.post("/logout/").status_code == 302
    assert client.get("/admin/").status_code == 302


def test_a_count_of_tries_is_not_taken_for_kept(no_redis: Client) -> None:
    with pytest.raises(ConnectionError):
        cache.add("tries:somebody", 0)


def test_a_forgiving_cache_is_a_cache_while_redis_is_there() -> None:
    sessions = caches["sessions"]
    sessions.set("word", "话", 5)
    assert (sessions.get("word"), sessions.has_key("word")) == ("话", True)
    assert sessions.delete("word") is True
    assert sessions.get("word", "none") == "none"
