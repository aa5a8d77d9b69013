"""Computing: only what changed, exactly, in one transaction, and nothing is ever overwritten."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.indicators.builders import AT, KELURAHAN, compute, deliver, population, sites, stalls, tariffs
from tidar.common import clock
from tidar.common.models import AuditEntry
from tidar.indicators import api, tasks
from tidar.indicators.actions import computing as writing
from tidar.indicators.models import Computation, CurrentValue, DefinitionVersion, Value
from tidar.indicators.queries import definitions
from tidar.indicators.rules.definition import UnableToDefine
from tidar.lake import api as lake


def _now(indicator: str, area: str = "33.71", period: str = "") -> Decimal | None:
    found = CurrentValue.objects.filter(indicator=indicator, area_code=area).order_by("-period")
    chosen = found.filter(period=period) if period else found
    row = chosen.select_related("value").first()
    return row.value.value if row else None


def test_all_seven_are_computed_at_every_level(city: Path) -> None:
    outcomes = compute()
    assert {o.indicator for o in outcomes} == {d.id for d in definitions.load()}
    assert all(o.changed_count == o.value_count > 0 and not o.sentence for o in outcomes)
    assert _now("jumlah-penduduk") == sum(2100 * n + 7 for n in range(1, 6))
    assert _now("jumlah-penduduk", "33.71.03") == 2100 * 9 + 14
    assert _now("rasio-rt", KELURAHAN[0]) == Decimal("210.7")
    assert _now("keterisian-lapak") == (Decimal(100) * sum(s["terisi"] for s in stalls()) / 60).quantize(
        Decimal("1e-8")
    )
    assert _now("layanan-atcs") == Decimal("71.42857143")


def test_density_uses_the_official_area_of_each_level(computed: Path) -> None:
    assert _now("kepadatan-penduduk") == (Decimal(31535) / Decimal("18.558")).quantize(Decimal("1e-8"))
    assert _now("kepadatan-penduduk", KELURAHAN[0]) == (Decimal(2107) / Decimal("0.382")).quantize(Decimal("1e-8"))


def test_potential_levy_joins_two_feeds_at_the_tariff_in_force(computed: Path) -> None:
    amounts = {"kios": 1000, "los": 2000, "lesehan": 3000, "konter": 0}
    assert _now("potensi-retribusi-harian") == sum(amounts[s["jenis_tempat"]] for s in stalls() if s["terisi"])


def test_nothing_is_computed_twice(computed: Path) -> None:
    assert compute(at=AT + timedelta(hours=1)) == ()


def test_only_indicators_of_the_changed_table_are_computed(computed: Path) -> None:
    deliver(computed, "atcs", sites()[:6], delivery="a-2")
    assert [o.indicator for o in compute()] == ["layanan-atcs"]


def test_a_correction_changes_the_number_and_keeps_the_old_one(computed: Path) -> None:
    corrected = population("2026-10", plus=7)[:1]
    corrected[0]["laki_laki"] += 100
    deliver(computed, "penduduk", corrected, delivery="p-10b")
    before = Value.objects.count()
    outcome = next(o for o in compute(at=AT + timedelta(days=1)) if o.indicator == "jumlah-penduduk")
    assert outcome.changed_count == 3  # the kelurahan, its kecamatan, the city; October only
    assert _now("jumlah-penduduk") == sum(2100 * n + 7 for n in range(1, 6)) + 100
    kept = Value.objects.filter(indicator="jumlah-penduduk", area_code="33.71", period="2026-10").order_by(
        "computed_at"
    )
    assert [v.value for v in kept] == [31535, 31635]
    assert Value.objects.count() > before


def test_unchanged_numbers_are_not_written_again_but_point_to_the_new_inputs(computed: Path) -> None:
    deliver(computed, "atcs", sites(), delivery="a-2")
    before = Value.objects.count()
    (outcome,) = compute(at=AT + timedelta(hours=1))
    assert outcome.changed_count == 0
    assert Value.objects.count() == before
    current = CurrentValue.objects.get(indicator="layanan-atcs", area_code="33.71")
    assert current.computation.inputs == [{"table": "atcs", "version": 2}]
    assert current.value.computation.inputs == [{"table": "atcs", "version": 1}]


def test_a_number_whose_rows_are_gone_is_withdrawn_not_left_standing(computed: Path) -> None:
    deliver(computed, "atcs", [s for s in sites() if s["kelurahan"] != KELURAHAN[4]], delivery="a-2")
    compute(at=AT + timedelta(days=1))
    assert _now("layanan-atcs", KELURAHAN[4]) is None
    assert api.current_values(indicators=["layanan-atcs"], area_codes=[KELURAHAN[4]]) == ()
    assert Value.objects.filter(indicator="layanan-atcs", area_code=KELURAHAN[4]).count() == 2


def test_a_snapshot_of_a_new_month_leaves_the_earlier_month(computed: Path) -> None:
    later = AT + timedelta(days=30)
    deliver(computed, "pasar_lapak", stalls(seed=2), delivery="l-2", at=later)
    compute(at=later)
    periods = CurrentValue.objects.filter(indicator="keterisian-lapak", area_code="33.71").values_list(
        "period", flat=True
    )
    assert sorted(periods) == ["2026-11", "2026-12"]
    assert _now("keterisian-lapak", period="2026-11") is not None


def test_a_tariff_that_comes_into_force_changes_the_number_without_new_data(computed: Path) -> None:
    assert [o.indicator for o in compute(at=AT.replace(year=2027))] == ["potensi-retribusi-harian"]
    occupied = [s for s in stalls() if s["terisi"] and s["jenis_tempat"] != "konter"]
    rank = {"kios": 1, "los": 2, "lesehan": 3}
    assert _now("potensi-retribusi-harian") == sum(9000 * rank[s["jenis_tempat"]] for s in occupied)


@pytest.mark.parametrize(("hour", "counts"), [(16, False), (17, True)])  # 1 January begins at 17.00 UTC in WIB
def test_midnight_brings_a_tariff_into_force(computed: Path, monkeypatch, *, hour: int, counts: bool) -> None:
    before = _now("potensi-retribusi-harian")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 31, hour, 1, tzinfo=timezone.utc))
    assert bool(tasks.compute_for_the_day(timestamp=0)) == counts
    assert (_now("potensi-retribusi-harian") != before) == counts
    assert tasks.compute_for_the_day(timestamp=0) == 0  # the day is counted once


def test_midnight_is_scheduled_for_every_zone_of_the_country() -> None:
    from procrastinate.contrib.django import app

    crons = {name: task.cron for (name, _id), task in app.periodic_registry.periodic_tasks.items()}
    assert crons["indicators.compute_for_the_day"] == "1 15,16,17 * * *"


def test_audit_and_event_are_written_with_the_numbers(computed: Path) -> None:
    from tidar.hub.models import Event

    events = Event.objects.filter(kind="indicator.changed")
    assert {e.data["indicator"] for e in events} == {d.id for d in definitions.load()}
    event = events.get(data__indicator="layanan-atcs")
    assert event.source_kind == "action"
    assert Computation.objects.get(pk=event.source_id).changed_count == event.data["changed"]
    assert AuditEntry.objects.filter(action="indicator.compute").count() == 7


def test_rollback_leaves_no_number(city: Path) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        compute()
        raise RuntimeError
    assert not Value.objects.exists()
    assert not Computation.objects.exists()


def test_an_indicator_waits_until_all_its_tables_have_data(home: Path, db: None, tmp_path: Path) -> None:
    deliver(tmp_path, "pasar_lapak", stalls(), delivery="l-1")
    assert [o.indicator for o in compute()] == ["keterisian-lapak"]


def test_one_broken_indicator_keeps_its_numbers_and_does_not_stop_the_rest(computed: Path, monkeypatch) -> None:
    good = definitions.load()
    from msgspec.structs import replace

    broken = tuple(replace(d, formula="sum(tiada)") if d.id == "layanan-atcs" else d for d in good)
    monkeypatch.setattr(definitions, "load", lambda: broken)
    deliver(computed, "pasar_tarif", tariffs()[:3], delivery="t-2")
    outcomes = {o.indicator: o for o in compute(at=AT + timedelta(days=1))}
    assert "tiada" in outcomes["layanan-atcs"].sentence
    assert outcomes["potensi-retribusi-harian"].changed_count > 0
    assert _now("layanan-atcs") == Decimal("71.42857143")
    assert compute(at=AT + timedelta(days=1, hours=1)) == ()  # it is not tried again until something changes


def test_other_content_is_another_definition_version(computed: Path, monkeypatch) -> None:
    from msgspec.structs import replace

    first = definitions.load()
    changed = tuple(replace(d, formula="sum(jiwa) + 1") if d.id == "jumlah-penduduk" else d for d in first)
    monkeypatch.setattr(definitions, "load", lambda: changed)
    compute(at=AT + timedelta(days=1))
    (view,) = api.current_values(indicators=["jumlah-penduduk"], area_codes=["33.71"])
    assert (view.definition_version, view.value) == (2, 31536)
    monkeypatch.setattr(definitions, "load", lambda: first)
    compute(at=AT + timedelta(days=2))
    (view,) = api.current_values(indicators=["jumlah-penduduk"], area_codes=["33.71"])
    assert (view.definition_version, view.value) == (1, 31535)
    assert DefinitionVersion.objects.filter(indicator="jumlah-penduduk").count() == 2


@pytest.mark.parametrize("table", ["indicators_value", "indicators_definitionversion"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET indicator = 'x'", "DELETE FROM {}"])
def test_database_refuses_to_change_what_was_published(computed: Path, table: str, verb: str) -> None:
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table))


def test_database_refuses_two_current_numbers(computed: Path) -> None:
    kept = CurrentValue.objects.get(indicator="layanan-atcs", area_code="33.71")
    other = Value.objects.filter(indicator="rasio-rt").first()
    with pytest.raises(IntegrityError), transaction.atomic():
        CurrentValue.objects.create(
            indicator=kept.indicator, area_code="33.71", period=kept.period, value=other, computation=kept.computation
        )


def test_a_published_delivery_is_followed(city: Path) -> None:
    from tidar.hub.api import EventView, SourceRef

    fields = {
        "happened_at": AT,
        "recorded_at": AT,
        "subject": "",
        "severity": 0,
        "area_code": "",
        "lon": None,
        "lat": None,
    }
    event = EventView(
        seq=1, id=DefinitionVersion().pk, kind="delivery.published", source=SourceRef("delivery", "x"),
        datastream_id=None, result=None, data={"lake_table": "atcs"}, **fields,
    )  # fmt: skip
    tasks.recompute(event)
    assert {v.indicator for v in Value.objects.all()} == {"layanan-atcs"}


def test_a_wrong_definition_file_is_refused_with_a_sentence(city: Path, settings, tmp_path: Path) -> None:
    folder = tmp_path / "programs" / "x" / "indicators"
    folder.mkdir(parents=True)
    (folder / "a.toml").write_text('id = "a"\nname = 3\n')
    settings.PROGRAMS_DIR = tmp_path / "programs"
    with pytest.raises(UnableToDefine, match=r"a\.toml salah"):
        compute()


def test_reading_the_lake_while_computing_pins_the_versions(city: Path, monkeypatch) -> None:
    """A version that arrives between planning and reading does not slip into a number that names the earlier one."""
    read, arrived = lake.read, []

    def late(sql: str, **options):
        if not arrived:
            arrived.append(1)
            deliver(city, "atcs", sites()[:1], delivery="a-9")
        return read(sql, **options)

    monkeypatch.setattr(lake, "read", late)
    compute()
    assert _now("layanan-atcs") == Decimal("71.42857143")


def _compute_in_two_processes(monkeypatch, *, guarded: bool) -> list[int]:
    """Two threads compute one indicator at once; how many of its numbers each wrote.

    Without the guard both are held until both have compared their numbers with what is there.
    """
    together = threading.Barrier(2, timeout=20)
    compare = writing._difference

    def both_have_compared(*arguments):
        found = compare(*arguments)
        together.wait()
        return found

    if not guarded:
        monkeypatch.setattr(writing, "_difference", both_have_compared)
        monkeypatch.setattr(
            DefinitionVersion.objects, "select_for_update", lambda **_: DefinitionVersion.objects.all(), raising=False
        )
    written: list[int] = []

    def run() -> None:
        try:
            written.append(sum(o.changed_count for o in compute(tables=["atcs"])))
        except IntegrityError:
            written.append(-1)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(written)


@pytest.fixture
def sites_only(transactional_db, home: Path, tmp_path: Path) -> None:
    """Only the table of sites, its indicator's definition already known."""
    deliver(tmp_path, "atcs", sites()[:1], delivery="a-0")
    compute()
    deliver(tmp_path, "atcs", sites(), delivery="a-1")


def test_without_the_lock_two_processes_write_the_same_numbers_twice(sites_only, monkeypatch) -> None:
    _compute_in_two_processes(monkeypatch, guarded=False)
    new = Value.objects.filter(area_code="33.71", value=Decimal("71.42857143"))
    assert new.count() == 2


def test_with_the_lock_the_second_finds_nothing_to_do(sites_only, monkeypatch) -> None:
    assert _compute_in_two_processes(monkeypatch, guarded=True)[0] == 0
    new = Value.objects.filter(area_code="33.71", value=Decimal("71.42857143"))
    assert new.count() == 1
