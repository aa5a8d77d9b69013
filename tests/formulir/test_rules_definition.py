"""XLSForms as definitions: what is read, what is refused and with which sentence; versions compared."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook

from tests.formulir.builders import xlsform
from tests.formulir.vectors import VECTORS
from tidar.formulir.rules.definition import UnableToUseForm
from tidar.formulir.rules.differences import differences
from tidar.formulir.rules.formulas import formula_text, read_formula
from tidar.formulir.rules.xlsform import read_xlsform

HEAD = "| survey | | | | | | |\n| | type | name | label | required | relevant | calculation |\n"
TAIL = "| settings | | | |\n| | form_title | form_id | version |\n| | Uji | uji | 1 |\n"
TEXT_A = "| | text | a | A | | | |\n"


def _read(lines: str, tail: str = TAIL) -> dict:
    return read_xlsform((HEAD + lines + tail).encode(), file_name="uji.md").definition


def test_groups_hide_their_questions() -> None:
    form = _read(
        "| | integer | n | N | | | |\n| | begin_group | g | G | | ${n} > 1 | |\n"
        "| | text | t | T | | ${n} < 9 | |\n| | end_group | | | | | |\n"
    )
    rule = ["and", [">", ["q", "n"], ["n", "1"]], ["<", ["q", "n"], ["n", "9"]]]
    assert [(one["name"], one["type"], one.get("group", "")) for one in form["questions"]][1:] == [
        ("g", "group", ""),
        ("t", "text", "g"),
    ]
    assert form["questions"][2]["relevant"] == rule


def test_clients_own_notes_are_no_questions() -> None:
    form = read_xlsform(xlsform(), file_name="uji.md").definition
    assert form["meta"] == {"start": "mulai", "end": "selesai", "deviceid": "alat"}
    assert [one["name"] for one in form["questions"]] == ["jenis", "banyak", "warna", "foto", "catatan"]


def test_a_workbook_is_read_like_its_tables() -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in xlsform().decode().splitlines()]
    book, sheet = Workbook(), None
    book.remove(book.active)
    for first, *rest in rows:
        if first:
            sheet = book.create_sheet(first)
        if any(rest):
            sheet.append([cell or None for cell in rest])
    file = io.BytesIO()
    book.save(file)
    assert read_xlsform(file.getvalue(), file_name="uji.xlsx").definition == _definition_of_tables()


def _definition_of_tables() -> dict:
    return read_xlsform(xlsform(), file_name="uji.md").definition


REFUSED = {
    "an unknown type": ("| | barcode | a | A | | | |\n", "jenis “barcode” belum dapat dipakai"),
    "repeats": ("| | begin_repeat | r | R | | | |\n| | text | a | A | | | |\n| | end_repeat | | | | | |\n", "“repeat”"),
    "a name twice": (
        "| | begin_group | g | G | | | |\n" + TEXT_A + "| | end_group | | | | | |\n" + TEXT_A,
        "Nama “a” dipakai dua kali",
    ),
    "an unknown function": (
        "| | text | a | A | | pulldata('x') | |\n",
        "kolom relevant: fungsi “pulldata” tidak dikenal.",
    ),
    "rules in a circle": (
        "| | text | a | A | | ${b} = 1 | |\n| | text | b | B | | ${a} = 1 | |\n",
        "saling menunggu: a, b.",
    ),
    "an unknown question": ("| | text | a | A | | ${c} = 1 | |\n", "bukan XLSForm yang benar"),
    "nothing asked": ("| | note | a | A | | | |\n", "tidak menanyakan apa pun"),
}


@pytest.mark.parametrize(("lines", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_we_cannot_ask_is_refused_with_a_sentence(lines: str, sentence: str) -> None:
    with pytest.raises(UnableToUseForm) as refused:
        _read(lines)
    assert sentence in refused.value.sentence


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (b"x", "a.pdf"),
        (b"PK\x03\x04 rusak", "a.xlsx"),
        (b"\xff\xfe", "a.md"),
        (b"", "a.md"),
        (b"x" * 2_000_001, "a.md"),
    ],
    ids=["pdf", "broken", "not utf-8", "empty", "large"],
)
def test_what_is_no_xlsform_is_refused_with_a_sentence(file: bytes, name: str) -> None:
    with pytest.raises(UnableToUseForm) as refused:
        read_xlsform(file, file_name=name)
    assert refused.value.sentence.endswith((".", ")"))


def test_a_workbook_that_unpacks_to_far_more_than_it_weighs_is_not_opened() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 41_000_000)
    with pytest.raises(UnableToUseForm, match="terlalu besar setelah dibuka"):
        read_xlsform(bomb.getvalue(), file_name="a.xlsx")


@pytest.mark.parametrize("vector", VECTORS["expressions"], ids=lambda vector: vector["formula"])
def test_a_formula_written_down_again_is_the_same_formula(vector: dict) -> None:
    assert read_formula(formula_text(vector["tree"]), own_name="x") == vector["tree"]


def test_differences_are_said_in_words() -> None:
    old = _read("| | text | a | A | | | |\n| | text | b | B | | | |\n")
    new = _read("| | integer | b | Bee | yes | ${c} = 1 | |\n| | integer | c | C | | | |\n")
    found = {change.name: (change.kind, *change.sentences) for change in differences(old, new)}
    assert found == {
        "b": (
            "berubah",
            "Jenis: teks menjadi bilangan bulat.",
            "Pertanyaan: “B” menjadi “Bee”.",
            "Aturan muncul: tidak ada menjadi “${c} = 1”.",
            "Aturan wajib: tidak menjadi selalu.",
        ),
        "c": ("baru", "Jenis: bilangan bulat."),
        "a": ("hilang",),
    }
    assert differences(new, new) == ()
