"""kill -9 while phones of the patrol send: what was acknowledged is there, what is sent again is there once.

Random points for the application and for PostgreSQL, on its own server in its own home (`killed`). Phones send in any
order, some things twice, photographs in parts, and everything again when they did not see the answer.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.killed import City, answered, killable_city

POINTS, WRITERS = 5, 3
SEED = random.randrange(1 << 30)
pytestmark = pytest.mark.slow

PREPARES = f"""
from tests.faults.patrol_phones import register
register({WRITERS})
"""
SEND = "from tests.faults.patrol_phones import send"
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


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    with killable_city(prepares=PREPARES, send=SEND, writers=WRITERS) as made:
        yield made


def acknowledged(files: list[Path]) -> set[tuple[str, str]]:
    """("item" or "foto", id) of every answer that a phone saw."""
    return {(key.split(":")[0], value) for key, value in answered(files).items()}


def stored(city: City) -> set[tuple[str, str]]:
    """What the city has."""
    items = city.rows("SELECT 'item', item_id::text FROM rojak_patrolitem")
    photos = city.rows("SELECT 'foto', sha256 FROM formulir_photo WHERE state = 'diterima'")
    return {(str(kind), str(value)) for kind, value in (*items, *photos)}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("of", ["application", "database"])
def test_what_a_phone_was_told_is_there_and_nothing_is_there_twice(city: City, tmp_path: Path, of: str) -> None:
    chance = random.Random(SEED)
    for point in range(POINTS):
        first = (point + (POINTS if of == "database" else 0)) * 10_000
        files = city.until_killed(tmp_path, first, chance, of=of, within=0.6)
        missing = acknowledged(files) - stored(city)
        assert missing == set(), f"seed {SEED}, point {point}"
        city.again(tmp_path, first, [max(20, len(answered([file])) // 10 * 10 + 20) for file in files])
    left = {name: rows for name, sql in LEFT.items() if (rows := city.rows(sql))}
    assert left == {}, f"seed {SEED}"
    assert len(city.rows("SELECT id FROM rojak_finding")) > POINTS * WRITERS
    city.check("check_evidence")
