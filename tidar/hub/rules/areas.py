"""Which area a cell means: Kemendagri code, BPS code, or name. Misspelt names are offered, never taken.

The two national codes look alike without dots: Kemendagri 33.71.01.1003 written `3371011003` is Rejowinangun Selatan,
and the BPS code 3371011003 is Cacaban. So a column of bare digits is read in one system as a whole, or not at all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from tidar.common.formats import number_text
from tidar.hub.rules.book import BLANKS, MARKS, NUMBER
from tidar.hub.rules.checked import AreaKey
from tidar.hub.rules.numbers import NOTHING

LONGEST_NAME = 120
MOST_GUESSES = 5_000  # distinct unknown texts of a column for which likely areas are looked up
_PREFIX = re.compile(r"^(kelurahan|kel|desa|ds|kecamatan|kec|kota|kabupaten|kab|rw|rt)[.\s]+", re.IGNORECASE)
_LEVELS = {
    "kelurahan": ("kelurahan", "desa"),
    "desa": ("kelurahan", "desa"),
    "kecamatan": ("kecamatan",),
    "kota": ("region",),
    "kabupaten": ("region",),
    "wilayah": (),
}


@dataclass(frozen=True, slots=True)
class AreaReading:
    """One spelling: the code it means, or the fault and the names to offer."""

    code: str = ""
    fault: str = ""
    suggestions: tuple[str, ...] = ()  # codes


@dataclass(frozen=True, slots=True)
class AreaColumn:
    """All spellings of a column, and what was done with them in words."""

    readings: dict[str, AreaReading]
    notes: tuple[str, ...] = field(default=())
    system: str = ""  # how bare digits were read: "bps", "kemendagri", "both" (not), "" (none)


def plain_name(text: str) -> str:
    """A name without its kind, signs and double blanks: "Kel.  Rejowinangun-Sel" and the like compare equal."""
    name = re.sub(r"[^a-z0-9]+", " ", text.casefold()).strip()
    bare = _PREFIX.sub("", name)
    return bare or name


class AreaIndex:
    """Areas by each way of naming them, limited to the level a column's name speaks of."""

    def __init__(self, areas: Sequence[AreaKey], *, column: str) -> None:
        levels = next((value for word, value in _LEVELS.items() if word in column.lower()), ())
        chosen = [area for area in areas if not levels or area.level in levels] or list(areas)
        self.by_code = {area.code: area for area in chosen}
        self.by_bps = {area.bps_code: area for area in chosen if area.bps_code}
        self.by_digits = {area.code.replace(".", ""): area for area in chosen}
        self._guesses = 0
        self.by_name: dict[str, list[AreaKey]] = defaultdict(list)
        for area in chosen:
            self.by_name[plain_name(area.name)].append(area)
        if not levels:
            self._prefer_villages()

    def _prefer_villages(self) -> None:
        """Where no level is said, "Magelang" means the kelurahan, not the city around it."""
        for name, found in self.by_name.items():
            villages = [area for area in found if area.level in ("kelurahan", "desa")]
            self.by_name[name] = villages or found

    def nearest(self, text: str) -> tuple[str, ...]:
        """Codes of up to three areas whose names are close to the text.

        Only for the first `MOST_GUESSES` texts that could be names: a column of rubbish must not cost hours.
        """
        if len(text) > LONGEST_NAME or self._guesses >= MOST_GUESSES:
            return ()
        self._guesses += 1
        found = process.extract(plain_name(text), list(self.by_name), scorer=fuzz.WRatio, limit=3, score_cutoff=75)
        return tuple(area.code for name, _, _ in found for area in self.by_name[name])[:3]


def read_areas(
    texts: Mapping[str, int], index: AreaIndex, *, memory: Mapping[str, str], system: str = ""
) -> AreaColumn:
    """Read every distinct text of a column; bare digits are decided by the column as a whole, or as `system` says."""
    known = {spelling.casefold().strip(BLANKS): code for spelling, code in memory.items()}
    bare = {text: text.strip(MARKS + BLANKS) for text in texts}
    digits = {text for text, value in bare.items() if value.isdigit()}
    has_dotted = any(value in index.by_code and "." in value for value in bare.values())
    note = ""
    if system not in ("bps", "kemendagri"):
        system, note = _system({bare[text] for text in digits}, index, has_dotted=has_dotted)
    readings: dict[str, AreaReading] = {}
    named = 0
    for text, value in bare.items():
        if text in digits:
            readings[text] = _read_digits(value, index, system)
        else:
            readings[text] = _read_word(text, value, index, known)
            named += texts[text] if readings[text].code and value not in index.by_code else 0
    notes = [note] if note else []
    if named:
        notes.append(f"{number_text(named)} sel menyebut wilayah dengan nama; semuanya dicocokkan ke kode Kemendagri.")
    return AreaColumn(readings, tuple(notes), system)


def _system(values: set[str], index: AreaIndex, *, has_dotted: bool) -> tuple[str, str]:
    """ "bps", "kemendagri", "both" (cannot be told apart), "" (none fits): how the bare digits of a column are read."""
    if not values:
        return "", ""
    bps = sum(value in index.by_bps for value in values)
    ours = sum(value in index.by_digits for value in values)
    if has_dotted or (bps == 0 and ours == 0):
        return "", ""
    if bps == ours:
        return "both", ""
    if ours > bps:
        return "kemendagri", "Kode wilayah ditulis tanpa titik; dibaca sebagai kode Kemendagri."
    return "bps", "Kolom berisi kode BPS; seluruhnya diterjemahkan ke kode Kemendagri."


def _read_digits(value: str, index: AreaIndex, system: str) -> AreaReading:
    readable = {"bps": index.by_bps, "kemendagri": index.by_digits}.get(system, {})
    if value in readable:
        return AreaReading(code=readable[value].code)
    offers = [found[value].code for found in (index.by_digits, index.by_bps) if value in found]
    if system == "both" and offers:
        return AreaReading(fault="kode-dua-makna", suggestions=tuple(dict.fromkeys(offers)))
    if value in index.by_bps:
        return AreaReading(fault="kode-bps", suggestions=(index.by_bps[value].code,))
    return AreaReading(fault="kode-wilayah-tak-dikenal", suggestions=tuple(offers))


def _read_word(text: str, value: str, index: AreaIndex, known: Mapping[str, str]) -> AreaReading:
    if value in index.by_code:
        return AreaReading(code=value)
    if value.casefold() in NOTHING:
        return AreaReading()
    if text[:1] in MARKS and text[:1] != NUMBER:
        return AreaReading(fault="wilayah-tak-terbaca")
    remembered = known.get(value.casefold(), "")
    if remembered in index.by_code:
        return AreaReading(code=remembered)
    found = index.by_name.get(plain_name(value), [])
    if len(found) == 1:
        return AreaReading(code=found[0].code)
    if found:
        return AreaReading(fault="nama-ganda", suggestions=tuple(area.code for area in found))
    if re.fullmatch(r"[0-9.]+", value):
        return AreaReading(fault="kode-wilayah-tak-dikenal")
    return AreaReading(fault="nama-wilayah-tak-dikenal", suggestions=index.nearest(value))
