"""Photographs lose what a phone writes about place and device, and stay the same picture."""

from __future__ import annotations

import struct

import pytest

from tidar.common.photos import LARGEST_BYTES, NotAPhoto, stripped_jpeg


def segment(marker: int, content: bytes) -> bytes:
    """A JPEG segment."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


SOI, EOI = b"\xff\xd8", b"\xff\xd9"
JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
EXIF = segment(0xE1, b"Exif\0\0GPS -7.47,110.21 Samsung A04")
XMP = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>lokasi</x>")
ICC, COMMENT = segment(0xE2, b"ICC_PROFILE\0\1\1"), segment(0xFE, b"rahasia")
TABLE = segment(0xDB, bytes(65))
FRAME = segment(0xC0, struct.pack(">BHHB", 8, 480, 640, 1) + b"\1\x11\0")
HUFFMAN = segment(0xC4, bytes(17))
SCAN = segment(0xDA, b"\1\1\0\0\x3f\0")
DATA = b"\x12\xff\x00\x34\xff\xd0\x56"
PLAIN = SOI + JFIF + TABLE + FRAME + HUFFMAN + SCAN + DATA + EOI


def test_everything_beside_the_picture_is_left_out() -> None:
    full = SOI + JFIF + EXIF + XMP + ICC + COMMENT + TABLE + FRAME + HUFFMAN + SCAN + DATA + EOI + b"PK ekor"
    assert stripped_jpeg(full) == PLAIN
    assert stripped_jpeg(PLAIN) == PLAIN


def test_a_thumbnail_in_the_header_and_a_note_between_scans_go_too() -> None:
    thumb = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\2\2" + bytes(12))
    between = SOI + thumb + TABLE + FRAME + HUFFMAN + SCAN + DATA + EXIF + HUFFMAN + SCAN + DATA + EOI
    assert stripped_jpeg(between) == SOI + TABLE + FRAME + HUFFMAN + SCAN + DATA + HUFFMAN + SCAN + DATA + EOI


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x89PNG\r\n", b"<svg onload=alert(1)>", SOI, SOI + JFIF, PLAIN[:-2], SOI + JFIF + SCAN + DATA + EOI,
        SOI + b"\xff\xe1\xff\xff" + b"x", SOI + segment(0xC0, struct.pack(">BHHB", 8, 0, 640, 1)) + SCAN + EOI,
        SOI + segment(0xC0, struct.pack(">BHHB", 8, 20000, 20000, 1)) + SCAN + EOI, b"\xff\xd8\xff" * 1000,
    ],
)  # fmt: skip
def test_what_is_no_whole_jpeg_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotAPhoto, match=r"[A-Z].*\.$"):
        stripped_jpeg(data)


def test_a_large_one_is_refused() -> None:
    with pytest.raises(NotAPhoto, match="8 MB"):
        stripped_jpeg(PLAIN + bytes(LARGEST_BYTES))
