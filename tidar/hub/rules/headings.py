"""Headings: comparing them, units named in them, and finding which rows of a sheet are the heading."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from tidar.hub.rules.book import BLANKS, DAY, NUMBER, Sheet, shown
from tidar.hub.rules.contract import Column, Contract

HEAD_ROWS = 30  # a heading stands in the first rows or nowhere
_SHORT = {
    "jml": "jumlah", "jlh": "jumlah", "jmlh": "jumlah", "pddk": "penduduk", "pend": "penduduk", "kel": "kelurahan",
    "kec": "kecamatan", "lk": "laki laki", "lki": "laki laki", "l": "laki laki", "pr": "perempuan", "p": "perempuan",
    "prp": "perempuan", "thn": "tahun", "th": "tahun", "bln": "bulan", "tgl": "tanggal", "no": "nomor",
    "kk": "kepala keluarga",
    "lat": "lintang", "latitude": "lintang", "lon": "bujur", "lng": "bujur", "long": "bujur", "longitude": "bujur",
    "ket": "keterangan",
    "almt": "alamat", "jns": "jenis", "pria": "laki laki", "wanita": "perempuan", "desa": "kelurahan",
    "periode": "periode",
}  # fmt: skip
_UNITS = {
    "jiwa", "orang", "ribu", "juta", "ha", "hektar", "hektare", "m2", "m²", "km2", "km²", "km", "m", "cm", "mm", "rp",
    "rupiah", "kk", "unit", "buah", "%", "persen", "kg", "ton", "kuintal", "liter", "m3", "menit", "jam", "hari",
    "detik",
    "ribuan", "jutaan",
}  # fmt: skip
_SAME_UNIT = {
    "orang": "jiwa", "hektar": "ha", "hektare": "ha", "m²": "m2", "km²": "km2", "rp": "rupiah", "persen": "%",
    "buah": "unit",
    "ribuan": "ribu", "jutaan": "juta",
}  # fmt: skip
_SCALES = {("ha", "m2"): 1e4, ("ha", "km2"): 0.01, ("km2", "ha"): 100.0, ("km2", "m2"): 1e6, ("m2", "ha"): 1e-4,
("m2", "km2"): 1e-6,
           ("km", "m"): 1e3, ("m", "km"): 1e-3, ("cm", "m"): 0.01, ("mm", "m"): 1e-3, ("ton", "kg"): 1e3, ("jam",
           "menit"): 60.0,
           ("hari", "jam"): 24.0, ("menit", "jam"): 1 / 60}  # fmt: skip
_PARENTHESES = re.compile(r"[\(\[]([^()\[\]]*)[\)\]]|\b(?:dalam|satuan)\s+(.+)$", re.IGNORECASE)


def folded(heading: str) -> str:
    """A heading for comparing: lower case, no signs, abbreviations written out, parentheses dropped."""
    bare = _PARENTHESES.sub(" ", heading)
    words = re.sub(r"[^a-z0-9%²]+", " ", bare.casefold().replace("_", " ")).split()
    return " ".join(_SHORT.get(word, word) for word in words)


def exact(heading: str) -> str:
    """A heading for remembering: lower case and single blanks, nothing else changed."""
    return " ".join(heading.casefold().split())


def names_of(column: Column) -> tuple[str, ...]:
    """Every folded wording that means this column."""
    extra = {"lon": ("bujur",), "lat": ("lintang",)}.get(column.type, ())
    return tuple(dict.fromkeys(folded(name) for name in (column.title, column.name, *column.aliases, *extra)))


def unit_in_heading(heading: str) -> str:
    """The unit a heading names in parentheses or after "dalam", in its plain form; "" when none is named."""
    for match in _PARENTHESES.finditer(heading):
        said = " ".join((match[1] or match[2] or "").casefold().split()).strip(". ")
        words = re.split(r"[\s/]+", said)
        if words and words[0] in _UNITS:
            return plain_unit(said)
    return ""


def plain_unit(unit: str) -> str:
    """A unit in its one spelling: "Rp/hari" is "rupiah/hari", "hektare" is "ha"."""
    return "".join(_SAME_UNIT.get(word, word) for word in re.split(r"([\s/]+)", exact(unit)))


def unit_factor(heading: str, column: Column) -> tuple[float, str]:
    """(factor to the contract's unit, "") or (1, the unit) when the heading names a unit that cannot be converted."""
    said = unit_in_heading(heading)
    ours = plain_unit(column.unit)
    if not said or said == ours or ours.partition("/")[0] == said:
        return 1.0, ""
    for unit, factor in column.units.items():
        if plain_unit(unit) == said:
            return factor, ""
    if column.type not in ("integer", "number"):
        return 1.0, ""
    scale, _, rest = said.partition(" ")
    if scale in ("ribu", "juta") and (not rest or rest == ours or ours.partition("/")[0] == rest):
        return (1e3 if scale == "ribu" else 1e6), ""
    factor = _SCALES.get((said, ours), 0.0)
    return (factor, "") if factor else (1.0, said)


def likeness(heading: str, column: Column) -> float:
    """0…100: how much a heading sounds like a column. 100 is the same wording."""
    said = folded(heading)
    if not said:
        return 0.0
    names = names_of(column)
    if said in names:
        return 100.0
    return max((float(fuzz.token_sort_ratio(said, name)) for name in names if name), default=0.0)


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the heading stands (0-based rows) and its columns' wordings, one per source column."""

    rows: tuple[int, ...]
    names: tuple[str, ...]


def find_heading(sheet: Sheet, contract: Contract, remembered: Mapping[str, str]) -> Heading:
    """The one or two rows that sound most like the contract; no rows when none looks like a heading."""
    known = {exact(heading): column for heading, column in remembered.items()}
    best, best_score = Heading((), ()), 0.0
    for row in range(min(HEAD_ROWS, len(sheet.rows))):
        for rows in ((row,), (row, row + 1)):
            if rows[-1] >= len(sheet.rows) or not all(_is_wording(sheet.rows[r]) for r in rows):
                continue
            names = joined_names(sheet, rows)
            score = _heading_score(names, contract, known) - 0.3 * (len(rows) - 1) - 0.01 * row
            if score > best_score:
                best, best_score = Heading(rows, names), score
    return best


def _is_wording(row: Sequence[str]) -> bool:
    """A heading row holds words; at most years among them are numbers."""
    filled = [cell for cell in row if cell.strip(BLANKS)]
    numbers = [cell for cell in filled if cell[0] in (NUMBER, DAY) or re.fullmatch(r"[-\d.,/%]+", cell.strip(BLANKS))]
    return bool(filled) and len(numbers) <= len(filled) // 3


def _heading_score(names: Sequence[str], contract: Contract, known: Mapping[str, str]) -> float:
    filled = [name for name in names if name]
    if not filled:
        return 0.0
    score = 0.0
    for column in contract.columns:
        score += max(1.0 if known.get(exact(name)) == column.name else _step(likeness(name, column)) for name in filled)
    distinct = len({exact(name) for name in filled}) / len(filled)
    return score * (0.5 + 0.5 * distinct) if score else (0.2 if len(filled) > 1 else 0.0)


def _step(likeness_value: float) -> float:
    return 1.0 if likeness_value == 100 else 0.6 if likeness_value >= 85 else 0.0


def joined_names(sheet: Sheet, rows: Sequence[int]) -> tuple[str, ...]:
    """Wording per column; of two lines, the upper one is carried over the columns that it spans."""
    width = max(len(sheet.rows[row]) for row in rows)
    lines = [[_word(sheet.rows[row], column) for column in range(width)] for row in rows]
    if len(lines) == 1:
        return tuple(lines[0])
    upper = _spread(lines[0], lines[1], sheet, rows[0])
    return tuple(
        " ".join(dict.fromkeys(part for part in (top, bottom) if part))
        for top, bottom in zip(upper, lines[1], strict=True)
    )


def _word(row: Sequence[str], column: int) -> str:
    return " ".join(shown(row[column]).split()) if column < len(row) else ""


def _spread(upper: list[str], lower: list[str], sheet: Sheet, row: int) -> list[str]:
    """By merged ranges where the file tells them; else to the right where only the lower line has a word."""
    spans = [(left, right) for top, left, bottom, right in sheet.merged if top <= row <= bottom and right > left]
    result = list(upper)
    for left, right in spans:
        for column in range(left + 1, min(right + 1, len(result))):
            result[column] = result[column] or upper[left]
    if not spans:
        for column in range(1, len(result)):
            if not result[column] and lower[column] and result[column - 1] and lower[column - 1]:
                result[column] = result[column - 1]
    return result
