"""What each kind of document says: its data, checked when it is issued.

Fields follow the documents of local revenue: SKRD, dokumen yang dipersamakan (karcis), SSRD, TBP and STS
(UU 1/2022 Ps 87 and 95; PP 12/2019 and Permendagri 77/2020 for the treasurer's). Text is plain text: nothing in it is
ever read as markup. Money is whole rupiah; moments carry their offset.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from tidar.common.errors import UnableTo

GREATEST_RUPIAH = 10**15
UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
Name = Annotated[str, Meta(min_length=1, max_length=300)]
Short = Annotated[str, Meta(max_length=300)]
Text = Annotated[str, Meta(max_length=1000)]
Rupiah = Annotated[int, Meta(ge=0, le=GREATEST_RUPIAH)]
Moment = Annotated[datetime, Meta(tz=True)]


class UnableToIssue(UnableTo):
    """The document cannot be made from this data."""


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of money: what for, and how much. `number` is of another document or an account code."""

    title: Name
    amount_rupiah: Rupiah
    number: Short = ""
    note: Text = ""


class Sheet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every document says: whose it is, on what legal ground, and how much."""

    region: Name  # letter head: "Pemerintah Kota Magelang"
    agency: Name  # "Dinas Perindustrian dan Perdagangan"
    amount_rupiah: Rupiah
    address: Short = ""  # of the agency, one line
    place: Short = ""  # where it is signed: "Magelang"
    legal_basis: Annotated[tuple[Text, ...], Meta(max_length=8)] = ()
    account_code: Short = ""  # "4.1.02.01.05.0001"
    account_title: Short = ""
    levy: Short = ""  # "Retribusi Pelayanan Pasar"
    market: Short = ""
    notes: Annotated[tuple[Text, ...], Meta(max_length=12)] = ()  # printed last, as they are


class Skrd(Sheet, frozen=True, kw_only=True):
    """Surat Ketetapan Retribusi Daerah: what is owed, for which period, and why exactly this much."""

    payer_name: Name
    npwrd: Short
    period: Name  # in words: "November 2026"
    due_date: date
    formula: Text  # in words: "6 m² × Rp500 × 30 hari"
    payer_address: Short = ""
    stall: Short = ""  # "Blok A nomor 12"
    place_type: Short = ""
    days: Annotated[int, Meta(ge=0, le=366)] = 0
    tariff_basis: Text = ""  # the article that sets the tariff
    lines: Annotated[tuple[Line, ...], Meta(max_length=100)] = ()  # empty: one line made of levy and formula
    reliefs: Annotated[tuple[Text, ...], Meta(max_length=20)] = ()
    how_to_pay: Annotated[tuple[Text, ...], Meta(max_length=12)] = ()


class Karcis(Sheet, frozen=True, kw_only=True):
    """Karcis elektronik: a document equal to an SKRD, for one stall or place on one day."""

    day: date
    stall: Short = ""
    place_type: Short = ""
    serial: Short = ""  # of the paper karcis that it stands for
    channel: Short = ""
    collector: Short = ""
    received_at: Moment | None = None


class Ssrd(Sheet, frozen=True, kw_only=True):
    """Surat Setoran Retribusi Daerah, the trader's receipt: what was paid, and which SKRD it went to."""

    received_at: Moment
    channel: Name  # "Tunai", "QRIS"
    receipt_number: Name  # of the collector's phone or the channel
    payer_name: Short = ""  # empty: payer not known yet (titipan)
    npwrd: Short = ""
    stall: Short = ""
    lines: Annotated[tuple[Line, ...], Meta(max_length=500)] = ()
    advance_rupiah: Rupiah = 0
    suspense_rupiah: Rupiah = 0
    owed_after_rupiah: Rupiah | None = None
    collector: Short = ""
    reference: Short = ""  # of the bank or the QRIS switch


class Tbp(Sheet, frozen=True, kw_only=True):
    """Tanda Bukti Penerimaan: the treasurer received this cash from this officer."""

    received_at: Moment
    received_from: Name
    purpose: Name
    office: Short = ""
    period: Short = ""
    lines: Annotated[tuple[Line, ...], Meta(max_length=500)] = ()
    declared_rupiah: Rupiah | None = None  # what the officer declared, where it differs from what was counted


class Sts(Sheet, frozen=True, kw_only=True):
    """Surat Tanda Setoran: the treasurer deposits into the regional treasury account (RKUD)."""

    deposited_at: Moment
    depositor: Name
    bank: Name
    bank_account: Name
    bank_account_name: Short = ""
    bank_reference: Short = ""
    period: Short = ""
    lines: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=500)]


KINDS: dict[str, type[Sheet]] = {"skrd": Skrd, "karcis": Karcis, "ssrd": Ssrd, "tbp": Tbp, "sts": Sts}
TITLES = {
    "skrd": "Surat Ketetapan Retribusi Daerah",
    "karcis": "Karcis Elektronik",
    "ssrd": "Surat Setoran Retribusi Daerah",
    "tbp": "Tanda Bukti Penerimaan",
    "sts": "Surat Tanda Setoran",
}


def checked(kind: str, data: Any) -> dict[str, Any]:
    """`data` as it is kept: only known fields, plain JSON values. Raises `UnableToIssue` naming what is wrong."""
    struct = KINDS.get(kind)
    if struct is None:
        raise UnableToIssue(f"Jenis dokumen “{kind}” tidak dikenal.")
    try:
        sheet = msgspec.convert(data, struct)
    except msgspec.ValidationError as error:
        raise UnableToIssue(f"Data dokumen {kind.upper()} tidak lengkap atau tidak benar: {error}.") from error
    _must_add_up(kind, sheet)
    _must_be_text(kind, msgspec.to_builtins(sheet))
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(sheet))
    return plain


def read(kind: str, data: Any) -> Sheet:
    """Kept data as its struct again."""
    return msgspec.convert(data, KINDS[kind])


def _must_add_up(kind: str, sheet: Sheet) -> None:
    lines: tuple[Line, ...] = getattr(sheet, "lines", ())
    extra = getattr(sheet, "advance_rupiah", 0) + getattr(sheet, "suspense_rupiah", 0)
    total = sum(line.amount_rupiah for line in lines) + extra
    if (lines or extra) and total != sheet.amount_rupiah:
        raise UnableToIssue(
            f"Rincian {kind.upper()} berjumlah {total} rupiah, bukan {sheet.amount_rupiah} seperti jumlahnya."
        )


def _must_be_text(kind: str, value: Any) -> None:
    """Neither NUL nor other control characters nor half a surrogate: no database or printer agrees on them."""
    if isinstance(value, str):
        if UNPRINTABLE.search(value):
            raise UnableToIssue(f"Data dokumen {kind.upper()} memuat karakter yang tidak dapat dicetak.")
        return
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ():
        _must_be_text(kind, one)
