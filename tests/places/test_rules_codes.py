from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.places.rules import codes
from tidar.places.rules.neighbourhoods import read_neighbourhoods

CASES = [
    ("33", "province", "", False, False),
    ("33.71", "region", "33", True, False),
    ("63.03", "region", "63", False, False),
    ("33.71.03", "kecamatan", "33.71", True, False),
    ("33.71.03.1001", "kelurahan", "33.71.03", True, False),
    ("63.03.01.2001", "desa", "63.03.01", False, False),
    ("91.05.01.3001", "desa", "91.05.01", False, True),
    ("33.71.03.1001.04", "rw", "33.71.03.1001", True, False),
    ("33.71.03.1001.04.002", "rt", "33.71.03.1001.04", True, False),
]


@pytest.mark.parametrize(("text", "level", "parent", "kota", "adat"), CASES)
def test_a_code_says_what_it_is(text, level, parent, kota, adat):
    code = codes.parse_code(text)
    assert code == codes.AreaCode(text, level, parent, kota, adat)


@pytest.mark.parametrize(
    "text", ["", "3371", "33.71.3", "33.71.03.4001", "33.71.03.1001.4", "33.71.03.1001.04.2", "33,71", "33.71.03.1001 ",
             "33.71.03.1001\n", "٣٣.٧١"]
)  # fmt: skip
def test_other_texts_are_no_code(text):
    assert codes.parse_code(text) is None


def test_ancestors_are_nearest_first_and_end_with_the_region():
    assert codes.ancestors("33.71.03.1001.04.002") == (
        "33.71.03.1001.04", "33.71.03.1001", "33.71.03", "33.71",
    )  # fmt: skip
    assert codes.ancestors("33.71") == ()


@given(st.from_regex(codes.CODE, fullmatch=True))
def test_every_ancestor_contains_the_code_and_is_a_code(text):
    for above in codes.ancestors(text):
        assert text.startswith(f"{above}.")
        assert codes.parse_code(above) is not None


@given(village=st.just("33.71.03.1001"), rw=st.integers(1, 999), rt=st.integers(1, 999))
def test_rw_and_rt_codes_parse_to_their_levels(village, rw, rt):
    assert codes.level_of(codes.rw_code(village, rw)) == "rw"
    rt_code = codes.parse_code(codes.rt_code(village, rw, rt))
    assert rt_code is not None
    assert (rt_code.level, rt_code.parent) == ("rt", codes.rw_code(village, rw))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Kel. Rejowinangun Utara", "rejowinangun utara"),
        ("REJOWINANGUN  UTARA ", "rejowinangun utara"),
        ("Kelurahan Magelang", "magelang"),
        ("Kec. Magelang Utara", "magelang utara"),
        ("Bi'ih", "biih"),
        ("Aluh-Aluh Besar", "aluh aluh besar"),
        ("Kota", "kota"),
        ("", ""),
    ],
)
def test_a_name_has_one_key_however_it_is_spelt(text, key):
    assert codes.name_key(text) == key


@given(st.text(max_size=40))
def test_a_name_key_is_its_own_key(text):
    key = codes.name_key(text)
    assert codes.name_key(key) == key


def test_ten_bare_digits_become_a_dotted_code_only_when_they_can_be_one():
    assert codes.dotted(" 3371031001 ") == "33.71.03.1001"
    assert codes.dotted("3371010004") == "3371010004"  # a BPS code: its village part begins 0
    assert codes.looks_like_bps("3371010004")
    assert not codes.looks_like_bps("33.71.01")


VILLAGES = {"Cacaban": ("33.71.03.1002",), "Pasar Lama": ("63.03.07.2001", "63.03.09.2002")}


def read(text: str):
    return read_neighbourhoods(text, lambda name: VILLAGES.get(name, ()))


def test_a_line_with_an_rt_makes_its_rw_too():
    wanted, errors = read("Kelurahan;RW;RT;Nama\nCacaban;RW 04;2;\nCacaban;4;;Kampung Cacaban\n\n")
    assert errors == []
    assert [(n.code, n.name, n.level, n.parent, n.row) for n in wanted] == [
        ("33.71.03.1002.04", "Kampung Cacaban", "rw", "33.71.03.1002", 3),
        ("33.71.03.1002.04.002", "RT 002", "rt", "33.71.03.1002.04", 2),
    ]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("Cacabann,1,1", 'Baris 2: kelurahan/desa "Cacabann" tidak dikenal.'),
        ("Pasar Lama,1,1", "lebih dari satu (63.03.07.2001, 63.03.09.2002)"),
        ("Cacaban,satu,1", 'nomor RW "satu" bukan angka'),
        ("Cacaban,0,1", 'nomor RW "0" bukan angka'),
        ("Cacaban,1,x", 'nomor RT "x" bukan angka'),
        ("Cacaban,1,2\nCacaban,1,2", "Baris 3: RT 002 RW 01 di 33.71.03.1002 sudah ada pada baris 2."),
        ("Cacaban,1,,A\nCacaban,1,,B", "Baris 3: RW 01 di 33.71.03.1002 sudah ada pada baris 2."),
        ("Cacaban", 'nomor RW "" bukan angka'),
    ],
)
def test_a_wrong_line_is_named_with_its_fault(line, sentence):
    _, errors = read(f"kelurahan,rw,rt,nama\n{line}\n")
    assert len(errors) == 1
    assert sentence in errors[0]


def test_other_headings_are_refused():
    assert read("a,b\n1,2\n")[1][0].startswith("Baris judul harus memuat")
    assert read("")[1][0].startswith("Baris judul harus memuat")
