"""The vault: nothing readable in the database, found by a blind index, keys that change."""

from collections.abc import Iterator
from io import StringIO

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from intake import actions, vault
from intake.actions import filing
from intake.models import Caller, Case
from tests.city import NOON, City

PHONE = "13800002046"


@pytest.fixture
def ring(settings: Settings) -> Iterator[Settings]:
    """A ring of one key that a test may change."""
    settings.HOTLINE_VAULT_KEYS = [Fernet.generate_key().decode()]
    vault.forget_keys()
    yield settings
    vault.forget_keys()


def columns() -> list[str]:
    """Everything the vault's tables hold, as the database holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM intake_caller c UNION ALL SELECT k::text FROM intake_case k")
        return [row for (row,) in cursor.fetchall()]


def test_the_database_holds_neither_number_nor_name_nor_door(city: City) -> None:
    ticket = actions.file(city.request(address="2单元601"), by=city.agent, at=NOON)
    held = "".join(columns())
    for secret in (PHONE, "2046", "王女士", "2单元601"):
        assert secret not in held
    case = Case.objects.get(ticket=ticket)
    assert (case.caller.phone, case.caller.name, case.address) == (PHONE, "王女士", "2单元601")


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert vault.seal(PHONE) != vault.seal(PHONE)
    assert vault.unseal(vault.seal(PHONE)) == PHONE
    assert vault.seal("") == vault.unseal("") == ""


def test_a_number_is_found_again_by_its_index_alone(city: City) -> None:
    actions.take_call("138 0000 2046", by=city.agent, at=NOON)
    actions.take_call("+8613800002046", by=city.other_agent, at=NOON)
    assert Caller.objects.count() == 1
    assert Caller.objects.with_phone(PHONE).get().phone == PHONE
    assert not Caller.objects.with_phone("13800002047").exists()


def test_the_index_hangs_on_its_key(settings: Settings) -> None:
    before = vault.blind_index(PHONE)
    settings.HOTLINE_INDEX_KEY = "another key"
    assert vault.blind_index(PHONE) != before
    assert len(before) == 64


def test_after_a_rotation_the_old_key_can_be_withdrawn(city: City, ring: Settings) -> None:
    (old,) = ring.HOTLINE_VAULT_KEYS
    ticket = actions.file(city.request(address="2单元601"), by=city.agent, at=NOON)
    new = Fernet.generate_key().decode()
    ring.HOTLINE_VAULT_KEYS = [new, old]
    vault.forget_keys()
    told = StringIO()
    call_command("rotate_vault", stdout=told)
    assert told.getvalue() == "Caller: 1 re-encrypted\nCase: 1 re-encrypted\n"
    ring.HOTLINE_VAULT_KEYS = [new]
    vault.forget_keys()
    case = Case.objects.get(ticket=ticket)
    assert (case.caller.phone, case.caller.name, case.address) == (PHONE, "王女士", "2单元601")


def test_a_second_rotation_writes_nothing(city: City, ring: Settings) -> None:
    ring.HOTLINE_VAULT_KEYS = [Fernet.generate_key().decode(), *ring.HOTLINE_VAULT_KEYS]
    actions.file(city.request(), by=city.agent, at=NOON)
    vault.forget_keys()
    call_command("rotate_vault", stdout=StringIO())
    before = columns()
    told = StringIO()
    call_command("rotate_vault", stdout=told)
    assert told.getvalue() == "Caller: 0 re-encrypted\nCase: 0 re-encrypted\n"
    assert columns() == before


def test_a_rotation_that_was_cut_off_goes_on_where_it_stopped(
    city: City, ring: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for digit in range(5):
        actions.take_call(f"1380000000{digit}", by=city.agent, at=NOON)
    ring.HOTLINE_VAULT_KEYS = [Fernet.generate_key().decode(), *ring.HOTLINE_VAULT_KEYS]
    vault.forget_keys()
    monkeypatch.setattr(filing, "ROTATED_AT_ONCE", 2)
    assert actions.reseal(Caller, 0)[1] == 2
    told = StringIO()
    call_command("rotate_vault", stdout=told)
    assert told.getvalue() == "Caller: 3 re-encrypted\nCase: 0 re-encrypted\n"


def test_without_its_key_nothing_can_be_read(city: City, ring: Settings) -> None:
    actions.take_call(PHONE, by=city.agent, at=NOON)
    ring.HOTLINE_VAULT_KEYS = [Fernet.generate_key().decode()]
    vault.forget_keys()
    with pytest.raises(InvalidToken):
        Caller.objects.get()
