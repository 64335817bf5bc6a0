"""Where the local platform keeps things, and the secrets it makes."""

import os
import stat
import threading
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from hotline.local import keys
from hotline.local.state import (
    LONGEST_SOCKET_FOLDER,
    PROJECT,
    data_folder,
    database_url,
    private_folder,
    redis_url,
    socket_folder,
    state_folder,
)


def test_the_state_folder_is_dot_local_unless_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HOTLINE_STATE", raising=False)
    assert state_folder() == PROJECT / ".local"
    monkeypatch.setenv("HOTLINE_STATE", str(tmp_path / "elsewhere"))
    assert state_folder() == tmp_path / "elsewhere"


def test_data_lies_in_the_state_folder_for_a_user_and_outside_any_home_for_root() -> None:
    state = Path("/home", "somebody", "hotline", ".local")
    assert data_folder(state, as_root=False) == state
    assert data_folder(state, as_root=True) == Path("/var/lib/hotline/c0d197f2e0")


def test_two_clones_never_share_data() -> None:
    one, other = Path("/srv/a/.local"), Path("/srv/b/.local")
    assert data_folder(one, as_root=True) != data_folder(other, as_root=True)


def test_sockets_lie_beside_the_data_while_the_path_is_short() -> None:
    assert socket_folder(Path("/srv/hotline/.local")) == Path("/srv/hotline/.local/run")


def test_a_path_too_long_for_a_socket_falls_back_to_the_temporary_folder() -> None:
    deep = Path("/srv") / ("x" * LONGEST_SOCKET_FOLDER) / ".local"
    found = socket_folder(deep)
    assert found.name.startswith(f"hotline-{os.geteuid()}-")
    assert len(f"{found}/.s.PGSQL.5432.lock") <= 107
    assert socket_folder(deep) == found


def test_a_folder_name_of_chinese_characters_counts_its_bytes() -> None:
    assert socket_folder(Path("/srv") / ("市" * 30)) != Path("/srv") / ("市" * 30) / "run"


def test_addresses_keep_a_path_that_needs_quoting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert database_url(Path("/srv/My City")) == "postgresql://hotline@/hotline?host=/srv/My%20City/run"
    assert redis_url(Path("/srv/My City")) == "unix:///srv/My City/run/redis.sock"


def test_a_private_folder_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o777)
    private_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_put_there_by_somebody_else_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "theirs"
    target.mkdir()
    link = tmp_path / "link"
    link.symlink_to(target)
    before = stat.S_IMODE(target.stat().st_mode)
    with pytest.raises(PermissionError):
        private_folder(link)
    assert stat.S_IMODE(target.stat().st_mode) == before


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = keys.load(tmp_path / "state")
    assert set(first) == {"HOTLINE_SECRET_KEY", "HOTLINE_VAULT_KEYS", "HOTLINE_INDEX_KEY"}
    assert keys.load(tmp_path / "state") == first
    assert stat.S_IMODE((tmp_path / "state" / "secrets.env").stat().st_mode) == 0o600
    vault = Fernet(first["HOTLINE_VAULT_KEYS"])
    assert vault.decrypt(vault.encrypt("市".encode())).decode() == "市"


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    one, other = keys.load(tmp_path / "one"), keys.load(tmp_path / "other")
    assert not set(one.values()) & set(other.values())


def test_processes_that_come_first_at_once_agree_on_the_secrets(tmp_path: Path) -> None:
    found: list[dict[str, str]] = []
    start = threading.Barrier(8)

    def come() -> None:
        start.wait()
        found.append(keys.load(tmp_path))

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(one == found[0] for one in found)
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.env"]
