"""Areas as a table that anybody may download."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from tidar.places.rules.codes import name_key
from tidar.places.rules.values import AreaView

HEADINGS = (
    "kode", "kode_bps", "nama", "tingkat", "kode_induk", "kode_pos", "luas_km2", "lintang", "bujur", "batas",
)  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(areas: Iterable[AreaView]) -> str:
    """A CSV with a heading row; no text cell can be run as a formula by a spreadsheet; numbers with a decimal point."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for a in areas:
        words = (a.code, a.bps_code, a.name, a.level, a.parent_code, a.postal_code)
        numbers = ("" if n is None else n for n in (a.area_km2, a.lat, a.lon))
        writer.writerow([*map(_harmless, words), *numbers, "resmi" if a.has_boundary else "perkiraan"])
    return out.getvalue()


def found(areas: Iterable[AreaView], *, text: str = "", within: str = "") -> tuple[AreaView, ...]:
    """Areas whose name, codes or postal code contain `text`, however it is spelt, inside the area `within`."""
    wanted, key = text.strip(), name_key(text)
    return tuple(
        a
        for a in areas
        if (not within or a.code == within or a.code.startswith(f"{within}.")) and (not wanted or _says(a, wanted, key))
    )


def _says(area: AreaView, wanted: str, key: str) -> bool:
    if wanted[0].isdecimal():
        return any(number.startswith(wanted) for number in (area.code, area.bps_code, area.postal_code))
    return bool(key) and key in name_key(area.name)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
