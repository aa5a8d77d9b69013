"""Senders that are killed as by a power cut, or whose database is: what was answered is there, and once.

A city of its own, in its own home with its own PostgreSQL. A process forks a sender for every line that it reads:
writer, first number, how many, file of answers. A sender writes a line `<key> <value>` after each answer that it saw;
what it sends follows from its numbers alone, so that sending again is the same.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tidar.common import embedded

ROOT = Path(__file__).resolve().parents[2]
BEGINS = "import django\ndjango.setup()\nfrom django.core.management import call_command\n"
# Processes are forked: a kill every second costs no start-up.
SENDS = """
import os, signal, sys, django
django.setup()
{send}

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
for line in sys.stdin:
    writer, first, count, answers = line.split()
    pid = os.fork()
    if pid == 0:
        try:
            send(int(writer), int(first), int(count), answers)
        finally:
            os._exit(0)
    print(pid, flush=True)
"""


class City:
    """An own home with its own server, which can be killed as a power cut would."""

    def __init__(self, home: Path, *, prepares: str, send: str, writers: int) -> None:
        """`prepares` is run once on empty tables; `send` is Python that gives `send(writer, first, count, answers)`."""
        self.home, self.writers = home, writers
        self.begin()
        with psycopg.connect(host=self.host, user="postgres", dbname="postgres", autocommit=True) as database:
            database.execute("CREATE DATABASE tidar")
        self.run(f'{BEGINS}call_command("migrate", verbosity=0)\n{prepares}')
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.sender = self._program(SENDS.format(send=send), **pipes)
        assert self._heard() == "ready"

    @property
    def host(self) -> str:
        return str(embedded.socket_directory(self.home))

    def begin(self) -> None:
        """Start the server, or start it again after it was killed: it recovers from its log."""
        embedded.start(self.home)

    def _program(self, text: str, **more: Any) -> subprocess.Popen[bytes]:
        values = {"TIDAR_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "tidar.settings", "PYTHONPATH": str(ROOT)}
        url = f"postgresql://postgres@/tidar?host={self.host}"
        environment = {**os.environ, **values, "PYTHONWARNINGS": "ignore", "DATABASE_URL": url}
        return subprocess.Popen([sys.executable, "-c", text], env=environment, cwd=ROOT, **more)

    def run(self, text: str) -> None:
        program = self._program(text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, _none = program.communicate(timeout=240)
        assert program.returncode == 0, said.decode()[-2000:]

    def check(self, *commands: str) -> None:
        """These commands find nothing wrong."""
        self.run(BEGINS + "".join(f'call_command("{command}")\n' for command in commands))

    def _heard(self) -> str:
        assert self.sender.stdout is not None
        return self.sender.stdout.readline().decode().strip()

    def send(self, writer: int, first: int, count: int, answers: Path) -> int:
        """A process that sends; returns its id."""
        assert self.sender.stdin is not None
        self.sender.stdin.write(f"{writer} {first} {count} {answers}\n".encode())
        self.sender.stdin.flush()
        return int(self._heard())

    def kill_database(self) -> None:
        """All processes of the server at once, without a chance to say goodbye."""
        pid_file = embedded.data_directory(self.home) / "postmaster.pid"
        postmaster = int(pid_file.read_text().split("\n", 1)[0])
        os.kill(postmaster, signal.SIGSTOP)  # it makes no more children
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        kill(postmaster, *map(int, children))
        for left in (pid_file, *Path(self.host).glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)  # where nobody collects the dead, their number still looks alive

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(host=self.host, user="postgres", dbname="tidar") as database:
            return database.execute(sql).fetchall()

    def stop(self) -> None:
        self.sender.kill()
        self.sender.wait(20)
        embedded.start(self.home).stop()

    def until_killed(self, folder: Path, first: int, chance: random.Random, *, of: str, within: float) -> list[Path]:
        """Writers send; up to `within` seconds after all are at work, the application or the database is killed."""
        files = [folder / f"{first}-{writer}" for writer in range(self.writers)]
        pids = [self.send(writer, first, 5_000, file) for writer, file in enumerate(files)]
        deadline = time.monotonic() + 120
        while not all(file.exists() and file.stat().st_size > 0 for file in files):
            assert time.monotonic() < deadline, "the writers did not begin"
            time.sleep(0.01)
        time.sleep(chance.uniform(0, within))
        if of == "database":
            self.kill_database()
        kill(*pids)
        if of == "database":
            self.begin()
        return files

    def again(self, folder: Path, first: int, counts: list[int]) -> dict[str, str]:
        """The writers did not see some answers: each sends so many again; what is answered now."""
        files = [folder / f"{first}-{writer}-again" for writer in range(self.writers)]
        wait_for(*(self.send(writer, first, counts[writer], file) for writer, file in enumerate(files)))
        return answered(files)


@contextlib.contextmanager
def killable_city(*, prepares: str, send: str, writers: int) -> Iterator[City]:
    """A city to be killed, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="tmk"))  # short: PostgreSQL's socket lies below it
    home.chmod(0o755)
    city = City(home, prepares=prepares, send=send, writers=writers)
    yield city
    city.stop()
    shutil.rmtree(home, ignore_errors=True)


def kill(*pids: int) -> None:
    """As a power cut would; returns when they are gone."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for(*pids)


def wait_for(*pids: int, seconds: float = 120) -> None:
    """Until these processes have ended."""
    deadline = time.monotonic() + seconds
    while any(_is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "a process does not end"
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def answered(files: list[Path]) -> dict[str, str]:
    """What was acknowledged: key → value. A line that the kill cut off was not read by anybody."""
    lines = [line for file in files if file.exists() for line in file.read_text().splitlines(keepends=True)]
    return dict(line.split() for line in lines if line.endswith("\n"))
