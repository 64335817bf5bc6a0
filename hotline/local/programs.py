"""What the platform consists of on one machine: five programs behind one address."""

import os
import shutil
import sys
from pathlib import Path

from hotline.local.processes import Program
from hotline.local.state import PROJECT

WEB_PROCESSES = 2
WEB_THREADS = 4
WORKER_PROCESSES = 2

# Pages from gunicorn, streams from uvicorn, files straight from the disk. No access log: a
# search for a phone number would be in it.
CADDYFILE = """\
{{
	admin off
	auto_https off
	persist_config off
	grace_period 1s
	log {{
		level WARN
	}}
	servers {{
		protocols h1 h2c
	}}
}}

http://:{port} {{
	bind {bind}
	handle_path /static/* {{
		root * "{static}"
		@hashed path_regexp [.][0-9a-f]{{12}}[.]
		@plain not path_regexp [.][0-9a-f]{{12}}[.]
		header @hashed Cache-Control "public, max-age=31536000, immutable"
		header @plain Cache-Control "public, max-age=60"
		header X-Content-Type-Options nosniff
		file_server {{
			precompressed br gzip
		}}
	}}
	handle /events/* {{
		reverse_proxy "unix/{live}" {{
			flush_interval -1
		}}
	}}
	handle {{
		encode zstd gzip
		reverse_proxy "unix/{web}" {{
			lb_try_duration 5s
		}}
	}}
}}
"""


def program_path(name: str) -> str:
    """A program of our own virtual environment, else of the system."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name} is not installed; run pip install -r requirements.txt")
    return found


def caddyfile(*, port: int, bind: str, static: Path, sockets: Path) -> str:
    """Caddy's configuration, as text."""
    return CADDYFILE.format(
        port=port, bind=bind, static=static, web=sockets / "web.sock", live=sockets / "live.sock"
    )


def programs(*, state: Path, sockets: Path, static: Path, port: int, bind: str) -> list[Program]:
    """The five programs; writes Caddy's configuration into the state folder."""
    config = state / "Caddyfile"
    config.write_text(caddyfile(port=port, bind=bind, static=static, sockets=sockets))
    python = sys.executable
    web = ["--workers", WEB_PROCESSES, "--worker-class", "gthread", "--threads", WEB_THREADS]
    web += ["--bind", f"unix:{sockets / 'web.sock'}", "--graceful-timeout", 2, "--timeout", 60]
    web += ["--max-requests", 20000, "--max-requests-jitter", 2000, "--no-control-socket"]
    live = ["--uds", sockets / "live.sock", "--lifespan", "off", "--no-access-log"]
    live += ["--timeout-graceful-shutdown", 1, "--log-level", "warning"]
    celery = [program_path("celery"), "--app", "hotline.celery:app", "--workdir", PROJECT]
    worker = [
        "--concurrency",
        WORKER_PROCESSES,
        "--loglevel",
        "WARNING",
        "--without-gossip",
        "--without-mingle",
    ]
    beat = ["--schedule", state / "beat-schedule", "--pidfile", "", "--loglevel", "WARNING"]
    caddy_home = {"XDG_DATA_HOME": str(state / "caddy"), "XDG_CONFIG_HOME": str(state / "caddy")}
    rows: list[tuple[str, list[object], int, dict[str, str]]] = [
        ("web", [python, "-m", "gunicorn", "--chdir", PROJECT, *web, "hotline.wsgi:application"], 2, {}),
        ("live", [python, "-m", "uvicorn", "--app-dir", PROJECT, *live, "hotline.asgi:application"], 2, {}),
        ("worker", [*celery, "worker", *worker], 2, {}),
        ("beat", [*celery, "beat", *beat], 2, {}),
        (
            "caddy",
            [program_path("caddy"), "run", "--config", config, "--adapter", "caddyfile"],
            1,
            caddy_home,
        ),
    ]
    return [
        Program(name, [os.fspath(p) if isinstance(p, Path) else str(p) for p in command], stops, extra)
        for name, command, stops, extra in rows
    ]
