"""Numbers as they are shown: narrative, history, freshness, query counts; and the way down and up, exactly."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.indicators.builders import AT, KELURAHAN, compute, deliver, feed_states, population, sites, stalls
from tidar.common.errors import UnableToFind
from tidar.indicators import api
from tidar.indicators.models import CurrentValue, Value
from tidar.indicators.queries import computing, definitions
from tidar.indicators.rules.rollup import LEVEL_WIDTHS
from tidar.lake import api as lake


def _one(indicator: str, area: str = "33.71") -> api.ValueView:
    (view,) = api.current_values(indicators=[indicator], area_codes=[area], at=AT)
    return view


def test_the_newest_period_of_every_indicator_and_area(computed: Path) -> None:
    views = api.current_values(at=AT)
    assert len({(v.indicator, v.area_code) for v in views}) == len(views)
    assert {v.indicator for v in views} == {d.id for d in definitions.load()}
    assert _one("jumlah-penduduk").period == "2026-10"


def test_narrative_says_number_change_and_extremes(computed: Path) -> None:
    assert _one("jumlah-penduduk").narrative == (
        "Kota Magelang dihuni 31.535 jiwa pada Oktober 2026, naik 0,1% dari September 2026. "
        "Tertinggi di Cacaban (10.507), terendah di Rejowinangun Selatan (2.107). "
        "Baru 5 dari 17 kelurahan masuk; angka ini belum lengkap."
    )


def test_narrative_of_a_kelurahan_says_its_place(computed: Path) -> None:
    assert _one("jumlah-penduduk", KELURAHAN[3]).narrative.endswith("Angka ini tertinggi ke-2 dari 5 kelurahan.")
    assert "kecamatan." not in _one("jumlah-penduduk", "33.71.03").narrative  # a place among halves means nothing
    assert "Angka ini tertinggi ke-2 dari 3 kecamatan." in _one("layanan-atcs", "33.71.01").narrative


def test_history_holds_earlier_periods_and_corrections_oldest_first(computed: Path) -> None:
    corrected = population("2026-10", plus=7)[:1]
    corrected[0]["laki_laki"] += 100
    deliver(computed, "penduduk", corrected, delivery="p-10b")
    compute(at=AT + timedelta(days=1))
    assert _one("jumlah-penduduk").history == (("2026-09", Decimal(31500)), ("2026-10", Decimal(31535)))


def test_a_number_is_as_fresh_as_its_worst_input(computed: Path, monkeypatch) -> None:
    feed_states(monkeypatch, pasar_tarif="stale")
    view = _one("potensi-retribusi-harian")
    assert (view.freshness, view.age_seconds, view.sample, view.greyed) == ("stale", 90 * 86400.0, True, True)
    assert {i.table: i.feed.state for i in view.inputs if i.feed} == {"pasar_lapak": "fresh", "pasar_tarif": "stale"}
    assert _one("keterisian-lapak").freshness == "fresh"


def test_a_table_without_a_feed_promises_nothing(computed: Path) -> None:
    inputs = {i.table: i.feed for i in _one("kepadatan-penduduk").inputs}
    assert inputs["wilayah"] is None
    assert _one("kepadatan-penduduk").freshness == "fresh"


def test_numbers_take_few_queries_however_many(computed: Path, django_assert_max_num_queries) -> None:
    api.current_values(at=AT)
    with django_assert_max_num_queries(6):
        assert len(api.current_values(at=AT)) > 40
    with django_assert_max_num_queries(6):
        api.current_values(area_codes=["33.71"], at=AT)


def test_one_number_by_its_id_also_a_superseded_one(computed: Path) -> None:
    first = _one("layanan-atcs")
    assert api.value(first.id, at=AT) == first
    deliver(computed, "atcs", sites()[:1], delivery="a-2")
    compute(at=AT + timedelta(days=1))
    kept = api.value(first.id, at=AT)
    assert kept is not None
    assert (kept.superseded, kept.value) == (True, first.value)
    assert api.lineage(first.id, at=AT).agrees
    assert api.value(uuid.uuid4(), at=AT) is None


def test_every_number_recomputes_from_its_own_rows(computed: Path) -> None:
    """The whole walk: all seven definitions, every area, every period, every row."""
    walked: dict[str, int] = defaultdict(int)
    for current in CurrentValue.objects.select_related("value"):
        down = api.lineage(current.value_id, at=AT)
        assert down.agrees, current
        assert down.row_count == current.value.row_count, current
        walked[current.indicator] += 1
    assert set(walked) == {d.id for d in definitions.load()}
    assert sum(walked.values()) == CurrentValue.objects.count() > 60


def test_rows_lead_to_their_deliveries_and_columns(computed: Path) -> None:
    down = api.lineage(_one("potensi-retribusi-harian").id, at=AT)
    row = next(r for r in down.rows if r.measures[0] is not None)
    assert [(s.table, s.delivery) for s in row.sources] == [("pasar_lapak", "l-1"), ("pasar_tarif", "t-1")]
    assert row.sources[1].columns == ("tarif_harian",)
    untaxed = [r for r in down.rows if r.measures[0] is None]
    assert untaxed
    assert all(len(r.sources) == 1 for r in untaxed)  # no tariff: seen here, not hidden
    assert {(d.table, d.delivery) for d in down.deliveries} == {("pasar_lapak", "l-1"), ("pasar_tarif", "t-1")}


def test_rows_come_in_pages(computed: Path) -> None:
    deliver(computed, "pasar_lapak", stalls(230), delivery="l-2")
    compute(at=AT + timedelta(hours=1))
    value = _one("keterisian-lapak").id
    pages = [api.lineage(value, page=n, at=AT) for n in range(1, 6)]
    assert [len(p.rows) for p in pages] == [50, 50, 50, 50, 30]
    assert len({(s.delivery, s.row) for p in pages for r in p.rows for s in r.sources}) == 230
    assert api.lineage(value, page=99, at=AT).page == 5


def test_up_from_a_row_to_every_number_that_uses_it(computed: Path) -> None:
    used = {(v.indicator, v.area_code) for v in api.uses_of_row("p-10", 2, at=AT)}
    expected = {"jumlah-penduduk", "kepadatan-penduduk", "rasio-rt", "rasio-jenis-kelamin"}
    assert used == {(i, a) for i in expected for a in ("33.71", "33.71.01", KELURAHAN[0])}


def test_up_from_a_joined_row(computed: Path) -> None:
    tariff_rows = [api.uses_of_row("t-1", row, at=AT) for row in range(2, 20)]
    in_force = [views for views in tariff_rows if views]
    assert len(in_force) == 3  # kios and lesehan of Cacaban, los of Kebonpolo: the stalls there are
    assert {v.indicator for views in in_force for v in views} == {"potensi-retribusi-harian"}


def test_up_from_a_row_that_does_not_roll_up(computed: Path) -> None:
    (wilayah,) = (
        s for r in api.lineage(_one("kepadatan-penduduk").id, at=AT).rows for s in r.sources if s.table == "wilayah"
    )
    used = api.uses_of_row(wilayah.delivery, wilayah.row, at=AT)
    assert {(v.indicator, v.area_code) for v in used} == {("kepadatan-penduduk", "33.71")}
    assert {v.period for v in used} == {"2026-09", "2026-10"}


def test_down_and_up_agree(computed: Path) -> None:
    for indicator in {d.id for d in definitions.load()}:
        view = _one(indicator)
        source = api.lineage(view.id, at=AT).rows[0].sources[0]
        assert view.id in {v.id for v in api.uses_of_row(source.delivery, source.row, at=AT)}


def test_a_row_that_nothing_uses(computed: Path) -> None:
    assert api.uses_of_row("p-10", 999, at=AT) == ()


def test_lineage_of_nothing(computed: Path) -> None:
    with pytest.raises(UnableToFind):
        api.lineage(uuid.uuid4(), at=AT)


def test_lineage_takes_few_queries(computed: Path, django_assert_max_num_queries) -> None:
    value = _one("potensi-retribusi-harian").id
    with django_assert_max_num_queries(16):
        api.lineage(value, at=AT)


ROW = st.tuples(st.sampled_from(KELURAHAN), st.integers(0, 50_000), st.integers(0, 50_000))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=12), stall_count=st.integers(1, 40), seed=st.integers(0, 99))
def test_kelurahan_sum_to_the_region_for_additive_indicators(rows, stall_count: int, seed: int) -> None:
    """For any rows: what is additive adds up, at every level, exactly."""
    people = [{"kelurahan": k, "periode": "2026-10", "laki_laki": m, "perempuan": f} for k, m, f in rows]
    tariff = [{"pasar": "cacaban", "jenis_tempat": "kios", "tarif_harian": 1500, "berlaku_mulai": AT.date()}]
    tables = {"penduduk": people, "pasar_lapak": stalls(stall_count, seed), "pasar_tarif": tariff}
    for definition in definitions.load():
        if definition.additive and set(computing.inputs_of(definition)) <= set(tables):
            example = type(definition.examples[0])(title="x", tables=tables, expected=())
            found = computing.evaluate_example(definition, example, region="33.71")
            sums = {w: sum(c.value for c in found if len(c.area_code) == w) for w in LEVEL_WIDTHS.values()}
            assert len(set(sums.values())) <= 1, definition.id


def test_sums_are_additive_and_shares_are_not() -> None:
    assert {d.id for d in definitions.load() if d.additive} == {
        "jumlah-penduduk", "potensi-retribusi-harian", "penerimaan-retribusi-harian", "tunggakan-retribusi",
        "jam-ronda",
    }  # fmt: skip


def test_the_command_computes_lists_and_checks(city: Path) -> None:
    out = StringIO()
    call_command("indicators", "compute", stdout=out)
    call_command("indicators", "compute", stdout=out)
    call_command("indicators", "list", stdout=out)
    call_command("indicators", "check", stdout=out)
    text = out.getvalue()
    assert "layanan-atcs\t" in text
    assert "Tidak ada masukan yang berubah." in text
    assert "31.535 jiwa" in text
    assert "7 definisi, semua contoh hitungannya terpenuhi." in text


def test_the_command_says_which_example_fails(city: Path, monkeypatch) -> None:
    from msgspec.structs import replace

    broken = tuple(replace(d, formula="sum(jiwa) + 1") for d in definitions.load() if d.id == "jumlah-penduduk")
    monkeypatch.setattr(definitions, "load", lambda: broken)
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("indicators", "check", stderr=err)
    assert "33.71 seharusnya 300, hasilnya 301" in err.getvalue()


def test_values_are_kept_with_their_row_counts(computed: Path) -> None:
    assert Value.objects.get(indicator="keterisian-lapak", area_code="33.71").row_count == 60


def test_the_check_recomputes_every_number(computed: Path) -> None:
    out = StringIO()
    call_command("check_indicators", stdout=out)
    assert "Semua angka cocok" in out.getvalue()


def test_the_check_finds_a_number_that_its_inputs_do_not_give(computed: Path) -> None:
    wrong = CurrentValue.objects.get(indicator="layanan-atcs", area_code="33.71")
    other = CurrentValue.objects.get(indicator="layanan-atcs", area_code=KELURAHAN[0])
    first, second = wrong.value_id, other.value_id
    other.delete()
    wrong.value_id = second
    wrong.save()
    assert first != second
    assert [s.startswith("ATCS dan CCTV beroperasi, 33.71, 2026-11: tercatat") for s in api.check()] == [True]


def test_the_check_finds_inputs_that_are_gone(computed: Path) -> None:
    lake.current_version("atcs").paths[0].unlink()
    assert ["tidak dapat dihitung ulang" in sentence for sentence in api.check()] == [True]
    with pytest.raises(CommandError):
        call_command("check_indicators", stderr=StringIO())
