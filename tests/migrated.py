"""A migrated database to copy: migrating takes ten seconds, copying less than one, and each worker needs its own.

The copied database is made by the real migrations and named by what these are made of, so that it can never be older
than they are. Django migrates the copy once more, which finds nothing to do.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg.sql import SQL, Identifier

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "tidar_migrated_"
LOCK = 4_206_330_371  # one process makes it, the others wait


def template(server: dict[str, str]) -> str | None:
    """The name of a migrated database on this server (Django's connection settings), made when it is not there.

    None when the migrations changed meanwhile: then Django migrates by itself.
    """
    keys = {"host": server["HOST"], "port": server["PORT"], "user": server["USER"], "password": server["PASSWORD"]}
    known = {key: value for key, value in keys.items() if value}
    with psycopg.connect(dbname="postgres", autocommit=True, **known) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        name, found = PREFIX + _code(), {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if name in found:
            return name
        for old in found:
            if old.startswith(PREFIX):
                connection.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(old)))
        made = f"{PREFIX}unfinished"
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(made)))
        _migrate(made, known)
        if name != PREFIX + _code():
            return None
        connection.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(made), Identifier(name)))
        return name


def _code() -> str:
    """What the migrations are made of, as a short sum: they import nothing of ours but what lies beside them."""
    total = hashlib.sha256()
    for path in (*sorted((ROOT / "tidar").glob("*/migrations/**/*.*")), ROOT / "requirements.txt"):
        if path.suffix in {".py", ".sql", ".txt"}:
            total.update(str(path.relative_to(ROOT)).encode())
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


def _migrate(name: str, known: dict[str, str]) -> None:
    """Real migrations, in a process of their own."""
    more = {key: value for key, value in known.items() if key in {"host", "port"}}
    secret = f":{quote(known['password'])}" if "password" in known else ""
    url = f"postgresql://{quote(known['user'])}{secret}@/{name}?{urlencode(more)}"
    values = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tidar.settings", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | values, text=True, capture_output=True, check=False, timeout=280
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
