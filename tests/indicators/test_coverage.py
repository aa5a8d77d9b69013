"""A month half delivered is not a fall: every number says how much of it is there, until the rest is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.indicators.builders import AT, compute, deliver, population
from tests.people.builders import client_of, person
from tidar.indicators import api
from tidar.indicators.queries import definitions
from tidar.indicators.rules import definition as rules
from tidar.indicators.rules.coverage import Coverage, comparable, coverage_of, sentence
from tidar.places import api as places

SAID = "Baru 14 dari 17 kelurahan masuk; angka ini belum lengkap."
BADGE = "belum lengkap 14/17"
WAITING = 3  # kelurahan whose rows are still in quarantine


def _one(indicator: str = "jumlah-penduduk", area: str = "33.71", period: str | None = None) -> api.ValueView:
    (view,) = api.current_values(indicators=[indicator], area_codes=[area], period=period, at=AT)
    return view


def _codes() -> list[str]:
    return [area.code for area in places.villages()]


@pytest.fixture
def partial(city: Path) -> Path:
    """September whole, then October with all but the last three kelurahan, as when the rest waits in quarantine."""
    codes = _codes()
    deliver(city, "penduduk", population("2026-09", kelurahan=codes), delivery="w-09")
    deliver(city, "penduduk", population("2026-11", kelurahan=codes[:-WAITING]), delivery="w-11")
    compute()
    return city


def _release(folder: Path) -> None:
    """The last rows come in, two kelurahan first, then the third."""
    rows = population("2026-11", kelurahan=_codes())[-WAITING:]
    deliver(folder, "penduduk", rows[:2], delivery="w-11b")
    compute(at=AT + timedelta(hours=1))
    assert (_one().covered, _one().expected, len(_one().missing)) == (16, 17, 1)
    deliver(folder, "penduduk", rows[2:], delivery="w-11c")
    compute(at=AT + timedelta(hours=2))


def test_a_partial_period_says_so_and_is_compared_with_nothing(partial: Path) -> None:
    view = _one()
    assert (view.period, view.covered, view.expected, view.incomplete) == ("2026-11", 14, 17, True)
    assert view.missing == tuple(area.name for area in places.villages()[-WAITING:])
    assert view.narrative.endswith(SAID)
    assert "turun" not in view.narrative
    assert view.comparable == ()
    assert dict(view.history)["2026-09"] == sum(2100 * n for n in range(1, 18))  # known, but not compared with


def test_every_indicator_that_declares_coverage_has_it_and_no_other(partial: Path) -> None:
    views = {v.indicator: v for v in api.current_values(area_codes=["33.71"], at=AT)}
    declared = {d.id for d in definitions.load() if d.coverage}
    assert {code for code, v in views.items() if (v.covered, v.expected) == (14, 17)} == declared
    assert {code for code, v in views.items() if v.expected == 0} == views.keys() - declared
    assert len(declared) == 4


def test_the_release_of_the_last_rows_makes_it_whole(partial: Path) -> None:
    _release(partial)
    view = _one()
    assert (view.covered, view.expected, view.missing) == (17, 17, ())
    assert "belum lengkap" not in view.narrative
    assert ", sama dengan September 2026" in view.narrative  # October, partial too, is passed over
    assert [period for period, _number in view.comparable] == ["2026-09"]


def test_a_whole_kecamatan_of_a_partial_city_is_compared_but_has_no_place_among_halves(partial: Path) -> None:
    whole = _one(area=places.ancestors(_codes()[0])[0])
    assert not whole.incomplete
    assert whole.covered == whole.expected > 1
    assert ", sama dengan September 2026" in whole.narrative
    assert "Angka ini" not in whole.narrative


def test_a_correction_that_only_changes_the_coverage_is_another_number(partial: Path) -> None:
    """A kelurahan of nobody adds no one to the sum, but the month is more complete than it was."""
    before = _one().id
    rows = population("2026-11", kelurahan=_codes()[-WAITING:])
    nobody = [row | {"laki_laki": 0, "perempuan": 0} for row in rows[:1]]
    deliver(partial, "penduduk", nobody, delivery="w-0")
    compute(at=AT + timedelta(hours=1))
    assert _one().id != before
    assert _one().covered == 15


def test_pages_data_and_export_say_it(partial: Path) -> None:
    client = client_of(person("wali", role="leader"))
    value = _one()
    for address in ("/angka/", "/angka/jumlah-penduduk/", f"/telusur/angka/{value.id}/"):
        text = client.get(address).content.decode()
        assert BADGE in text, address
        assert SAID in text, address
    assert f"Belum masuk: {value.missing[0]}" in client.get(f"/telusur/angka/{value.id}/").content.decode()
    data = client.get("/api/indicators/jumlah-penduduk", {"area": "33.71"}).json()["values"][0]
    assert data["coverage"] == {"covered": 14, "expected": 17, "missing": list(value.missing)}
    assert data["comparable_history"] == []
    lines = client.get("/angka/jumlah-penduduk/angka.csv").content.decode("utf-8-sig").splitlines()
    assert ",wilayah_masuk,wilayah_seharusnya," in lines[0]
    assert ",14,17," in next(line for line in lines if ",33.71," in line)
    _release(partial)
    for address in ("/angka/", f"/telusur/angka/{_one().id}/"):
        assert BADGE not in client.get(address).content.decode()


def test_a_number_without_coverage_exports_empty_cells_and_no_badge(partial: Path) -> None:
    client = client_of(person("wali", role="leader"))
    assert "belum lengkap" not in client.get("/angka/layanan-atcs/").content.decode()
    assert ",,,ya," in client.get("/angka/layanan-atcs/angka.csv").content.decode()


def test_rules() -> None:
    base = ["33.71.02.1", "33.71.01.2", "33.71.01.1", "33.711.01.1"]
    found = coverage_of("33.71", base=base, present={"33.71.01.1"})
    assert found == Coverage(3, ("33.71.01.2", "33.71.02.1"))
    assert (found.covered, found.incomplete) == (1, True)
    assert coverage_of("33.71.01.1", base=base, present={"33.71.01.1"}) == Coverage(1)
    assert sentence(found, word="desa") == "Baru 1 dari 3 desa masuk; angka ini belum lengkap."
    assert sentence(Coverage(3), word="desa") == ""
    assert comparable(Coverage(17), Coverage())
    assert not comparable(found, Coverage(3))
    assert not comparable(found, Coverage(3, ("33.71.01.1", "33.71.02.1")))  # as many, but others


def test_coverage_only_where_it_can_be_counted() -> None:
    text = next(p for p in definitions.files() if p.stem == "jumlah-penduduk").read_text()
    for wrong in (
        text.replace('levels = ["region", "kecamatan", "kelurahan"]', 'levels = ["region"]'),
        text.replace('coverage = "kelurahan"', 'coverage = "rt"'),
    ):
        with pytest.raises(rules.UnableToDefine, match="overage"):
            rules.read_definition(wrong, name="jumlah-penduduk.toml")
    assert rules.read_definition(text, name="jumlah-penduduk.toml").coverage == "kelurahan"
