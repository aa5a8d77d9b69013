"""Reading: one SELECT, only lake tables, pinned versions, a sentence for every refusal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from tests.lake.builders import AT, declare, publish
from tidar.lake import api
from tidar.lake.queries import engine

ROWS = [{"kelurahan": "33.71.01.1003", "jiwa": 10}, {"kelurahan": "33.71.01.1007", "jiwa": 20}]


@pytest.fixture
def lake(home: Path, tmp_path: Path, db: None) -> Path:
    declare()
    publish(tmp_path, ROWS, source_id="a")
    publish(tmp_path, [*ROWS, {"kelurahan": "33.71.01.1008", "jiwa": 5}], source_id="b")
    return home


def test_reads_the_newest_version(lake: Path) -> None:
    assert api.read("SELECT sum(jiwa) AS n, max(_row) AS r FROM penduduk").to_pylist() == [{"n": 35, "r": 4}]


def test_reads_a_pinned_version(lake: Path) -> None:
    assert api.read("SELECT sum(jiwa) AS n FROM penduduk", versions={"penduduk": 1})["n"].to_pylist() == [30]


def test_fills_named_parameters_as_literals(lake: Path) -> None:
    sql = "SELECT kelurahan FROM penduduk WHERE jiwa > $least AND kelurahan <> $not ORDER BY 1"
    answer = api.read(sql, parameters={"least": 5, "not": "x' OR '1'='1"})
    assert answer["kelurahan"].to_pylist() == ["33.71.01.1003", "33.71.01.1007"]
    typed = api.read(
        "SELECT $d AS d, $m AS m, $b AS b", parameters={"d": date(2026, 11, 1), "m": Decimal("1.5"), "b": True}
    )
    assert typed.to_pylist() == [{"d": date(2026, 11, 1), "m": Decimal("1.5"), "b": True}]


def test_common_table_expressions_are_not_lake_tables(lake: Path) -> None:
    sql = "WITH besar AS (SELECT * FROM penduduk WHERE jiwa > 5) SELECT count(*) AS n FROM besar"
    assert api.read(sql)["n"].to_pylist() == [2]
    assert api.tables_read_by(sql) == ("penduduk",)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM '/etc/passwd'", "table"),
        ("SELECT * FROM read_csv('/etc/passwd')", "only_tables"),
        ("SELECT * FROM read_text('/etc/passwd')", "only_tables"),
        ("SELECT * FROM glob('/*')", "only_tables"),
        ("SELECT * FROM duckdb_settings()", "only_tables"),
        ("SELECT * FROM information_schema.tables", "only_tables"),
        ("SELECT * FROM query('SELECT 1')", "only_tables"),
        ("SELECT 1; SELECT 2", "one_select"),
        ("", "one_select"),
        ("COPY penduduk TO '/tmp/keluar.csv'", "only_select"),
        ("DROP VIEW penduduk", "only_select"),
        ("INSERT INTO penduduk VALUES (1)", "only_select"),
        ("SET memory_limit = '9GB'", "only_select"),
        ("INSTALL httpfs", "only_select"),
        ("ATTACH '/tmp/x.db'", "only_select"),
        ("SELECT FROM WHERE", "syntax"),
        ("SELECT * FROM tiada", "table"),
        ("SELECT tiada FROM penduduk", "engine"),
        ("SELECT $x", "parameter"),
    ],
)
def test_refuses_with_a_sentence(lake: Path, sql: str, code: str) -> None:
    with pytest.raises(api.UnableToRead) as refusal:
        api.read(sql)
    assert refusal.value.code == code
    assert refusal.value.sentence


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM '/etc/passwd'", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM duckdb_secrets()"]
)
def test_the_engine_itself_reaches_no_file(lake: Path, sql: str) -> None:
    """Even with the courteous guard away."""
    with pytest.raises(api.UnableToRead, match=r"Permission Error|does not exist"):
        engine.run_on_duckdb(sql, ())


def test_the_engine_keeps_its_settings_locked(lake: Path) -> None:
    with pytest.raises(api.UnableToRead):
        engine.run_on_duckdb("SELECT set_config('memory_limit', '9GB')", ())


def test_python_variables_are_not_tables(lake: Path) -> None:
    frame = pa.table({"a": [1]})
    with pytest.raises(api.UnableToRead):
        engine.run_on_duckdb("SELECT * FROM frame", ())
    assert frame.num_rows == 1


def test_a_question_that_runs_too_long_is_stopped(lake: Path, monkeypatch) -> None:
    monkeypatch.setattr(engine, "SECONDS", 0.3)
    with pytest.raises(api.UnableToRead, match="dihentikan"):
        api.read("SELECT sum(a.range % (b.range + 1)) FROM range(1000000) a, range(1000000) b")


def test_a_declared_table_without_data_says_so(home: Path, db: None) -> None:
    declare()
    with pytest.raises(api.UnableToRead, match="belum berisi data"):
        api.read("SELECT * FROM penduduk")


def test_a_version_that_never_was_says_so(lake: Path) -> None:
    with pytest.raises(api.UnableToRead, match="tidak memiliki versi 9"):
        api.read("SELECT * FROM penduduk", versions={"penduduk": 9})


def test_a_column_added_to_the_contract_later_is_empty_in_older_files(lake: Path) -> None:
    declare(columns=(api.LakeColumn("jiwa", "integer", "Jiwa"), api.LakeColumn("kk", "integer", "KK")))
    assert api.read("SELECT count(kk) AS kk, count(*) AS n FROM penduduk").to_pylist() == [{"kk": 0, "n": 3}]


def test_only_declared_columns_are_visible(lake: Path) -> None:
    declare(columns=(api.LakeColumn("jiwa", "integer", "Jiwa"),))
    assert api.read("SELECT * FROM penduduk").column_names == ["jiwa", "_delivery", "_row"]


def test_reading_takes_few_queries(lake: Path, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        api.read("SELECT count(*) FROM penduduk")
    with django_assert_num_queries(1):
        api.read("SELECT count(*) FROM penduduk", versions={"penduduk": 1})
    with django_assert_num_queries(2):
        api.tables()


def test_another_engine_that_is_not_installed_says_so(lake: Path, settings) -> None:
    settings.TIDAR_ENGINE = "spark://10.0.0.1"
    with pytest.raises(api.UnableToRead, match="belum dipasang"):
        api.read("SELECT count(*) FROM penduduk")


def test_a_whole_lake_passes_its_check(lake: Path) -> None:
    out = StringIO()
    call_command("check_lake", stdout=out)
    assert api.check() == ()
    assert "utuh" in out.getvalue()


def test_a_deleted_file_is_found(lake: Path) -> None:
    api.current_version("penduduk").paths[0].unlink()
    assert ["hilang" in sentence for sentence in api.check()] == [True]
    with pytest.raises(CommandError):
        call_command("check_lake", stderr=StringIO())


def test_a_changed_byte_is_found(lake: Path) -> None:
    path = api.current_version("penduduk").paths[0]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    assert ["isi berkas" in sentence for sentence in api.check()] == [True]


def test_a_truncated_file_is_found(lake: Path) -> None:
    path = api.current_version("penduduk").paths[0]
    path.write_bytes(path.read_bytes()[:-10])
    assert ["ukuran" in sentence for sentence in api.check()] == [True]


def test_a_damaged_file_is_healed_by_the_same_content(lake: Path, tmp_path: Path) -> None:
    api.current_version("penduduk").paths[0].unlink()
    publish(tmp_path, [*ROWS, {"kelurahan": "33.71.01.1008", "jiwa": 5}], source_id="b")
    assert api.check() == ()


def test_the_command_lists_and_answers(lake: Path) -> None:
    out = StringIO()
    call_command("lake", "list", stdout=out)
    call_command("lake", "versions", "penduduk", stdout=out)
    call_command("lake", "sql", "SELECT jiwa FROM penduduk ORDER BY 1", "--limit", "1", stdout=out)
    assert "penduduk\tv2\t3 baris\tPenduduk" in out.getvalue()
    assert "v1\t2026-11-24T03:00:00+00:00\t2 baris\ta" in out.getvalue()
    assert "jiwa\n5\n… 2 baris lagi" in out.getvalue()
    with pytest.raises(CommandError, match="SELECT"):
        call_command("lake", "sql", "DROP TABLE penduduk")


def test_types_of_appended_files_meet(home: Path, db: None, tmp_path: Path) -> None:
    declare()
    publish(tmp_path, ROWS, source_id="a", mode="append")
    rows = pa.table({"kelurahan": ["x"], "jiwa": [1.5], "_delivery": ["b"], "_row": [2]})
    pq.write_table(rows, tmp_path / "b.parquet")
    api.add_version("penduduk", parquet=tmp_path / "b.parquet", mode="append", source_id="b", at=AT)
    assert api.read("SELECT sum(jiwa) AS n FROM penduduk")["n"].to_pylist() == [31.5]
