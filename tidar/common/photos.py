"""Photographs as they may be kept: JPEG, of a bounded size, without what a phone writes about place, time and device.

JPEG (ITU-T T.81): a file is segments up to SOS, then the coded picture. Everything a viewer does not need is left out:
APP1 (EXIF, XMP), APP2 (colour profiles), … APP15, comments, and what follows the end of the picture. Pure functions.
"""

from __future__ import annotations

from collections.abc import Iterator

LARGEST_BYTES = 8_000_000
LARGEST_SIDE = 8_192
SOI, EOI, SOS, COM, APP0, APP14 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xEE
FRAMES = frozenset((0xC0, 0xC1, 0xC2))  # baseline, extended, progressive: what browsers show
ALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length


class NotAPhoto(ValueError):
    """The bytes are no JPEG that a browser shows; the message is a sentence for the person."""


def stripped_jpeg(data: bytes) -> bytes:
    """The same picture with nothing beside the picture. Raises `NotAPhoto`."""
    if len(data) > LARGEST_BYTES:
        raise NotAPhoto("Foto terlalu besar; paling besar 8 MB.")
    if not data.startswith(b"\xff\xd8\xff"):
        raise NotAPhoto("Foto harus JPEG.")
    kept, framed = [b"\xff\xd8"], False
    for marker, segment, rest in _segments(data):
        if marker in FRAMES:
            _must_fit(segment)
            framed = True
        if marker == SOS:
            if not framed:
                break
            return b"".join([*kept, segment, _picture(data, rest)])
        if _is_needed(marker, segment):
            kept.append(segment)
    raise NotAPhoto("Foto itu rusak atau bukan JPEG biasa.")


def _is_needed(marker: int, segment: bytes) -> bool:
    if marker == APP0:
        return segment[4:9] == b"JFIF\0" and len(segment) == 18  # without a thumbnail
    if marker == APP14:
        return segment[4:9] == b"Adobe" and len(segment) == 16  # how its colours are meant
    return not APP0 < marker <= 0xEF and marker != COM


def _segments(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """(marker, whole segment, where the next begins) up to and with SOS."""
    place = 2
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            return
        marker = data[place + 1]
        if marker == 0xFF:  # fill
            place += 1
            continue
        if marker in ALONE or marker == EOI:
            return
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        end = place + 2 + length
        if length < 2 or end > len(data):
            return
        yield marker, data[place:end], end
        place = end


def _must_fit(segment: bytes) -> None:
    height, width = int.from_bytes(segment[5:7], "big"), int.from_bytes(segment[7:9], "big")
    if not 0 < width <= LARGEST_SIDE or not 0 < height <= LARGEST_SIDE:
        raise NotAPhoto("Ukuran foto tidak masuk akal.")


def _picture(data: bytes, start: int) -> bytes:
    """The coded scans with their tables, and the end mark; segments between scans that are not needed are left out."""
    parts: list[bytes] = []
    place = begun = start
    while (found := data.find(b"\xff", place)) >= 0 and found + 1 < len(data):
        marker = data[found + 1]
        if marker == EOI:
            return b"".join([*parts, data[begun : found + 2]])
        if marker == 0 or marker in ALONE or marker == 0xFF:
            place = found + (1 if marker == 0xFF else 2)
            continue
        length = int.from_bytes(data[found + 2 : found + 4], "big")
        end = found + 2 + length
        if length < 2 or end > len(data):
            break
        if not _is_needed(marker, data[found:end]):
            parts.append(data[begun:found])
            begun = end
        place = end
    raise NotAPhoto("Foto itu terpotong; ambil sekali lagi.")
