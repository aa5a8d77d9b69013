"""What one distinct text of a column means, as canonical text for the engine, or the word of its fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tidar.hub.rules.book import BLANKS, DAY, FAULT, MARKS, MAX_CELL, NO_VALUE, NUMBER, shown
from tidar.hub.rules.contract import Column
from tidar.hub.rules.dates import read_date, read_moment, read_month
from tidar.hub.rules.numbers import NOTHING, number_evidence, read_number

_YES = frozenset({"ya", "y", "iya", "yes", "true", "benar", "1", "v", "√", "✓", "x", "ada", "aktif", "terisi", "isi",
                  "buka",
                  "beroperasi", "hidup", "menyala"})  # fmt: skip
_NO = frozenset({"tidak", "tdk", "no", "n", "false", "salah", "0", "tidak ada", "nonaktif", "non aktif", "tidak aktif",
                 "kosong",
                 "tutup", "tidak beroperasi", "mati", "padam", "belum"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """How a column is written, decided from all its cells."""

    style: str = ""  # of numbers: see `numbers`; of dates: "dmy", "mdy", "mixed"
    factor: float = 1.0
    offset_hours: int = 7
    date1904: bool = False
    memory: Mapping[str, str] = field(default_factory=dict)


def read_value(text: str, column: Column, manner: Manner) -> tuple[str | None, str]:
    """(canonical text, "") or (None, fault); (None, "") is a way to write "nothing"."""
    remembered = manner.memory.get(text.strip(MARKS + BLANKS))
    if remembered is not None and remembered != text:
        return read_value(remembered, column, Manner(style=manner.style, offset_hours=manner.offset_hours))
    if column.codes and column.type != "boolean":
        return read_code(text, column)
    if column.type in ("integer", "number", "lon", "lat", "year"):
        return _number(text, column, manner)
    if column.type == "boolean":
        return _truth(text, column)
    if column.type in ("date", "month"):
        read = read_date if column.type == "date" else read_month
        day, fault = read(text, order=manner.style or "dmy", date1904=manner.date1904)
        return (day.isoformat()[: 10 if column.type == "date" else 7] if day else None), fault
    if column.type == "timestamp":
        moment, fault = read_moment(
            text, order=manner.style or "dmy", offset_hours=manner.offset_hours, date1904=manner.date1904
        )
        return (moment.isoformat() if moment else None), fault
    return read_text(text)


def read_text(text: str) -> tuple[str | None, str]:
    """A text cell. A date cell is no text: spreadsheets turn "1-2" into a date, and what was typed is gone."""
    if len(text) > MAX_CELL:
        return None, "terlalu-panjang"
    if "\ufffd" in text:
        return None, "huruf-rusak"
    if text[:1] == DAY:
        return None, "tanggal-bukan-teks"
    if text[:1] in (NO_VALUE, FAULT):
        return None, "rumus-tanpa-nilai" if text[0] == NO_VALUE else "galat-rumus"
    return shown(text).strip(BLANKS), ""


def read_code(text: str, column: Column) -> tuple[str | None, str]:
    """A code of the column's list, or its meaning; case and double blanks do not matter."""
    if text[:1] in (NO_VALUE, FAULT):
        return None, "rumus-tanpa-nilai" if text[0] == NO_VALUE else "galat-rumus"
    said = _folded(text.strip(MARKS))
    for code, meaning in column.codes.items():
        if said in (_folded(code), _folded(meaning)):
            return code, ""
    return (None, "") if said in NOTHING else (None, "kode-tak-dikenal")


def _folded(text: str) -> str:
    return " ".join(text.strip(BLANKS).casefold().split())


def _number(text: str, column: Column, manner: Manner) -> tuple[str | None, str]:
    whole = column.type == "integer" and manner.factor == 1.0
    style = manner.style
    if column.type in ("lon", "lat"):
        # Degrees are never grouped: the only sign in them is the decimal one.
        text, style = _degrees(text), "en"
        if number_evidence(text) == "id":
            return None, "bukan-angka"
    number, fault = read_number(text, style=style, unit=column.unit, whole=whole)
    if number is None:
        return None, fault
    if column.type == "year" and not (number == int(number) and 1800 <= number <= 2200):
        return None, "bukan-tahun"
    return _canonical(number), ""


def _degrees(text: str) -> str:
    bare = text.strip(BLANKS + "°")
    return bare.replace(",", ".") if bare[:1] not in MARKS and bare.count(",") == 1 and "." not in bare else bare


def _canonical(number: Decimal) -> str:
    return str(int(number)) if number == int(number) else repr(float(number))


def _truth(text: str, column: Column) -> tuple[str | None, str]:
    if text[:1] in (NO_VALUE, FAULT):
        return None, "rumus-tanpa-nilai" if text[0] == NO_VALUE else "galat-rumus"
    said = _folded(text.strip(NUMBER))
    for code, meaning in column.codes.items():
        if said in (_folded(code), _folded(meaning)) and code in ("true", "false"):
            return code, ""
    if said in _YES:
        return "true", ""
    if said in _NO:
        return "false", ""
    return (None, "") if said in NOTHING else (None, "bukan-ya-tidak")
