"""What the wall shows, from real numbers, readings and events; how many queries it takes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from tests.command_center.builders import delivery, event
from tests.indicators import builders as numbers
from tidar.command_center.queries import gauges, mapping, state, tasks, ticker, tiles
from tidar.common import clock
from tidar.common.actor import Actor, Grant, system
from tidar.hub.models import Feed
from tidar.lake import api as lake
from tidar.lake.models import LakeTable

READER = Actor(kind="user", id="1", name="Dewi", grants=frozenset({Grant("wall.see")}))
NAMES = ticker.Names(feeds={"penduduk": "Penduduk per kelurahan"}, indicators={"rasio-rt": "Penduduk per RT"})


def test_tiles_come_by_importance_with_all_that_makes_them_honest(city: Path) -> None:
    found = tiles.tiles()
    assert [t.value.indicator for t in found][:2] == ["jumlah-penduduk", "potensi-retribusi-harian"]
    first = found[0]
    assert first.value.area_code == "33.71"
    assert first.value.narrative
    assert first.chart is not None
    assert first.sources == ("disdukcapil: penduduk",)
    assert (first.state_kind, first.greyed, first.value.sample) == ("ok", False, True)
    assert first.change_text.startswith("naik")
    assert "September 2026" in first.change_text


def test_a_half_delivered_month_is_no_fall(city: Path, tmp_path: Path) -> None:
    numbers.deliver(
        tmp_path, "penduduk", numbers.population("2026-11", kelurahan=numbers.KELURAHAN[:2]), delivery="p-11"
    )
    numbers.compute()
    tile = next(t for t in tiles.tiles() if t.value.indicator == "jumlah-penduduk")
    assert (tile.value.covered, tile.value.expected) == (2, 17)
    assert (tile.change, tile.change_text, tile.change_short, tile.chart, tile.chart_label) == (None, "", "", None, "")
    shown = render_to_string("tile/tile.html", {"tile": tile})
    assert "belum lengkap 2/17" in shown
    assert "Baru 2 dari 17 kelurahan masuk" in shown
    assert "turun" not in shown


def test_a_late_feed_greys_every_number_that_uses_it(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers.feed_states(monkeypatch, pasar_tarif="stale")
    found = {t.value.indicator: t for t in tiles.tiles()}
    assert found["potensi-retribusi-harian"].greyed
    assert found["potensi-retribusi-harian"].state_text == "basi"
    assert not found["jumlah-penduduk"].greyed


def test_only_what_differs_and_is_new_counts_as_changed(city: Path) -> None:
    found = tiles.tiles()
    codes = [t.value.indicator for t in tiles.changed_since(found, moment=numbers.AT - timedelta(hours=1))]
    assert "jumlah-penduduk" in codes
    assert "layanan-atcs" not in codes  # it has no earlier value
    assert tiles.changed_since(found, moment=numbers.AT + timedelta(hours=1)) == ()


def test_the_figure_has_a_class_for_every_area_with_a_value(city: Path) -> None:
    figure = mapping.figure("jumlah-penduduk")
    assert figure is not None
    assert len(figure.areas) == 17
    with_value = [a for a in figure.areas if a.value]
    assert len(with_value) == len(numbers.KELURAHAN)
    assert all(1 <= a.number <= len(figure.legend) for a in with_value)
    assert all(a.number == 0 for a in figure.areas if not a.value)
    assert mapping.figure("tidak-ada") is None


def test_points_come_from_the_lake_and_a_missing_table_is_no_error(city: Path) -> None:
    assert mapping.points() == ()  # the test's tables have no positions: the layers cannot be read, the wall stays up
    assert lake.current_version("atcs") is not None


def test_points_say_what_does_not_work(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"code": "S2", "name": "Simpang 2", "kind": "cctv", "lon": 110.2, "lat": -7.4, "working": False}

    class Answer:
        def to_pylist(self) -> list[dict[str, object]]:
            return [row, row | {"working": True}, row | {"lon": None}]

    monkeypatch.setattr(lake, "read", lambda _sql, **_more: Answer())
    found = [p for p in mapping.points() if p.layer == "atcs"]
    assert [(p.icon, p.note) for p in found] == [("camera-off", "tidak beroperasi"), ("camera", "beroperasi")]


def test_a_gauge_has_its_level_in_a_word_and_the_shape_of_its_hours(city: Path) -> None:
    (gauge,) = gauges.gauges()
    assert (gauge.reading.level, gauge.level_text, gauge.severity) == ("waspada", "Waspada", 1)
    assert gauge.chart is not None
    assert gauge.chart.limits
    assert gauges.recent_values(gauge.reading.datastream_id) == (1.0, 1.1, 3.3)


def test_events_become_sentences_with_names_for_codes(city: Path) -> None:
    event("delivery.published", data={"feed": "penduduk", "accepted": 1700})
    event("indicator.changed", data={"indicator": "rasio-rt"})
    texts = [line.sentence for line in ticker.recent_lines(names=NAMES, reader=READER, at=clock.now())]
    assert texts[0] == "Penduduk per RT dihitung ulang"
    assert texts[1] == "Penduduk per kelurahan: 1.700 baris terbit"
    assert any(text.startswith("Waspada 3,30 m: ") for text in texts)


def test_an_event_for_others_is_not_shown(city: Path) -> None:
    event("delivery.held", subject="rahasia", permission="hub.administer", data={"feed": "rahasia"})
    shown = ticker.recent_lines(names=NAMES, reader=READER, at=clock.now())
    assert not any("rahasia" in line.sentence for line in shown)
    everyone = ticker.recent_lines(names=NAMES, reader=system("uji"), at=clock.now())
    assert any("rahasia" in line.sentence for line in everyone)


def test_the_same_sentence_is_said_once_and_old_news_not_at_all(city: Path) -> None:
    for _ in range(3):
        event("feed.late", data={"feed": "penduduk"})
    event("feed.stale", data={"feed": "penduduk"}, at=clock.now() - timedelta(hours=30))
    texts = [line.sentence for line in ticker.recent_lines(names=NAMES, reader=READER, at=clock.now())]
    assert texts.count("Penduduk per kelurahan terlambat") == 1
    assert "Penduduk per kelurahan sudah basi" not in texts


def test_feeds_in_trouble_come_first(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers.feed_states(monkeypatch, atcs="stale", pasar_tarif="late")
    wall = state.wall(reader=READER, at=clock.now())
    assert [line.kind for line in wall.feeds][:3] == ["bad", "warn", "ok"]
    assert wall.troubled == 2
    assert wall.counted == "2 dari 4 segar"


def test_the_map_s_figure_is_what_was_asked_or_the_plan_s(city: Path) -> None:
    known = ["a", "kepadatan-penduduk"]
    assert state.map_code("a", known) == "a"
    assert state.map_code("bukan", known) == "kepadatan-penduduk"
    assert state.map_code("", ["x"]) == "x"
    assert state.map_code("", []) == ""


def test_the_wall_takes_few_queries(city: Path) -> None:
    state.wall(reader=READER, at=clock.now())
    with CaptureQueriesContext(
        connection,
    ) as few:
        state.wall(reader=READER, at=clock.now())
    for _ in range(30):
        event("feed.late", data={"feed": "penduduk"})
    state.wall(reader=READER, at=clock.now())  # the areas' edition is looked at once a second: look now, count after
    with CaptureQueriesContext(connection) as more:
        state.wall(reader=READER, at=clock.now())
    assert len(few) <= 14
    assert len(more) == len(few)


@pytest.mark.django_db
def test_only_one_s_own_late_feeds_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers.feed_states(monkeypatch, penduduk="late", atcs="stale")
    mine = Actor(kind="user", id="1", name="Sri", grants=frozenset({Grant("hub.deliver", agency="disdukcapil")}))
    other = Actor(kind="user", id="2", name="Joko", grants=frozenset({Grant("hub.deliver", agency="dishub")}))
    found = tasks.waiting_for(mine, at=numbers.AT)
    assert [(t.title, t.kind) for t in found] == [("atcs", "bad"), ("penduduk", "warn")]
    assert found[1].sentence == "Data terakhir 40 hari yang lalu."
    assert tasks.waiting_for(other, at=numbers.AT) == ()


@pytest.mark.django_db
def test_one_s_own_unfinished_deliveries_wait_with_the_step_to_go_to(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers.feed_states(monkeypatch)
    mapping_one, published = delivery("mapping"), delivery("published", open_rows=3)
    delivery("published")
    delivery("mapping", agency_code="dishub")
    mine = Actor(kind="user", id="1", name="Sri", grants=frozenset({Grant("hub.deliver", agency="disdukcapil")}))
    found = {t.url: t.sentence for t in tasks.waiting_for(mine, at=numbers.AT)}
    assert found == {
        f"/hub/kiriman/{mapping_one}/petakan/": "penduduk.xlsx: kolomnya belum dipetakan.",
        f"/hub/kiriman/{published}/karantina/": "penduduk.xlsx: 3 baris menunggu di karantina.",
    }
    assert tasks.waiting_for(READER, at=numbers.AT) == ()


def test_a_closed_feeds_sensor_is_not_on_a_wall_that_a_room_reads(city: Path) -> None:
    shown = gauges.gauges()
    assert shown
    Feed.objects.filter(code=shown[0].reading.feed_code).update(access_class="closed")
    left = {gauge.reading.feed_code for gauge in gauges.gauges()}
    assert shown[0].reading.feed_code not in left


def test_a_closed_tables_sites_are_not_on_the_map(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = {"code": "S2", "name": "Simpang 2", "kind": "cctv", "lon": 110.2, "lat": -7.4, "working": False}
    monkeypatch.setattr(lake, "read", lambda _sql, **_more: pa.Table.from_pylist([site]))
    assert mapping.points()
    LakeTable.objects.update(access_class="closed")
    assert mapping.points() == ()
