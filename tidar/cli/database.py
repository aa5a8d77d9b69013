"""Makes the database reachable and up to date before Django is used."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from tidar.common import embedded
from tidar.common.folders import keep_private

ROOT = Path(__file__).resolve().parent.parent.parent


def home() -> Path:
    """`TIDAR_HOME` without importing the settings."""
    return Path(os.environ.get("TIDAR_HOME", ROOT / ".tidar")).resolve()


def start_if_ours() -> Callable[[], None]:
    """Start the embedded PostgreSQL unless `DATABASE_URL` names a server; returns what stops it.

    The folders of data are there afterwards, for their owner only.
    """
    keep_private(home())
    if os.environ.get("DATABASE_URL"):
        return lambda: None
    server = embedded.start(home())
    _create_database(str(embedded.socket_directory(home())))
    return server.stop


def exposure() -> str:
    """A sentence when other users of this machine can reach the embedded database's socket; "" when they cannot.

    The embedded server trusts whoever reaches its socket. That is a private folder, unless `TIDAR_HOME` is so long that
    the socket had to be put elsewhere.
    """
    if os.environ.get("DATABASE_URL"):
        return ""
    folder = embedded.socket_directory(home())
    if folder == embedded.data_directory(home()) and not folder.stat().st_mode & stat.S_IRWXO:
        return ""
    return (
        f"other users of this machine can reach the database through {folder}; use a shorter TIDAR_HOME or DATABASE_URL"
    )


def _create_database(host: str) -> None:
    import psycopg

    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'tidar'").fetchone():
            connection.execute("CREATE DATABASE tidar")


def migrate_if_needed() -> bool:
    """Apply pending migrations; returns whether there were any. Needs `django.setup()` first."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if pending:
        call_command("migrate", verbosity=0, interactive=False)
    return pending
