"""Whether two people of a spreadsheet and of the register may be one: names, telephone, a mistyped NIK. Pure functions.

Nothing here decides by itself that two are the same: it says what is alike, a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz, process

from tidar.retribusi.rules.register import nik_problem

ALIKE = 88.0  # of 100: "Slamet Riyadi" and "Slamet Riadi" are 96, "Budi Santoso" and "Budi Susanto" 83
MAYBE = 75.0  # enough to be offered to a person as "is it this one?"
TITLES = re.compile(r"H|HJ|HAJI|HAJAH|IBU|BU|BAPAK|BPK|PAK|NY|NYONYA|TN|SDRI?|MBAH|MBOK|DRS|DRA|IR|SPD|SE|SH")


def name_key(name: str) -> str:
    """A name without titles, signs and order: "Hj. Siti Aminah" and "AMINAH, SITI" are both `AMINAH SITI`."""
    words = re.findall(r"[A-Z]+", name.upper().replace(".", " ").replace("'", ""))
    kept = [word for word in words if not TITLES.fullmatch(word)] or words
    return " ".join(sorted(kept))


def alike(one: str, other: str, *, least: float = ALIKE) -> bool:
    """Whether two names differ at most as spellings of one name do; a smaller `least` finds more candidates."""
    a, b = name_key(one), name_key(other)
    return bool(a) and (a == b or fuzz.ratio(a, b) >= least)


def alike_among(name: str, keys: Sequence[str]) -> list[int]:
    """The places in `keys` (of `name_key`) of all names that are alike; one quick pass, however many there are."""
    key = name_key(name)
    if not key:
        return []
    return [place for _, _, place in process.extract_iter(key, keys, scorer=fuzz.ratio, score_cutoff=ALIKE)]


def mistyped(nik: str) -> Iterator[str]:
    """Every possible NIK that differs by one digit, or by two neighbours exchanged."""
    for place, digit in enumerate(nik):
        for other in "0123456789":
            if other != digit:
                yield from _possible(nik[:place] + other + nik[place + 1 :])
        following = nik[place + 1 : place + 2]
        if following and following != digit:
            yield from _possible(nik[:place] + following + digit + nik[place + 2 :])


def _possible(nik: str) -> Iterator[str]:
    if not nik_problem(nik):
        yield nik
