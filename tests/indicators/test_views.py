"""Pages and answers of numbers and their lineage; what the stranger may see; nothing personal, nothing that runs."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.indicators.builders import AT, COLUMNS, KELURAHAN, compute, deliver, feed_states, stalls
from tests.people.builders import client_of, person
from tidar.common.errors import UnableToFind
from tidar.hub import api as hub
from tidar.hub.api import CellView
from tidar.indicators import api
from tidar.lake import api as lake

DELIVERY = "01900000-0000-7000-8000-00000000000a"
PAGES = ("/angka/", "/angka/jumlah-penduduk/", "/angka/jumlah-penduduk/angka.csv", "/telusur/angka/{value}/",
         "/telusur/baris/p-10/2/")  # fmt: skip
DATA = ("/api/indicators", "/api/indicators/jumlah-penduduk", "/api/lineage/{value}", "/api/lineage/rows/p-10/2")


@pytest.fixture
def leader(computed: Path) -> Client:
    return client_of(person("wali", role="leader"))


def _value(indicator: str = "jumlah-penduduk", area: str = "33.71") -> api.ValueView:
    (view,) = api.current_values(indicators=[indicator], area_codes=[area])
    return view


def _cells(monkeypatch) -> list[tuple[uuid.UUID, int, str | None]]:
    """Let the hub say what the file said (reading files is tested in `hub`); remembers what was asked."""
    asked = []

    def raw_cell(delivery_id: uuid.UUID, row: int, column: str | None = None) -> CellView:
        asked.append((delivery_id, row, column))
        pairs = (("Kelurahan", "Cacaban"), ("Laki-laki", "5.007"), ("Perempuan", "5.500"), ("NIK", "•••"))
        heading = {"laki_laki": "Laki-laki", "perempuan": "Perempuan"}.get(column or "", "")
        letter = {"laki_laki": "C", "perempuan": "D"}.get(column or "", "")
        return CellView(
            delivery_id=delivery_id, file_name="penduduk-2026-10.xlsx", sheet="Okt", row=row, line=None,
            cell=f"{letter}{row}" if letter else "", column=column or "", heading=heading, text="", pairs=pairs,
        )  # fmt: skip

    monkeypatch.setattr(
        hub, "raw_cells", lambda delivery, row, columns: tuple(raw_cell(delivery, row, c) for c in columns)
    )
    return asked


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_for_those_who_may(leader: Client, path: str) -> None:
    assert leader.get(path.format(value=_value().id)).status_code == 200


@pytest.mark.parametrize("path", DATA)
def test_answers_open_for_those_who_may(leader: Client, path: str) -> None:
    assert leader.get(path.format(value=_value().id)).status_code == 200


@pytest.mark.parametrize("path", [*PAGES, *DATA])
def test_the_stranger_is_sent_to_sign_in_and_the_resident_is_refused(computed: Path, path: str) -> None:
    address = path.format(value=_value().id)
    assert Client().get(address).status_code == 302
    assert client_of(person("warga", role="resident")).get(address).status_code == 403


def test_a_collector_sees_numbers_but_not_their_rows(computed: Path) -> None:
    client = client_of(person("juru", role="collector", agency_code="disperindag"))
    assert client.get("/angka/").status_code == 200
    assert client.get(f"/telusur/angka/{_value().id}/").status_code == 403
    assert client.get(f"/api/lineage/{_value().id}").status_code == 403


def test_the_list_says_number_narrative_age_and_sample(leader: Client) -> None:
    text = leader.get("/angka/").content.decode()
    assert "31.535" in text
    assert "Kota Magelang dihuni 31.535 jiwa" in text
    assert "data contoh" in text
    assert "1 jam" in text


def test_the_list_of_another_area(leader: Client) -> None:
    assert "2.107" in leader.get("/angka/", {"wilayah": KELURAHAN[0]}).content.decode()
    assert leader.get("/angka/", {"wilayah": "99.99"}).status_code == 404


def test_a_late_feed_greys_the_number_with_its_age_everywhere(leader: Client, monkeypatch) -> None:
    feed_states(monkeypatch, penduduk="stale")
    value = _value()
    for address in ("/angka/", "/angka/jumlah-penduduk/", f"/telusur/angka/{value.id}/"):
        text = leader.get(address).content.decode()
        assert "is-stale" in text
        assert "90 hari" in text
    data = leader.get("/api/indicators").json()
    current = next(i["current"] for i in data["indicators"] if i["id"] == "jumlah-penduduk")
    assert (current["freshness"], current["age_seconds"]) == ("stale", 90 * 86400.0)


def test_the_page_of_a_figure_says_what_it_means(leader: Client) -> None:
    text = leader.get("/angka/kepadatan-penduduk/").content.decode()
    assert "Banyaknya penduduk untuk setiap kilometer persegi" in text
    assert "Kepmendagri" in text
    assert "sum(jiwa) / nullif(sum(km2), 0)" in text
    assert 'class="sparkline"' in text  # two periods, one line
    assert "September 2026" in text
    assert "style=" not in text


def test_a_figure_of_an_earlier_period(leader: Client) -> None:
    assert "31.500" in leader.get("/angka/jumlah-penduduk/", {"periode": "2026-09"}).content.decode()


def test_an_unknown_figure_is_not_found(leader: Client) -> None:
    assert leader.get("/angka/tiada/").status_code == 404
    assert leader.get("/api/indicators/tiada").json()["error"]["message"]


def test_every_number_in_an_answer_carries_freshness_age_sample_and_the_way_down(leader: Client) -> None:
    data = leader.get("/api/indicators/jumlah-penduduk").json()
    assert len(data["values"]) == 9
    assert data["periods"] == ["2026-10", "2026-09"]
    for value in data["values"]:
        assert value["freshness"] == "fresh"
        assert value["age_seconds"] == 3600.0
        assert value["sample"] is True
        assert leader.get(value["lineage"]["data"]).status_code == 200


def test_the_export_carries_ages_and_runs_no_formula(leader: Client, monkeypatch) -> None:
    from tidar.indicators.views import figures

    area = '=HYPERLINK("http://x")'
    real = figures.api.current_values
    from dataclasses import replace

    monkeypatch.setattr(figures.api, "current_values", lambda **k: tuple(replace(v, area_name=area) for v in real(**k)))
    text = leader.get("/angka/jumlah-penduduk/angka.csv").content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("indikator,kode_wilayah")
    assert '"\'=HYPERLINK(""http://x"")"' in text
    assert ",31535,jiwa,Segar,3600,5,17,ya,1,http" in text


def test_the_way_down_ends_in_marked_cells(leader: Client, monkeypatch) -> None:
    rows = [{"kelurahan": KELURAHAN[4], "periode": "2026-10", "laki_laki": 5007, "perempuan": 5500, "rt": 9}]
    deliver(_folder(), "penduduk", rows, delivery=DELIVERY)
    compute(at=AT + timedelta(hours=1))
    asked = _cells(monkeypatch)
    text = leader.get(f"/telusur/angka/{_value('jumlah-penduduk', KELURAHAN[4]).id}/").content.decode()
    assert "penduduk-2026-10.xlsx" in text
    assert "sel C2, D2" in text
    assert text.count('<td class="is-used">') == 2
    assert asked == [(uuid.UUID(DELIVERY), 2, "laki_laki"), (uuid.UUID(DELIVERY), 2, "perempuan")]
    assert f"/telusur/baris/{DELIVERY}/2/" in text
    assert "dihitung ulang dari barisnya: cocok" in text


def test_the_panel_is_the_page_without_its_frame(leader: Client) -> None:
    text = leader.get(f"/telusur/angka/{_value().id}/", headers={"HX-Request": "true"}).content.decode()
    assert 'id="telusur-jejak"' in text
    assert "<html" not in text
    assert "<h3>Jumlah penduduk, Kota Magelang</h3>" in text


def test_rows_page_and_open_by_number(leader: Client) -> None:
    deliver(_folder(), "pasar_lapak", stalls(120), delivery="l-2")
    compute(at=AT + timedelta(hours=1))
    address = f"/telusur/angka/{_value('keterisian-lapak').id}/"
    text = leader.get(address, {"page": "3", "baris": "113"}).content.decode()
    assert "Halaman 3 dari 3" in text
    assert text.count('aria-current="true"') == 1
    assert "Baris nomor 113" in text
    assert leader.get(address, {"page": "x", "baris": "-4"}).status_code == 200


def test_a_row_of_the_areas_file_is_shown_from_the_region(leader: Client) -> None:
    text = leader.get(f"/telusur/angka/{_value('kepadatan-penduduk').id}/", {"baris": "1"}).content.decode()
    assert "regions/33.71/areas.csv" in text
    assert '<td class="is-used">18.558' in text


def test_the_way_up_lists_every_number_of_the_row(leader: Client) -> None:
    text = leader.get("/telusur/baris/p-10/2/").content.decode()
    assert text.count("/telusur/angka/") == 12
    data = leader.get("/api/lineage/rows/p-10/2").json()
    assert {v["indicator"] for v in data["values"]} >= {"jumlah-penduduk", "rasio-rt"}


def test_the_way_up_from_a_row_of_the_areas_file(leader: Client) -> None:
    text = leader.get("/telusur/baris/region:33.71/2/").content.decode()
    assert "regions/33.71/areas.csv" in text
    assert text.count("/telusur/angka/") == 2  # the city's density in two months


def test_the_way_up_from_nowhere(leader: Client) -> None:
    assert leader.get("/telusur/baris/tiada/2/").status_code == 404
    assert leader.get(f"/telusur/angka/{uuid.uuid4()}/").status_code == 404
    assert "tidak memenuhi syarat" in leader.get("/telusur/baris/p-10/99/").content.decode()


def test_personal_measures_are_masked(leader: Client) -> None:
    columns = [lake.LakeColumn(n, k, n, personal=n == "laki_laki") for n, k in COLUMNS["penduduk"].items()]  # type: ignore[arg-type]
    lake.declare_table("penduduk", at=AT, title="Penduduk", columns=columns, access_class="limited",
                       agency_code="disdukcapil", source="feed:penduduk")  # fmt: skip
    value = _value("rasio-jenis-kelamin")
    rows = leader.get(f"/api/lineage/{value.id}").json()["rows"]
    assert {row["measures"][0] for row in rows} == {"•••"}
    assert all(isinstance(row["measures"][1], int) for row in rows)
    assert "1.007" not in leader.get(f"/telusur/angka/{value.id}/").content.decode()


def test_rows_of_a_closed_feed_open_only_for_its_owner(computed: Path, monkeypatch) -> None:
    from dataclasses import replace

    feed_states(monkeypatch)
    states = hub.feed_states(at=AT)
    states["penduduk"] = replace(states["penduduk"], access_class="closed")
    treasurer = client_of(person("bendahara", role="treasurer", agency_code="bpkad"))
    owner = client_of(person("rini", role="producer", agency_code="disdukcapil"))
    colleague = client_of(person("joko", role="producer", agency_code="dishub"))
    address = f"/telusur/angka/{_value().id}/"
    for client, hidden in ((treasurer, True), (colleague, True), (owner, False)):
        text = client.get(address).content.decode()
        assert ("Baris umpan ini tertutup" in text) is hidden
        assert ("•••" in text) is hidden
        assert client.get("/telusur/baris/p-10/2/").status_code == (403 if hidden else 200)


@pytest.mark.parametrize("spelling", [DELIVERY, DELIVERY.upper(), DELIVERY.replace("-", ""), f"{{{DELIVERY}}}"])
def test_rows_of_a_delivery_that_is_not_published_are_nobodys(leader: Client, monkeypatch, spelling: str) -> None:
    asked = _cells(monkeypatch)
    assert leader.get(f"/telusur/baris/{spelling}/2/").status_code == 404
    assert leader.get(f"/api/lineage/rows/{spelling}/2").status_code == 404
    assert asked == []


def test_a_table_closed_in_the_lake_stays_closed_without_its_feed(leader: Client, monkeypatch) -> None:
    columns = [lake.LakeColumn(name, kind, name) for name, kind in COLUMNS["penduduk"].items()]  # type: ignore[arg-type]
    lake.declare_table("penduduk", at=AT, title="Penduduk", columns=columns, access_class="closed",
                       agency_code="disdukcapil", source="feed:penduduk")  # fmt: skip
    monkeypatch.setattr(hub, "feed_states", lambda *, at: {})
    joko = client_of(person("joko", role="producer", agency_code="dishub"))
    rini = client_of(person("rini", role="producer", agency_code="disdukcapil"))
    assert joko.get("/telusur/baris/p-10/2/").status_code == 403
    assert rini.get("/telusur/baris/p-10/2/").status_code == 200


def test_a_file_that_is_gone_is_said_not_raised(leader: Client, monkeypatch) -> None:
    def gone(*args, **options):
        raise UnableToFind("Baris 2 tidak ada di berkas itu.")

    rows = [{"kelurahan": KELURAHAN[4], "periode": "2026-10", "laki_laki": 1, "perempuan": 1, "rt": 9}]
    deliver(_folder(), "penduduk", rows, delivery=DELIVERY)
    compute(at=AT + timedelta(hours=1))
    monkeypatch.setattr(hub, "raw_cells", gone)
    text = leader.get(f"/telusur/angka/{_value('rasio-rt', KELURAHAN[4]).id}/").content.decode()
    assert "Baris 2 tidak ada di berkas itu." in text


def test_a_failed_computation_is_told_on_the_page(leader: Client) -> None:
    from tidar.indicators.models import Computation

    last = Computation.objects.filter(definition__indicator="rasio-rt").latest("computed_at")
    Computation.objects.create(
        definition=last.definition, inputs=last.inputs, parameters=last.parameters, watermark=last.watermark,
        computed_at=AT + timedelta(days=1), sentence="kolom hilang",
    )  # fmt: skip
    assert "angka lama masih berlaku: kolom hilang" in leader.get("/angka/rasio-rt/").content.decode()
    assert "kolom hilang" in leader.get("/angka/").content.decode()


def test_pages_take_few_queries(leader: Client, django_assert_max_num_queries) -> None:
    value = _value("potensi-retribusi-harian").id
    for address in ("/angka/", "/angka/jumlah-penduduk/", f"/telusur/angka/{value}/", "/api/indicators"):
        leader.get(address)
        with django_assert_max_num_queries(32):
            leader.get(address)


def test_answers_are_plain_json(leader: Client) -> None:
    down = json.loads(leader.get(f"/api/lineage/{_value().id}").content)
    assert down["recomputed"] == {"value": 31535, "agrees": True}
    assert down["row_count"] == 5
    assert down["deliveries"] == [{"table": "penduduk", "title": "Penduduk", "delivery": "p-10", "rows": 5}]


def _folder() -> Path:
    import tempfile

    return Path(tempfile.mkdtemp())
