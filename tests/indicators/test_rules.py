"""Definitions, roll-up, narrative, freshness, drawing and export: no database."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from tidar.indicators.rules import definition as rules
from tidar.indicators.rules import rollup
from tidar.indicators.rules.drawing import HEIGHT, line
from tidar.indicators.rules.export import safe_cell
from tidar.indicators.rules.freshness import ORDER, oldest, worst
from tidar.indicators.rules.narrative import Facts, Place, narrative

FILE = Path(settings.PROGRAMS_DIR) / "kota-dasar" / "indicators" / "jumlah-penduduk.toml"
TEXT = FILE.read_text()


def _read(text: str, name: str = FILE.name) -> rules.Definition:
    return rules.read_definition(text, name=name)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('unit = "jiwa"\ndecimals = 0', 'unit = "jiwa"', "decimals"),
        ("decimals = 0", "decimals = 9", "decimals harus antara 0 dan 6"),
        ('levels = ["region", "kecamatan", "kelurahan"]', "levels = []", "levels tidak boleh kosong"),
        ('levels = ["region",', 'levels = ["negara",', "levels"),
        ('direction = "neutral"', 'direction = "atas"', "direction"),
        ('formula = "sum(jiwa)"', 'formula = "sum(jiwa); DROP TABLE x"', "titik koma"),
        ("_delivery, _row", "_row", "_table, _delivery, dan _row"),
        ("{change}", "{kenaikan}", "kata yang tidak dikenal: kenaikan"),
        ('period = "column"', 'period = "snapshot"', r"\$period"),
        ('value = "300"', 'value = "tiga"', "bukan angka"),
        ('id = "jumlah-penduduk"', 'id = "lain"', "Nama berkas harus lain.toml"),
        ('name = "jiwa"\ntitle', 'name = "Jiwa x"\ntitle', "Nama ukuran"),
        ('id = "jumlah-penduduk"', 'id = "jumlah-penduduk', "salah"),
    ],
)
def test_a_wrong_definition_is_refused_with_a_sentence(before: str, after: str, said: str) -> None:
    assert before in TEXT
    with pytest.raises(rules.UnableToDefine, match=said):
        _read(TEXT.replace(before, after, 1))


def test_a_definition_survives_its_own_data() -> None:
    definition = _read(TEXT)
    assert rules.definition_from(rules.definition_data(definition)) == definition


def test_comments_and_layout_do_not_make_another_version() -> None:
    assert rules.fingerprint(_read(TEXT)) == rules.fingerprint(_read("# catatan lain\n\n" + TEXT))
    assert rules.fingerprint(_read(TEXT)) != rules.fingerprint(_read(TEXT.replace("sum(jiwa)", "max(jiwa)")))


def test_sources_of_joined_rows_are_found_by_their_suffix() -> None:
    assert rollup.source_suffixes("SELECT 'a' AS _table, 't' AS _table_tarif, _delivery_tarif") == ("", "_tarif")


def _facts(**changes) -> Facts:
    values = {
        "area": "Cacaban", "value": Decimal(110), "unit": "jiwa", "decimals": 0, "period": "2026-10",
        "previous": ("2026-09", Decimal(100)), "peers": (), "parts": (), "peer_word": "kelurahan",
    }  # fmt: skip
    return Facts(**{**values, **changes})


TEMPLATE = "{area} dihuni {value} pada {period}{change}. {rank}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Cacaban dihuni 110 jiwa pada Oktober 2026, naik 10,0% dari September 2026."),
        ({"value": Decimal(90)}, "Cacaban dihuni 90 jiwa pada Oktober 2026, turun 10,0% dari September 2026."),
        ({"value": Decimal(100)}, "Cacaban dihuni 100 jiwa pada Oktober 2026, sama dengan September 2026."),
        ({"previous": None}, "Cacaban dihuni 110 jiwa pada Oktober 2026."),
        ({"previous": ("2026-09", Decimal(0))},
         "Cacaban dihuni 110 jiwa pada Oktober 2026, naik 110 jiwa dari September 2026."),
        ({"unit": "%", "value": Decimal("80.6"), "previous": ("2026-09", Decimal("78.1")), "decimals": 1},
         "Cacaban dihuni 80,6% pada Oktober 2026, naik 2,5 poin persen dari September 2026."),
        ({"value": Decimal(100001), "previous": ("2026-09", Decimal(100000))},
         "Cacaban dihuni 100.001 jiwa pada Oktober 2026, naik kurang dari 0,1% dari September 2026."),
    ],
)  # fmt: skip
def test_narrative_compares_with_the_period_before(changes: dict, said: str) -> None:
    assert narrative(TEMPLATE, _facts(**changes)) == said


def test_narrative_places_an_area_among_its_peers() -> None:
    peers = tuple(Place(name, Decimal(n)) for name, n in (("A", 200), ("Cacaban", 110), ("B", 110), ("C", 5)))
    assert narrative("{rank}", _facts(peers=peers)) == "Angka ini tertinggi ke-2 dari 4 kelurahan."
    assert narrative("{rank}", _facts(peers=peers, value=Decimal(200))) == "Angka ini tertinggi dari 4 kelurahan."


def test_narrative_of_a_region_names_its_ends() -> None:
    parts = (Place("A", Decimal(3)), Place("B", Decimal(1)))
    assert narrative("{rank}", _facts(parts=parts)) == "Tertinggi di A (3), terendah di B (1)."
    assert narrative("{rank}", _facts(parts=(Place("A", Decimal(3)), Place("B", Decimal(3))))) == ""


@given(st.lists(st.sampled_from(ORDER), min_size=1))
def test_a_number_is_never_fresher_than_its_worst_input(states: list) -> None:
    assert all(ORDER.index(state) <= ORDER.index(worst(states)) for state in states)
    assert worst(states) in states


def test_without_feeds_nothing_was_promised() -> None:
    assert worst([]) == "unscheduled"
    assert oldest([]) is None
    assert oldest([None, 5.0, 3.0]) == 5.0


@given(st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=2, max_size=24))
def test_a_line_stays_inside_its_box(values: list[Decimal]) -> None:
    drawn = line(values)
    assert drawn is not None
    heights = [float(point.split()[1]) for point in drawn.line[1:].split("L")]
    assert len(heights) == len(values)
    assert all(0 <= height <= HEIGHT for height in heights)


def test_a_line_needs_two_points() -> None:
    assert line([Decimal(1)]) is None


@given(st.text())
def test_no_exported_text_begins_like_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_exported_numbers_stay_numbers() -> None:
    assert [safe_cell(v) for v in (Decimal("-1.5"), 3, None)] == ["-1.5", "3", ""]
