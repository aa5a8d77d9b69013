"""kill -9 while phones of the patrol send: what was acknowledged is there, what is sent again is there once.

Random points for the application and for PostgreSQL, on its own server in its own home. Phones send in any order, some
things twice, photographs in parts, and everything again when they did not see the answer.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults import test_money as money

POINTS, WRITERS = 5, 3
SEED = random.randrange(1 << 30)
pytestmark = pytest.mark.slow

PREPARES = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.faults.patrol_phones import register
register({WRITERS})
"""
# As in `test_money`: one process forks a sender for every line that it reads.
SENDS = """
import os, signal, sys, django
django.setup()
from tests.faults.patrol_phones import send

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
call_command("check_evidence")
"""
LEFT = {
    "an item twice": "SELECT item_id::text FROM rojak_patrolitem GROUP BY item_id HAVING count(*) > 1",
    "an item that waits for nothing": "SELECT item_id::text FROM rojak_patrolitem WHERE state <> 'diterima'",
    "an event twice": "SELECT source_id FROM hub_event WHERE kind LIKE 'patrol.%' GROUP BY 1 HAVING count(*) > 1",
    "a finding without its event": """SELECT f.id::text FROM rojak_finding f WHERE NOT EXISTS
        (SELECT 1 FROM hub_event e WHERE e.kind = 'patrol.found' AND e.data ->> 'finding' = f.id::text)""",
    "a photograph that is not linked once": """SELECT p.photo_id FROM rojak_findingphoto p WHERE 1 <>
        (SELECT count(*) FROM rojak_evidence e WHERE e.kind = 'foto' AND e.reference = p.photo_id)""",
    "a photograph that is not kept": "SELECT sha256 FROM formulir_photo WHERE state <> 'diterima'",
}  # fmt: skip


class City(money.City):
    """An own home with its own server, with phones instead of payments."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.begin()
        with psycopg.connect(host=self.host, user="postgres", dbname="postgres", autocommit=True) as database:
            database.execute("CREATE DATABASE tidar")
        self.run(PREPARES)
        self.sender = self._program(SENDS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._heard() == "ready"


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    home = Path(tempfile.mkdtemp(prefix="tpk"))
    home.chmod(0o755)
    made = City(home)
    yield made
    made.stop()
    shutil.rmtree(home, ignore_errors=True)


def acknowledged(files: list[Path]) -> set[tuple[str, str]]:
    """("item" or "foto", id) of every answer that a phone saw."""
    return {(key.split(":")[0], value) for key, value in money.answered(files).items()}


def stored(city: City) -> set[tuple[str, str]]:
    """What the city has."""
    items = city.rows("SELECT 'item', item_id::text FROM rojak_patrolitem")
    photos = city.rows("SELECT 'foto', sha256 FROM formulir_photo WHERE state = 'diterima'")
    return {(str(kind), str(value)) for kind, value in (*items, *photos)}


def until_killed(city: City, folder: Path, first: int, chance: random.Random, *, of: str) -> list[Path]:
    """Phones send; at a random moment after all of them are at work, one kind of process is killed."""
    files = [folder / f"{first}-{writer}" for writer in range(WRITERS)]
    pids = [city.send(writer, first, 5_000, file) for writer, file in enumerate(files)]
    deadline = time.monotonic() + 120
    while not all(file.exists() and file.stat().st_size > 0 for file in files):
        assert time.monotonic() < deadline, "the phones did not begin"
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.6))
    if of == "database":
        city.kill_database()
    money.kill(*pids)
    if of == "database":
        city.begin()
    return files


def again(city: City, folder: Path, first: int, files: list[Path]) -> None:
    """The phones did not see some answers, so they send everything again, and a little more."""
    counts = [max(20, len(money.answered([file])) // 10 * 10 + 20) for file in files]
    more = [folder / f"{first}-{writer}-again" for writer in range(WRITERS)]
    money.wait_for(*(city.send(writer, first, counts[writer], file) for writer, file in enumerate(more)))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("of", ["application", "database"])
def test_what_a_phone_was_told_is_there_and_nothing_is_there_twice(city: City, tmp_path: Path, of: str) -> None:
    chance = random.Random(SEED)
    for point in range(POINTS):
        first = (point + (POINTS if of == "database" else 0)) * 10_000
        files = until_killed(city, tmp_path, first, chance, of=of)
        missing = acknowledged(files) - stored(city)
        assert missing == set(), f"seed {SEED}, point {point}"
        again(city, tmp_path, first, files)
    left = {name: rows for name, sql in LEFT.items() if (rows := city.rows(sql))}
    assert left == {}, f"seed {SEED}"
    assert len(city.rows("SELECT id FROM rojak_finding")) > POINTS * WRITERS
    city.run(CHECKS)
