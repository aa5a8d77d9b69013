"""A served city for browser and fault tests: `tidar demo` as its own process, as a person would start it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(http://\S+/masuk/sekali/\S+)")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_database_url(name: str) -> str | None:
    """A fresh database on the server named by `DATABASE_URL`, or None when Tidar starts its own.

    Each worker of a test run has its own.
    """
    url = os.environ.get("DATABASE_URL")
    if not url:
        return None
    name += f"_{os.environ.get('PYTEST_XDIST_WORKER', '')}".rstrip("_")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


@dataclass
class City:
    """A running `tidar demo`, or `tidar serve` (a city without demo data)."""

    home: Path
    word: str = "demo"
    port: int = field(default_factory=free_port)
    database_url: str | None = None
    lines: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    seconds_to_ready: float = 0.0
    mqtt_port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        environment = os.environ | {"TIDAR_HOME": str(self.home), "TIDAR_MQTT_PORT": str(self.mqtt_port)}
        environment.pop("DATABASE_URL", None)
        environment.pop("TIDAR_SECRET_KEY", None)
        return environment | ({"DATABASE_URL": self.database_url} if self.database_url else {})

    def start(self, patience_seconds: float = 120.0) -> City:
        """Start and wait until the terminal says that it is ready."""
        began = time.monotonic()
        self.lines.clear()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tidar", self.word, "--port", str(self.port)],
            cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        ready = threading.Event()
        threading.Thread(target=self._follow, args=(self.process, ready), daemon=True).start()
        while not ready.wait(0.2):
            if self.process.poll() is not None or time.monotonic() - began > patience_seconds:
                raise RuntimeError(
                    f"tidar {self.word} did not become ready:\n" + "".join(self.lines[-40:]) + self.logs()
                )
        self.seconds_to_ready = time.monotonic() - began
        return self

    def _follow(self, process: subprocess.Popen[str], ready: threading.Event) -> None:
        for line in process.stdout or ():
            self.lines.append(line)
            if "Tidar is ready" in line:
                ready.set()

    def logs(self) -> str:
        """The ends of all children's logs, for a failing test."""
        files = sorted((self.home / "logs").glob("*.log"))
        return "".join(f"\n--- {path.name}\n{path.read_text()[-2000:]}" for path in files)

    def link(self, words: str) -> str:
        """The one-time sign-in link whose line contains `words`."""
        for line in self.lines:
            if words.lower() in line.lower() and (match := LINK.search(line)):
                return match.group(1)
        raise LookupError(f"no sign-in link for {words!r} in:\n{''.join(self.lines)}")

    def stop(self) -> int:
        """Ctrl-C; returns the exit status."""
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def kill(self) -> None:
        """`kill -9` of the supervisor, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)


def new_city(name: str, *, word: str = "demo") -> City:
    """A city in a fresh home; not started yet."""
    home = Path(tempfile.mkdtemp(prefix="tdr-", dir="/tmp"))  # a short path: a socket lives below it
    home.chmod(0o755)
    return City(home=home, word=word, database_url=own_database_url(f"tidar_{name}"))
