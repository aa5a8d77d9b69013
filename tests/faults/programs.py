"""Other processes on the test's own database, so that tests can kill them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def database_url() -> str:
    """Where the test's database is, for another process."""
    values = connection.settings_dict
    user = quote(values["USER"]) + (f":{quote(values['PASSWORD'])}" if values["PASSWORD"] else "")
    query = urlencode({"host": values["HOST"], **({"port": values["PORT"]} if values["PORT"] else {})})
    return f"postgresql://{user}@/{quote(values['NAME'])}?{query}"


def start(*command: str, **environment: str) -> subprocess.Popen[bytes]:
    """Run a Python program with the test's database and settings."""
    inherited = {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tidar.settings"}
    home = {"TIDAR_HOME": str(settings.TIDAR_HOME), "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    return subprocess.Popen(
        [sys.executable, *command], env={**os.environ, **inherited, **home, **environment}, cwd=ROOT
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """As a power cut would."""
    process.kill()
    process.wait(10)
