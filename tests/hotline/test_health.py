"""GET /healthz, asked with real keys in the real Redis."""

from collections.abc import Iterator

import pytest
from django.db import connections
from django.db.utils import ConnectionHandler
from django.test import Client
from pytest_django import Settings

from hotline import pulse
from hotline.health import database_alive


@pytest.fixture(autouse=True)
def no_life(settings: Settings) -> Iterator[None]:
    """Nobody has shown life before the test, nor after it."""
    keys = [pulse.key("worker"), pulse.key("beat")]
    pulse.client.cache_clear()
    pulse.client().delete(*keys)
    real = settings.REDIS_URL
    yield
    settings.REDIS_URL = real
    pulse.client.cache_clear()
    pulse.client().delete(*keys)


@pytest.mark.django_db
def test_all_parts_alive_answer_200(client: Client) -> None:
    pulse.beat("worker")
    pulse.beat("beat")
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "redis": True, "worker": True, "beat": True, "ok": True}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_silent_worker_answers_503(client: Client) -> None:
    pulse.beat("beat")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "redis": True, "worker": False, "beat": True, "ok": False}


@pytest.mark.django_db
def test_a_silent_beat_answers_503(client: Client) -> None:
    pulse.beat("worker")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "redis": True, "worker": True, "beat": False, "ok": False}


@pytest.mark.django_db
def test_without_redis_nobody_shows_life(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    pulse.client.cache_clear()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "redis": False, "worker": False, "beat": False, "ok": False}


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_not_alive() -> None:
    known = connections["default"].settings_dict
    nowhere = {**known, "HOST": "/nowhere", "NAME": "nobody"}
    assert database_alive(ConnectionHandler({"default": nowhere})["default"]) is False


def test_a_sign_of_life_expires() -> None:
    pulse.beat("worker")
    assert pulse.alive("worker", "beat") == [True, False]
    assert 0 < pulse.client().ttl(pulse.key("worker")) <= pulse.LIFETIME


@pytest.mark.django_db
def test_healthz_takes_no_post(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
