"""kill -9 while payments are posted: what was acknowledged is there, what is sent again is there once.

Ten random points for the application and ten for PostgreSQL, on its own server in its own home. A phone or a bank sends
again whatever was not answered, so everything is sent again at the end.
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
import pytest

from tidar.common import embedded

ROOT = Path(__file__).resolve().parents[2]
POINTS = 10
WRITERS, STALLS = 3, 12
SEED = random.randrange(1 << 30)
pytestmark = pytest.mark.slow

# The stalls, each with many open bills of Rp3.000.
PREPARES = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.retribusi.paying.builders import occupancy, skrd
for _ in range({STALLS}):
    skrd(occupancy(), [3000] * 30)
"""
# Makes a process for every line that it reads: writer, first, how many, file of answers. Each sends payments one after
# the other; a line is written to its file after the answer came. What a payment says follows from its number alone,
# so that sending again is the same payment. Processes are forked: a kill every second costs no start-up.
SENDS = f"""
import os, signal, sys, uuid, django
django.setup()
from tests.retribusi.paying.builders import AT, BY, new
from tidar.retribusi.actions.paying import record_payment
from tidar.retribusi.models import Occupancy

def send(writer, first, count, answers):
    stalls = list(Occupancy.objects.order_by("pk")[:{STALLS}])
    file = os.open(answers, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(first, first + count):
        key = f"{{writer}}:{{number}}"
        payment = new(stalls[number % len(stalls)], 1000 + number % 7 * 700, id=uuid.uuid5(uuid.NAMESPACE_URL, key),
                      key=f"uji:{{key}}", receipt_number=f"K{{writer}}-{{number:06}}",
                      surplus="suspense" if number % 2 else "advance")
        receipt = record_payment(payment=payment, by=BY, at=AT)
        os.write(file, f"{{key}} {{receipt.payment_id}}\\n".encode())

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
CHECKS = """
import django
django.setup()
from django.core.management import call_command
call_command("check_ledger")
call_command("check_retribusi")
"""


DOUBLES = """
SELECT key FROM retribusi_payment GROUP BY key HAVING count(*) > 1
UNION ALL SELECT source_id FROM hub_event WHERE kind = 'levy.paid' GROUP BY source_id HAVING count(*) > 1
UNION ALL SELECT reference FROM ledger_transfer WHERE key LIKE 'pembayaran:%:skrd'
    GROUP BY reference HAVING count(*) > 1
"""


class City:
    """An own home with its own server, which can be killed as a power cut would."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.begin()
        with psycopg.connect(host=self.host, user="postgres", dbname="postgres", autocommit=True) as database:
            database.execute("CREATE DATABASE tidar")
        self.run(PREPARES)
        self.sender = self._program(SENDS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
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


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    home = Path(tempfile.mkdtemp(prefix="tmk"))
    home.chmod(0o755)
    made = City(home)
    yield made
    made.stop()
    shutil.rmtree(home, ignore_errors=True)


def answered(files: list[Path]) -> dict[str, str]:
    """What was acknowledged: key → payment. A line that the kill cut off was not read by anybody."""
    lines = [line for file in files if file.exists() for line in file.read_text().splitlines(keepends=True)]
    return dict(line.split() for line in lines if line.endswith("\n"))


def _work_until_killed(city: City, folder: Path, first: int, chance: random.Random, *, of: str) -> list[Path]:
    """Writers begin; at a random moment after all of them are at work, one kind of process is killed."""
    files = [folder / f"{first}-{writer}" for writer in range(WRITERS)]
    pids = [city.send(writer, first, 5_000, file) for writer, file in enumerate(files)]
    deadline = time.monotonic() + 120
    while not all(file.exists() and file.stat().st_size > 0 for file in files):
        assert time.monotonic() < deadline, "the writers did not begin"
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.4))
    if of == "database":
        city.kill_database()
    kill(*pids)
    if of == "database":
        city.begin()
    return files


def _again(city: City, folder: Path, first: int, files: list[Path]) -> dict[str, str]:
    """The senders did not see some answers, so they send everything again; what is answered now."""
    again = [folder / f"{first}-{writer}-again" for writer in range(WRITERS)]
    counts = [len(answered([file])) + 3 for file in files]
    wait_for(*(city.send(writer, first, counts[writer], file) for writer, file in enumerate(again)))
    found = answered(again)
    assert len(found) == sum(counts)
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize("of", ["application", "database"])
def test_nothing_acknowledged_is_missing_and_nothing_sent_again_is_there_twice(city: City, tmp_path, of) -> None:
    chance = random.Random(SEED)
    for point in range(POINTS):
        first = (point + (POINTS if of == "database" else 0)) * 10_000
        files = _work_until_killed(city, tmp_path, first, chance, of=of)
        known = answered(files)
        stored = dict(city.rows("SELECT key, id::text FROM retribusi_payment"))
        missing = {key for key, id in known.items() if stored.get(f"uji:{key}") != id}
        assert missing == set(), f"seed {SEED}, point {point}"
        again = _again(city, tmp_path, first, files)
        assert {key: again[key] for key in known} == known
    assert city.rows(DOUBLES) == []
    city.run(CHECKS)
