"""Ranges of karcis serials: what a collector holds, what is missing when it is counted. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tidar.common.errors import UnableTo

Range = tuple[int, int]  # first and last serial, both included
HIGHEST_SERIAL = 9_999_999  # seven digits


class UnableToReadSerials(UnableTo):
    """What was written is no list of serials."""


def serial_text(prefix: str, serial: int) -> str:
    """`A 0000101`: as printed on the karcis."""
    return f"{prefix} {serial:07d}".strip()


def range_text(prefix: str, first: int, last: int) -> str:
    """`A 0000101–0000110`; one karcis is written alone."""
    return serial_text(prefix, first) if first == last else f"{serial_text(prefix, first)}–{last:07d}"


def count_of(ranges: Iterable[Range]) -> int:
    """How many karcis the ranges hold."""
    return sum(last - first + 1 for first, last in ranges)


def joined(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same serials as few ranges, in order."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def without(ranges: Iterable[Range], taken: Iterable[Range]) -> tuple[Range, ...]:
    """The serials of `ranges` that are not in `taken`, as few ranges, in order."""
    left = list(joined(ranges))
    for first, last in joined(taken):
        left = [
            part
            for begin, end in left
            for part in ((begin, min(end, first - 1)), (max(begin, last + 1), end))
            if part[0] <= part[1]
        ]
    return joined(left)


def covers(ranges: Iterable[Range], wanted: Range) -> bool:
    """Whether every serial of `wanted` is in `ranges`."""
    return not without([wanted], ranges)


def serials_in(text: str) -> tuple[Range, ...]:
    """`101-110, 115` as ranges; raises `UnableToReadSerials` for what is no list of serials. Empty is none."""
    found = []
    for part in re.split(r"[,;\n]+", text):
        if not part.strip():
            continue
        match = re.fullmatch(r"\s*(\d{1,7})\s*(?:[-–]\s*(\d{1,7})\s*)?", part)
        if match is None:
            raise UnableToReadSerials(f"Tulis nomor seri seperti 101-110, 115; '{part.strip()[:40]}' tidak terbaca.")
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            raise UnableToReadSerials(f"Nomor {last} mendahului {first}.")
        found.append((first, last))
    return joined(found)


def range_faults(first: int, last: int, *, within: Sequence[Range]) -> str:
    """Why these serials cannot be taken out of `within`, as a sentence; "" when they can."""
    if not 1 <= first <= last <= HIGHEST_SERIAL:
        return "Nomor seri awal dan akhir tidak urut atau terlalu panjang."
    if not covers(within, (first, last)):
        return f"Nomor {first}–{last} tidak seluruhnya ada di tangan yang menyerahkan."
    return ""
