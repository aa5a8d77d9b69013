"""Photographs: in parts, once, without EXIF, erasable; what is none is refused with a sentence and kept as a row."""

from __future__ import annotations

import hashlib
import struct
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.db import transaction

from tidar.common.actor import system
from tidar.common.errors import UnableToFind
from tidar.formulir import api as formulir
from tidar.formulir.models import Photo
from tidar.formulir.queries.photos import kept_path, part_path

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 25, 2, 0, tzinfo=timezone.utc)
BY = system("uji")


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(*, size: int = 500, place: str = "GPS -7.47") -> bytes:
    """A JPEG of about `size` bytes that says where it was taken."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, 480, 640, 1) + b"\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\x34" * (size // 2)
    exif = segment(0xE1, b"Exif\0\0" + place.encode())
    return b"\xff\xd8" + exif + segment(0xDB, bytes(65)) + frame + segment(0xC4, bytes(17)) + scan + b"\xff\xd9"


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(data: bytes, start: int = 0, end: int | None = None, *, name: str = "") -> formulir.PhotoView:
    """Bytes `start` … `end` of a photograph."""
    return formulir.receive_photo_part(
        sha256=name or name_of(data), start=start, total=len(data), data=data[start:end], by=BY, at=AT
    )


def test_a_photograph_is_kept_without_what_the_phone_says_of_its_place(home: Path) -> None:
    data = jpeg()
    view = put(data)
    assert (view.state, view.held_bytes) == ("diterima", len(data))
    kept = formulir.photo_bytes(view.kept_sha256)
    assert hashlib.sha256(kept).hexdigest() == view.kept_sha256
    assert b"GPS" in data and b"GPS" not in kept
    assert kept_path(view.kept_sha256) == home / "formulir" / "foto" / view.kept_sha256[:2] / view.kept_sha256
    assert put(data) == view and formulir.check_photos() == ()


def test_parts_go_on_where_the_city_is(home: Path) -> None:
    data = jpeg(size=9_000)
    assert (put(data, 0, 4_000).state, formulir.photo_offset(name_of(data)).held_bytes) == ("sebagian", 4_000)
    assert put(data, 6_000).held_bytes == 4_000  # a hole: nothing changed
    assert put(data, 2_000, 5_000).held_bytes == 5_000  # overlapping
    assert put(data, 5_000).state == "diterima"
    assert not part_path(name_of(data)).exists()


def test_a_photograph_that_broke_on_the_way_is_asked_for_again(home: Path) -> None:
    data = jpeg(size=2_000)
    broken = data[:500] + b"?" + data[501:]
    put(broken, 0, 1_000, name=name_of(data))
    view = put(broken, 1_000, name=name_of(data))
    assert (view.state, view.held_bytes) == ("ditunggu", 0)
    assert "rusak di jalan" in view.sentence
    assert put(data).state == "diterima"


NOT_PHOTOS = {
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "html": b"<!doctype html><script>alert(1)</script>",
    "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "cut": jpeg()[:-2],
    "one byte": b"\xff",
}


@pytest.mark.parametrize("data", NOT_PHOTOS.values(), ids=NOT_PHOTOS)
def test_what_is_no_photograph_is_refused_in_words_and_its_row_stays(home: Path, data: bytes) -> None:
    view = put(data)
    assert view.state == "ditahan" and view.sentence
    row = Photo.objects.get()
    assert (row.size_bytes, row.kept_sha256, row.sentence) == (len(data), "", view.sentence)
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_fifty_megabytes_are_refused_before_they_come(home: Path) -> None:
    begun = jpeg()
    view = formulir.receive_photo_part(sha256="a" * 64, start=0, total=50_000_000, data=begun, by=BY, at=AT)
    assert (view.state, view.sentence) == ("ditahan", "Foto paling besar 5,0 MB; kecilkan dulu di HP.")
    assert Photo.objects.get().size_bytes == 50_000_000


def test_a_refused_name_can_still_be_sent_rightly(home: Path) -> None:
    data = jpeg()
    put(b"<svg/>", name=name_of(data))
    assert put(data).state == "diterima"


@pytest.mark.parametrize("bounds", [(-1, 10), (5, 8), (0, 3)], ids=str)
def test_bounds_that_cannot_be_change_nothing(home: Path, bounds: tuple[int, int]) -> None:
    start, total = bounds
    with pytest.raises(formulir.UnableToReceivePhoto):
        formulir.receive_photo_part(sha256="b" * 64, start=start, total=total, data=b"\xff\xd8\xff\xe0", by=BY, at=AT)
    assert not Photo.objects.exists()


def test_erasing_leaves_the_row_and_takes_the_picture(home: Path) -> None:
    view, twin = put(jpeg()), put(jpeg(place="tempat lain"))
    assert view.kept_sha256 == twin.kept_sha256
    formulir.erase_photo(sha256=view.sha256, at=AT + timedelta(days=1))
    assert formulir.photo_bytes(twin.kept_sha256)  # the same picture under another name
    formulir.erase_photo(sha256=twin.sha256, at=AT + timedelta(days=1))
    with pytest.raises(UnableToFind):
        formulir.photo_bytes(view.kept_sha256)
    assert put(jpeg()).state == "dihapus" and formulir.check_photos() == ()


def test_a_changed_or_missing_file_is_named(home: Path) -> None:
    view = put(jpeg())
    path = kept_path(view.kept_sha256)
    path.write_bytes(path.read_bytes().replace(b"\x34", b"\x35", 1))
    assert formulir.check_photos() == (f"photo {view.sha256}: its file {view.kept_sha256} was changed",)
    path.unlink()
    assert formulir.check_photos() == (f"photo {view.sha256}: its file {view.kept_sha256} is missing",)


def test_a_receiver_hears_of_it_in_the_same_transaction(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tidar.formulir.actions import photos

    def fail(*_args: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(photos, "_receivers", [fail])
    with pytest.raises(RuntimeError), transaction.atomic():
        put(jpeg())
    assert not Photo.objects.exists()
