"""RW and RT from a table: which areas a CSV asks for, with a sentence for every line that cannot be read.

Headings (in any order): `kelurahan` or `desa` (Kemendagri or BPS code, or a name that only one village has), `rw`,
`rt`, and optionally `nama` (of the RT, or of the RW where `rt` is empty). A line with an RT makes its RW too.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from tidar.places.rules.codes import rt_code, rw_code

MOST_BYTES = 16 * 1024 * 1024
VILLAGE_HEADINGS = ("kelurahan", "desa", "kelurahan/desa", "kode")
NUMBER = re.compile(r"(?:RW|RT)?[\s.]*0*(\d{1,3})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """An RW or RT to be added; `row` is the line's number as a spreadsheet shows it."""

    code: str
    name: str
    level: str
    parent: str
    row: int


def read_neighbourhoods(
    text: str, village_codes: Callable[[str], tuple[str, ...]]
) -> tuple[list[Neighbourhood], list[str]]:
    """All RW and RT that the CSV names, parents before children, and a sentence for every line that is wrong.

    `village_codes` answers which villages a text may mean: exactly one is certain.
    """
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
    village = next((h for h in VILLAGE_HEADINGS if h in reader.fieldnames), "")
    if not village or "rw" not in reader.fieldnames:
        return [], ["Baris judul harus memuat kolom kelurahan (atau desa) dan rw; kolom rt dan nama boleh ada."]
    found: dict[str, Neighbourhood] = {}
    errors: list[str] = []
    for row, record in enumerate(reader, start=2):
        fields = {k: (v or "").strip() for k, v in record.items() if isinstance(k, str) and not isinstance(v, list)}
        if any(fields.values()):
            _take(row, fields, village_codes(fields[village]), found=found, errors=errors, village=fields[village])
    return sorted(found.values(), key=lambda n: n.code), errors


def _take(
    row: int,
    fields: dict[str, str],
    codes: tuple[str, ...],
    *,
    found: dict[str, Neighbourhood],
    errors: list[str],
    village: str,
) -> None:
    rw, rt = _number(fields["rw"]), _number(fields.get("rt", ""))
    if len(codes) != 1:
        several = f"lebih dari satu ({', '.join(codes)}); tulis kodenya" if codes else "tidak dikenal"
        errors.append(f'Baris {row}: kelurahan/desa "{village[:60]}" {several}.')
    elif not rw:
        errors.append(f'Baris {row}: nomor RW "{fields["rw"][:20]}" bukan angka 1–999.')
    elif fields.get("rt") and not rt:
        errors.append(f'Baris {row}: nomor RT "{fields["rt"][:20]}" bukan angka 1–999.')
    else:
        _add(row, (codes[0], rw, rt), fields.get("nama", ""), found=found, errors=errors)


def _add(
    row: int, place: tuple[str, int, int], name: str, *, found: dict[str, Neighbourhood], errors: list[str]
) -> None:
    village, rw, rt = place
    parent = rw_code(village, rw)
    if not rt:
        before = found.get(parent)
        if before is not None and before.name != f"RW {rw:02d}":
            errors.append(f"Baris {row}: RW {rw:02d} di {village} sudah ada pada baris {before.row}.")
        found[parent] = Neighbourhood(parent, name or f"RW {rw:02d}", "rw", village, row)
        return
    found.setdefault(parent, Neighbourhood(parent, f"RW {rw:02d}", "rw", village, row))
    code = rt_code(village, rw, rt)
    if code in found:
        errors.append(f"Baris {row}: RT {rt:03d} RW {rw:02d} di {village} sudah ada pada baris {found[code].row}.")
    found[code] = Neighbourhood(code, name or f"RT {rt:03d}", "rt", parent, row)


def _number(text: str) -> int:
    """`04`, `RW 4` and `rw.04` are 4; anything else is 0."""
    match = NUMBER.fullmatch(text.strip())
    return int(match.group(1)) if match else 0
