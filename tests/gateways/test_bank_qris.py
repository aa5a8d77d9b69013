"""QRIS payloads against published strings, an independent reader, and what must be refused."""

from __future__ import annotations

import pytest
import qriskit
from hypothesis import given
from hypothesis import strategies as st

from tidar.gateways.bank import qris
from tidar.gateways.bank.fake import MERCHANT

REAL = (
    "00020101021226690023ID.CO.BANKALTIMTARA.WWW011893600124024091802802092409180280303URE51440014ID.CO.QRIS.WWW0215"
    "ID20243452761720303URE5204752353033605405100005802ID5944(TEST) RETRIBUSI PARKIR PELABUHAN BULUMINUNG6015PENAJAM"
    " PASER U610576141622501121122334455340705479056304F16E"
)
SYNTHETIC = (
    "00020101021226690017ID.CO.EXAMPLE.WWW01189360000000000000010215MGL0000000000010303URE51440014ID.CO.QRIS.WWW0215"
    "ID00000000000000303URE520493995303360540430005802ID5920RETRIBUSI PASAR TEST6013KOTA MAGELANG61055611762300114"
    "SKRD20260000010708KBP-A0126304DFE8"
)


def test_the_checksum_of_the_standard() -> None:
    assert qris.crc16("123456789") == "29B1"


@pytest.mark.parametrize("payload", [REAL, SYNTHETIC, MERCHANT], ids=["real", "synthetic", "fake"])
def test_published_payloads_are_read(payload: str) -> None:
    assert qris.read(payload).fields[0] == ("00", "01")


def test_meaning_of_the_synthetic_vector() -> None:
    found = qris.read(SYNTHETIC)
    assert (found.amount_rupiah, found.bill_number, found.terminal) == (3000, "SKRD2026000001", "KBP-A012")
    assert (found.merchant_name, found.city) == ("RETRIBUSI PASAR TEST", "KOTA MAGELANG")


def test_what_is_read_is_written_again_byte_for_byte() -> None:
    assert qris.write(qris.read(SYNTHETIC).fields) == SYNTHETIC


def test_a_real_name_longer_than_the_standard_is_read_but_never_written() -> None:
    assert len(qris.read(REAL).merchant_name) == 44
    with pytest.raises(ValueError, match="25"):
        qris.write(qris.read(REAL).fields)


@given(position=st.integers(0, len(SYNTHETIC) - 1), letter=st.sampled_from("0123456789ABCXYZ "))
def test_any_changed_character_is_noticed(position: int, letter: str) -> None:
    changed = SYNTHETIC[:position] + letter + SYNTHETIC[position + 1 :]
    if changed != SYNTHETIC:
        with pytest.raises(qris.UnableToReadQris):
            qris.read(changed)


@given(text=st.text(max_size=60))
def test_nonsense_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(qris.UnableToReadQris):
        qris.read(text)


@given(amount=st.integers(1, 10**12), number=st.from_regex(r"[A-Z0-9]{1,25}", fullmatch=True))
def test_a_dynamic_code_says_its_bill_and_an_independent_reader_agrees(amount: int, number: str) -> None:
    payload = qris.for_bill(MERCHANT, amount_rupiah=amount, additional={"01": number, "07": "A-001"})
    found = qris.read(payload)
    assert (found.is_static, found.amount_rupiah, found.bill_number, found.terminal) == (False, amount, number, "A-001")
    oracle = qriskit.parse(payload, strict=True)
    assert (int(oracle.amount), oracle.is_dynamic, oracle.additional_data.bill_number) == (amount, True, number)


@pytest.mark.parametrize("amount", ["-3000", "3000.50", "0", "3,000", "٣٠٠٠"])
def test_a_code_over_anything_but_whole_rupiah_is_not_written(amount: str) -> None:
    fields = [(t, amount if t == "54" else v) for t, v in qris.read(SYNTHETIC).fields]
    with pytest.raises(ValueError, match="rupiah"):
        qris.write(fields)
