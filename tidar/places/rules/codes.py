"""Area codes and names. Kemendagri's code is the key everywhere; BPS's has the same digits' look but other numbers.

Structure (Kepmendagri 300.2.2-2430/2025): `PP.KK.CC.VVVV`, province, kabupaten or kota (71–99 is a kota), kecamatan,
village; the village part begins 1 for a kelurahan, 2 for a desa, 3 for a desa adat. RW and RT continue it in this
software: `….04` is RW 04, `….04.002` its RT 002.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Level = Literal["province", "region", "kecamatan", "kelurahan", "desa", "rw", "rt"]

CODE = re.compile(r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.[123]\d{3}(?:\.\d{2,3}(?:\.\d{3})?)?)?)?)?", re.ASCII)
BPS_CODE = re.compile(r"\d{4}(?:\d{3}(?:\d{3})?)?", re.ASCII)
UNDOTTED = re.compile(r"(\d{2})(\d{2})(\d{2})([123]\d{3})", re.ASCII)

VILLAGE_LEVELS = frozenset({"kelurahan", "desa"})
TITLES = (
    "kelurahan", "kel", "desa", "ds", "kecamatan", "kec", "kabupaten", "kab", "kota", "kotamadya", "nagari", "kampung",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AreaCode:
    """A well-formed Kemendagri code and what its structure says."""

    text: str
    level: Level
    parent: str  # "" for a province
    is_kota: bool  # the region part is 71–99
    is_desa_adat: bool


def parse_code(text: str) -> AreaCode | None:
    """What a Kemendagri code says about itself, or None when `text` is none."""
    if not CODE.fullmatch(text):
        return None
    parts = text.split(".")
    village = parts[3] if len(parts) > 3 else ""
    level: Level = ("province", "region", "kecamatan", "kelurahan", "rw", "rt")[len(parts) - 1]
    if level == "kelurahan" and village[0] != "1":
        level = "desa"
    return AreaCode(
        text=text,
        level=level,
        parent=".".join(parts[:-1]),
        is_kota=len(parts) > 1 and int(parts[1]) >= 71,
        is_desa_adat=village.startswith("3"),
    )


def level_of(code: str) -> Level | None:
    """The level that a code's structure states, or None when it is no Kemendagri code."""
    parsed = parse_code(code)
    return parsed.level if parsed else None


def ancestors(code: str) -> tuple[str, ...]:
    """Codes that contain `code`, nearest first, down to the region; the province is not an area of this software."""
    parts = code.split(".")
    return tuple(".".join(parts[:n]) for n in range(len(parts) - 1, 1, -1))


def same_tier(level: str) -> frozenset[str]:
    """Levels that stand side by side: a kelurahan and a desa do, every other level stands alone."""
    return VILLAGE_LEVELS if level in VILLAGE_LEVELS else frozenset({level})


def dotted(text: str) -> str:
    """`3371031001` → `33.71.03.1001`; any other text comes back as it is, without spaces around it.

    Ten bare digits are ambiguous between Kemendagri and BPS: the caller looks for a BPS code first.
    """
    text = text.strip()
    found = UNDOTTED.fullmatch(text)
    return ".".join(found.groups()) if found else text


def looks_like_bps(text: str) -> bool:
    """Whether `text` has the form of a BPS code: 4, 7 or 10 digits without points."""
    return BPS_CODE.fullmatch(text) is not None


def rw_code(village: str, rw: int) -> str:
    """Code of an RW: the village's code and two digits (three from 100)."""
    return f"{village}.{rw:02d}"


def rt_code(village: str, rw: int, rt: int) -> str:
    """Code of an RT: its RW's code and three digits."""
    return f"{rw_code(village, rw)}.{rt:03d}"


def name_key(name: str) -> str:
    """A spelling-blind key: without case, accents, punctuation, doubled spaces and a leading title.

    "Kel. Rejowinangun  Utara" and "REJOWINANGUN UTARA" share a key; a name that is only a title keeps it.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    words = re.sub(r"[^a-z0-9]+", " ", plain.replace("'", "")).split()
    while len(words) > 1 and words[0] in TITLES:
        words = words[1:]
    return " ".join(words)
