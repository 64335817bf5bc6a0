"""Where the local platform keeps what it makes: data, secrets, logs, sockets.

Everything lies in one state folder: `HOTLINE_STATE`, else `.local/` in the project. Two things
cannot always lie there: root's servers run as another user, who may not enter root's home, and
the kernel takes no socket path longer than about 100 characters.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

PROJECT = Path(__file__).resolve().parents[2]
ROOT_DATA = Path("/var/lib/hotline")
# sun_path holds 108 bytes; PostgreSQL appends "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 85


def state_folder() -> Path:
    """The state folder of this process; not necessarily there yet."""
    given = os.environ.get("HOTLINE_STATE")
    return Path(given).expanduser().resolve() if given else PROJECT / ".local"


def short_hash(path: Path) -> str:
    """Ten characters that stand for a path, so that two clones never share data."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:10]


def data_folder(state: Path, *, as_root: bool | None = None) -> Path:
    """Where the servers' data of `state` lies: inside it, or for root under /var/lib/hotline."""
    if as_root is None:
        as_root = os.geteuid() == 0
    return ROOT_DATA / short_hash(state) if as_root else state


def socket_folder(data: Path) -> Path:
    """Where sockets lie: beside the data, or in the temporary folder when that path is too long."""
    folder = data / "run"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    return Path(tempfile.gettempdir()) / f"hotline-{os.geteuid()}-{short_hash(data)}"


def private_folder(path: Path, *, uid: int | None = None, gid: int = -1) -> Path:
    """Makes `path` a folder that only its owner (`uid`, default: this process) may enter.

    Raises PermissionError when it is there already and belongs to somebody else: in a shared
    temporary folder that would be an attempt to stand between us and our servers.
    """
    owner = os.geteuid() if uid is None else uid
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if found.st_uid not in (owner, os.geteuid()) or path.is_symlink():
        raise PermissionError(f"{path} belongs to somebody else")
    if found.st_uid != owner:
        os.chown(path, owner, gid)
    path.chmod(0o700)
    return path


def database_url(state: Path) -> str:
    """Address of the embedded PostgreSQL of `state`, whether or not it runs."""
    return f"postgresql://hotline@/hotline?host={quote(str(socket_folder(data_folder(state))))}"


def redis_url(state: Path) -> str:
    """Address of the embedded Redis of `state`, whether or not it runs."""
    return f"unix://{socket_folder(data_folder(state)) / 'redis.sock'}"
