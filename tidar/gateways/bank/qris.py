"""QRIS MPM payloads (EMVCo TLV): strict when writing, lenient when reading (`domain.md` 7.1).

Tags and values are text; a length counts characters. The CRC is CRC-16/CCITT-FALSE over everything up to and including
`6304`. A payable QRIS comes from a licensed acquirer only: nothing here makes up an NMID or a PAN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tidar.common.errors import UnableTo

NAME_LENGTH, CITY_LENGTH, VALUE_LENGTH = 25, 15, 99
NATIONAL = "ID.CO.QRIS.WWW"
Fields = tuple[tuple[str, str], ...]


class UnableToReadQris(UnableTo):
    """The text is no QRIS payload, or its checksum is wrong."""


@dataclass(frozen=True, slots=True)
class Qris:
    """What a payload says. `amount_rupiah` None: the payer types it (static)."""

    is_static: bool
    merchant_name: str
    city: str
    nmid: str
    amount_rupiah: int | None
    bill_number: str = ""
    terminal: str = ""
    reference: str = ""
    fields: Fields = field(default=(), repr=False)


def crc16(text: str) -> str:
    """CRC-16/CCITT-FALSE as four upper-case hexadecimal digits; of `123456789` it is `29B1`."""
    register = 0xFFFF
    for byte in text.encode("utf-8"):
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ 0x1021 if register & 0x8000 else register << 1
            register &= 0xFFFF
    return f"{register:04X}"


def tlv(fields: Iterable[tuple[str, str]]) -> str:
    """Tag, two-digit length, value, one after another. Raises `ValueError` for a value that has no two-digit length."""
    parts = []
    for tag, value in fields:
        if not re.fullmatch(r"\d{2}", tag) or not 1 <= len(value) <= VALUE_LENGTH:
            raise ValueError(f"tag {tag}: a value has 1 to {VALUE_LENGTH} characters, not {len(value)}")
        parts.append(f"{tag}{len(value):02d}{value}")
    return "".join(parts)


def untlv(text: str) -> Fields:
    """The fields of a TLV text in order. Raises `UnableToReadQris` where a length does not fit."""
    fields, at = [], 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (re.fullmatch(r"\d{2}", tag) and re.fullmatch(r"\d{2}", length)):
            raise UnableToReadQris("Kode QRIS ini tidak dapat dibaca.")
        value = text[at + 4 : at + 4 + int(length)]
        if len(value) != int(length):
            raise UnableToReadQris("Kode QRIS ini terpotong.")
        fields.append((tag, value))
        at += 4 + int(length)
    return tuple(fields)


def read(payload: str) -> Qris:
    """A payload's meaning; its checksum is always validated. Raises `UnableToReadQris` with a sentence."""
    text = payload.strip()
    if len(text) < 12 or text[-8:-4] != "6304" or crc16(text[:-4]) != text[-4:].upper():
        raise UnableToReadQris("Kode QRIS ini rusak: angka pemeriksanya tidak cocok.")
    fields = untlv(text)
    if not fields or fields[0][0] != "00":
        raise UnableToReadQris("Kode ini bukan QRIS.")
    plain = dict(fields)
    more = dict(untlv(plain["62"])) if "62" in plain else {}
    national = dict(untlv(plain["51"])) if "51" in plain else {}
    return Qris(
        is_static=plain.get("01") != "12",
        merchant_name=plain.get("59", ""),
        city=plain.get("60", ""),
        nmid=national.get("02", ""),
        amount_rupiah=_amount(plain.get("54")),
        bill_number=more.get("01", ""),
        reference=more.get("05", ""),
        terminal=more.get("07", ""),
        fields=fields,
    )


def write(fields: Iterable[tuple[str, str]]) -> str:
    """A payload with its checksum. Raises `ValueError` for what the standard forbids: lengths, order, a fraction."""
    chosen = [(tag, value) for tag, value in fields if tag != "63"]
    plain = dict(chosen)
    if not chosen or chosen[0] != ("00", "01"):
        raise ValueError("tag 00 comes first and is 01")
    if len(plain.get("59", "")) > NAME_LENGTH or len(plain.get("60", "")) > CITY_LENGTH:
        raise ValueError(f"a merchant's name has at most {NAME_LENGTH} characters, a city {CITY_LENGTH}")
    if "54" in plain and not re.fullmatch(r"[1-9]\d{0,12}", plain["54"]):
        raise ValueError("an amount is whole rupiah")
    text = tlv(chosen) + "6304"
    return text + crc16(text)


def for_bill(static: str, *, amount_rupiah: int | None, additional: Mapping[str, str]) -> str:
    """An acquirer's static payload made out for one bill (dynamic, with its amount) or one terminal (static).

    Only an acquirer, or its fake, calls this: who makes a code payable must be licensed to.
    """
    base = read(static)
    fields = [(tag, value) for tag, value in base.fields if tag not in ("01", "54", "62", "63")]
    fields.insert(1, ("01", "11" if amount_rupiah is None else "12"))
    if amount_rupiah is not None:
        fields.append(("54", str(amount_rupiah)))
    fields.append(("62", tlv(sorted(additional.items()))))
    head, rest = fields[:1], sorted(fields[1:], key=lambda one: one[0])
    return write([*head, *rest])


def _amount(text: str | None) -> int | None:
    """Whole rupiah: `100003.00` is 100003; a fraction of a rupiah is refused."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,13})(?:\.0{1,2})?", text)
    if not found:
        raise UnableToReadQris("Jumlah pada kode QRIS ini bukan rupiah bulat.")
    return int(found[1])
