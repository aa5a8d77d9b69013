"""Ctrl-C stops everything; `kill -9` and a restart lose nothing; no child outlives its supervisor."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.city import City, new_city
from tidar.cli.web import processes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    served = new_city("restart").start()
    yield served
    served.stop()
    shutil.rmtree(served.home, ignore_errors=True)


def _children(city: City) -> list[psutil.Process]:
    assert city.process is not None
    return psutil.Process(city.process.pid).children(recursive=True)


def _facts(city: City) -> dict[str, object]:
    """What must survive: raw files, deliveries, lake versions, and a gap-free spine."""
    url = city.database_url or f"postgresql://postgres@/tidar?host={city.home / 'pg'}"
    with psycopg.connect(url) as connection:

        def one(sql: str) -> object:
            row = connection.execute(sql).fetchone()
            return row[0] if row else None

        return {
            "deliveries": one("SELECT array_agg(id::text || sha256 || status ORDER BY id) FROM hub_delivery"),
            "versions": one("SELECT array_agg(table_id || number ORDER BY table_id, number) FROM lake_version"),
            "gaps": one("SELECT count(*) - coalesce(max(seq), 0) FROM hub_event WHERE seq IS NOT NULL"),
            "numbered": one("SELECT coalesce(max(seq), 0) FROM hub_event"),
        }


def _gone(processes: list[psutil.Process], patience_seconds: float = 10.0) -> list[psutil.Process]:
    _, alive = psutil.wait_procs(processes, timeout=patience_seconds)
    return [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]


def test_kill_and_restart_lose_nothing(city: City) -> None:
    before, children = _facts(city), _children(city)
    city.kill()
    assert _gone([p for p in children if p.name() != "postgres"]) == []
    city.start()
    after = _facts(city)
    assert (after["deliveries"], after["versions"]) == (before["deliveries"], before["versions"])
    assert before["gaps"] == after["gaps"] == 0
    assert int(str(after["numbered"])) >= int(str(before["numbered"]))


def test_sensors_flow_again_after_a_restart(city: City) -> None:
    numbered = int(str(_facts(city)["numbered"]))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and int(str(_facts(city)["numbered"])) <= numbered:
        time.sleep(0.5)
    assert int(str(_facts(city)["numbered"])) > numbered


def test_a_fallen_child_is_started_again(city: City) -> None:
    before = _web_processes(city)
    assert len(before) == processes()
    for web in before:
        web.kill()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{city.url}/api/places/areas.geojson?level=kelurahan", timeout=5) as answer:
                assert len(json.load(answer)["features"]) == 17
                if len(_web_processes(city)) == len(before):
                    return
        except OSError:
            pass
        time.sleep(0.3)
    pytest.fail("the web processes did not come back")


def test_one_web_process_that_falls_leaves_the_others_answering(city: City) -> None:
    webs = _web_processes(city)
    if len(webs) < 2:
        pytest.skip("one core: one web process")
    webs[0].kill()
    answered = 0
    for _try in range(20):
        try:
            with urllib.request.urlopen(f"{city.url}/api/places/areas.geojson?level=kelurahan", timeout=5):
                answered += 1
        except OSError:  # a connection that was dealt to the fallen one in that very moment
            time.sleep(0.05)
    assert answered >= 18


def _web_processes(city: City) -> list[psutil.Process]:
    found = []
    for child in _children(city):
        with contextlib.suppress(psutil.Error):  # it ended in this moment
            if "tidar.cli.web" in child.cmdline():
                found.append(child)
    return found


def test_ctrl_c_stops_everything(city: City) -> None:
    children = _children(city)
    assert city.stop() == 0
    assert _gone(children) == []
    if city.database_url is None:
        pid_file = Path(city.home) / "pg" / "postmaster.pid"
        assert not pid_file.exists() or not psutil.pid_exists(int(pid_file.read_text().split()[0]))
