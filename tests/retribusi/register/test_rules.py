"""Numbers of the register: cases and properties; no database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.retribusi.rules import register as rules
from tidar.retribusi.rules.matching import alike, mistyped, name_key


@given(st.integers(1, 10**8), st.sampled_from(["33.71", "63.03"]))
def test_a_mistyped_npwrd_is_noticed(sequence: int, region: str) -> None:
    number = rules.npwrd_text(region, sequence)
    assert rules.npwrd_problem(number) == ""
    place = len(number) - 3
    wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
    assert "salah ketik" in rules.npwrd_problem(wrong)


@pytest.mark.parametrize(
    ("text", "block", "number"),
    [
        ("a 1", "", "A-001"), ("A.01", "", "A-001"), ("A001", "", "A-001"), ("12", "Blok A", "A-012"),
        ("12b", "A", "A-012B"), ("B 03 a", "", "B-003A"), ("LT2/K-5", "", "LT2-K-5"), ("  ", "", ""),
    ],
)  # fmt: skip
def test_a_stall_number_is_written_one_way(text: str, block: str, number: str) -> None:
    assert rules.stall_number(text, block=block) == number
    assert rules.stall_number(number, block=block) == number


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("0812-3456-7890", "+6281234567890"), ("62812 3456 7890", "+6281234567890"),
        ("+62 812 34567890", "+6281234567890"), ("81234567890", "+6281234567890"),
        ("+62 0812 34567890", "+6281234567890"), ("(0293) 362345", "+62293362345"), ("12", ""), ("tidak ada", ""),
    ],
)  # fmt: skip
def test_a_phone_is_written_one_way(text: str, phone: str) -> None:
    assert rules.phone_e164(text) == phone


@pytest.mark.parametrize(
    ("nik", "says"),
    [
        ("3371994101800001", ""), ("33 7199-4101.8000 01", ""), ("337199410180001", "15 angka"),
        ("9971994101800001", "provinsi"), ("3371993201800001", "bukan tanggal"), ("3371990113800001", "bukan tanggal"),
        ("3371994101800000", "tidak mungkin"), ("337199410180000x", "hanya boleh angka"),
        ("3371992902010001", "bukan tanggal"),
        ("3371992902000001", ""),
    ],
)  # fmt: skip
def test_a_nik_is_plausible_or_the_reason_is_said(nik: str, says: str) -> None:
    problem = rules.nik_problem(nik)
    assert says in problem
    assert bool(problem) == bool(says)
    assert nik not in problem


@given(st.binary(min_size=8, max_size=8))
def test_a_sticker_survives_being_typed(entropy: bytes) -> None:
    code = rules.sticker_code(entropy)
    assert rules.code_of_sticker(rules.sticker_text(code)) == code
    assert rules.code_of_sticker(code.lower().replace("0", "o").replace("1", "l")) == code
    assert int.from_bytes(entropy, "big") == sum(rules.ALPHABET.index(c) << 5 * i for i, c in enumerate(code))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Hj. Siti Aminah", "AMINAH, SITI", True), ("Slamet Riyadi", "Slamet Riadi", True), ("Sutinah", "Sutina", True),
        ("Budi Santoso", "Budi Susanto", False), ("Sutinah", "Suminah", False), ("Parjo", "", False),
    ],
)  # fmt: skip
def test_names_are_alike_or_not(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same


def test_every_single_slip_of_a_nik_is_among_the_mistyped() -> None:
    nik = "3371994101800001"
    found = set(mistyped(nik))
    assert nik not in found
    assert {"3371994101800002", "3371994101800010", "3371994101830001"} <= found
    assert all(sum(a != b for a, b in zip(nik, other, strict=True)) <= 2 for other in found)
    assert name_key("H. Abdul") == "ABDUL"
