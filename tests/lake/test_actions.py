"""Versions: files before rows, numbers without gaps, one version per source and content."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.lake.builders import AT, declare, parquet, publish
from tidar.lake import api
from tidar.lake.actions import versions
from tidar.lake.models import LakeTable, Version

ROWS = [{"kelurahan": "33.71.01.1003", "jiwa": 10}, {"kelurahan": "33.71.01.1007", "jiwa": 20}]


@pytest.mark.django_db
def test_replace_makes_the_file_the_table(home: Path, tmp_path: Path) -> None:
    declare()
    publish(tmp_path, ROWS, source_id="a")
    second = publish(tmp_path, ROWS[:1], source_id="b")
    assert (second.number, second.row_count, len(second.paths)) == (2, 1, 1)
    assert api.read("SELECT sum(jiwa) AS n FROM penduduk")["n"].to_pylist() == [10]


@pytest.mark.django_db
def test_append_adds_to_the_table(home: Path, tmp_path: Path) -> None:
    declare()
    publish(tmp_path, ROWS, source_id="a", mode="append")
    second = publish(tmp_path, ROWS[:1], source_id="b", mode="append")
    assert (second.number, second.row_count, len(second.paths)) == (2, 3, 2)


@pytest.mark.django_db
def test_a_key_delivered_again_corrects_and_does_not_double(home: Path, tmp_path: Path) -> None:
    declare(key=["kelurahan"])
    publish(tmp_path, ROWS, source_id="a", mode="append")
    corrected = publish(tmp_path, [{"kelurahan": "33.71.01.1003", "jiwa": 11}], source_id="b", mode="append")
    rows = api.read("SELECT kelurahan, jiwa, _delivery FROM penduduk ORDER BY 1").to_pylist()
    assert corrected.row_count == 2
    assert [(r["jiwa"], r["_delivery"]) for r in rows] == [(11, "b"), (20, "a")]


@pytest.mark.django_db
def test_replay_of_the_same_source_is_one_version(home: Path, tmp_path: Path) -> None:
    declare()
    first = publish(tmp_path, ROWS, source_id="a")
    publish(tmp_path, ROWS[:1], source_id="b")
    assert publish(tmp_path, ROWS, source_id="a") == first
    assert Version.objects.count() == 2


@pytest.mark.django_db
def test_same_content_from_another_source_is_another_version(home: Path, tmp_path: Path) -> None:
    declare()
    publish(tmp_path, ROWS, source_id="a")
    file = parquet(tmp_path / "same.parquet", ROWS, delivery="a")
    assert api.add_version("penduduk", parquet=file, mode="replace", source_id="b", at=AT).number == 2


@pytest.mark.django_db
def test_file_is_moved_and_named_by_its_content(home: Path, tmp_path: Path) -> None:
    declare()
    version = publish(tmp_path, ROWS)
    file = Version.objects.get().files[0]
    assert not (tmp_path / "d1.parquet").exists()
    assert version.paths[0].stem == file["sha256"]
    assert list(version.paths[0].parent.glob("*.part")) == []


@pytest.mark.django_db
def test_refuses_what_is_no_parquet_or_has_no_source_columns(home: Path, tmp_path: Path) -> None:
    declare()
    (tmp_path / "x.parquet").write_text("bukan parquet")
    with pytest.raises(api.UnableToAdd, match="bukan Parquet"):
        api.add_version("penduduk", parquet=tmp_path / "x.parquet", mode="replace", source_id="x", at=AT)
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"jiwa": [1]}), tmp_path / "y.parquet")
    with pytest.raises(api.UnableToAdd, match="_delivery, _row"):
        api.add_version("penduduk", parquet=tmp_path / "y.parquet", mode="replace", source_id="y", at=AT)


@pytest.mark.django_db
def test_undeclared_table_is_refused(home: Path, tmp_path: Path) -> None:
    with pytest.raises(api.UnableToFindTable):
        publish(tmp_path, ROWS, table="tiada")


@pytest.mark.django_db
def test_declaring_again_brings_the_description_up_to_date(home: Path) -> None:
    declare()
    declare(title="Penduduk per kelurahan", columns=(api.LakeColumn("nik", "text", "NIK", personal=True),))
    (table,) = api.tables()
    assert (table.title, table.version, table.personal_columns) == ("Penduduk per kelurahan", 0, {"nik"})
    assert LakeTable.objects.get().declared_at == AT


@pytest.mark.django_db
@pytest.mark.parametrize("sql", ["UPDATE lake_version SET row_count = 0", "DELETE FROM lake_version"])
def test_database_refuses_to_change_a_version(home: Path, tmp_path: Path, sql: str) -> None:
    declare()
    publish(tmp_path, ROWS)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
def test_rollback_leaves_no_version(home: Path, tmp_path: Path) -> None:
    declare()
    with pytest.raises(RuntimeError), transaction.atomic():
        publish(tmp_path, ROWS)
        raise RuntimeError
    assert api.current_version("penduduk") is None


class _Race:
    """Eight threads that add a version at once; every thread has read the newest number before any writes."""

    def __init__(self, folder: Path, threads: int = 8) -> None:
        self.folder, self.count, self.errors = folder, threads, list[BaseException]()

    def run(self) -> None:
        files = [parquet(self.folder / f"{n}.parquet", ROWS, delivery=str(n)) for n in range(self.count)]
        threads = [threading.Thread(target=self._add, args=(n, file)) for n, file in enumerate(files)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)

    def _add(self, number: int, file: Path) -> None:
        try:
            api.add_version("penduduk", parquet=file, mode="append", source_id=str(number), at=AT)
        except BaseException as error:
            self.errors.append(error)
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_writers_take_one_number(home: Path, tmp_path: Path, monkeypatch) -> None:
    declare()
    together = threading.Barrier(8)
    readable = versions.readable_rows

    def all_have_read(*args):
        together.wait(timeout=30)
        return readable(*args)

    monkeypatch.setattr(versions, "lock_table", lambda name: LakeTable.objects.get(name=name))
    monkeypatch.setattr(versions, "readable_rows", all_have_read)
    race = _Race(tmp_path)
    race.run()
    assert len(race.errors) == 7
    assert all(isinstance(error, IntegrityError) for error in race.errors)


@pytest.mark.django_db(transaction=True)
def test_with_the_lock_numbers_have_no_gap_and_nothing_is_lost(home: Path, tmp_path: Path) -> None:
    declare()
    race = _Race(tmp_path)
    race.run()
    assert race.errors == []
    assert [v.number for v in api.versions_of("penduduk")] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert api.read("SELECT count(DISTINCT _delivery) AS n FROM penduduk")["n"].to_pylist() == [8]
