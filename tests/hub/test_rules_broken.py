"""Damaged files of every kind end in a survey or a sentence, never in a crash."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from tests.hub.dirty.contracts import PENDUDUK
from tests.hub.dirty.files import ods, xlsx
from tidar.hub.rules.reading import Memory, UnableToReadFile, open_book, survey, survey_data, survey_from

ROWS = [
    ["Kelurahan", "Periode", "Laki-laki", "Perempuan"],
    ["Wates", "2026-01", 4012, 4103],
    ["Kedungsari", "2026-01", 3500, "=1+1"],
]
TEXTS = {
    "csv": 'Kelurahan;Periode;Laki-laki;Perempuan\r\nWates;2026-01;4012;"é"\r\n'.encode(),
    "json": b'[{"kelurahan":"Wates","x":{"a":[1,2]}},{"periode":null}]',
    "geojson": b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},'
    b'"geometry":{"type":"Point","coordinates":[1,2]}}]}',
}


def damaged(content: bytes, chance: random.Random) -> bytes:
    bad = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        place, kind = chance.randrange(len(bad)), chance.random()
        if kind < 0.6:
            bad[place] = chance.choice((0, 1, 13, 34, 39, 44, 60, 62, 91, 123, chance.randrange(256)))
        elif kind < 0.8 and len(bad) > 30:
            del bad[place : place + chance.randint(1, 20)]
        else:
            bad[place:place] = chance.randbytes(chance.randint(1, 8))
    return bytes(bad)


def repacked(content: bytes, chance: random.Random) -> bytes:
    """The container intact, one of its members damaged."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        chosen = chance.choice(before.namelist())
        for name in before.namelist():
            member = before.read(name)
            after.writestr(name, damaged(member, chance) if name == chosen and member else member)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["xlsx", "ods", *TEXTS])
def test_damage_never_crashes(kind: str, tmp_path: Path) -> None:
    chance = random.Random(f"rusak {kind}")
    source = TEXTS.get(kind) or (xlsx(ROWS) if kind == "xlsx" else ods(ROWS))(tmp_path).read_bytes()
    path, ends = tmp_path / "rusak", set()
    for _ in range(150):
        inner = kind in ("xlsx", "ods") and chance.random() < 0.7
        path.write_bytes(repacked(source, chance) if inner else damaged(source, chance))
        try:
            found = survey(open_book(path, file_name="rusak"), PENDUDUK, Memory())
        except UnableToReadFile as refusal:
            assert refusal.sentence.endswith((".", "?"))
            ends.add("refused")
        else:
            assert survey_from(survey_data(found)) == found
            ends.add("read")
    assert ends == {"refused", "read"}
