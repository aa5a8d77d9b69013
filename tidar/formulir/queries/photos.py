"""Where photographs are and how far they came; what is kept is checked against its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from tidar.common.errors import UnableToFind
from tidar.common.rows import read_rows
from tidar.formulir.models import Photo


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photograph as it stands: `held_bytes` of what is sent; `kept_sha256` of what is kept ("" not yet)."""

    sha256: str
    state: str
    sentence: str
    held_bytes: int
    kept_sha256: str


def kept_path(kept_sha256: str) -> Path:
    """`TIDAR_HOME/formulir/foto/<first two>/<kept_sha256>`."""
    return folder() / kept_sha256[:2] / kept_sha256


def part_path(sha256: str) -> Path:
    """Where the parts of a photograph gather until it is whole."""
    return folder() / "sebagian" / sha256


def folder() -> Path:
    """Where photographs are."""
    return Path(settings.TIDAR_HOME) / "formulir" / "foto"


def view_of(row: Photo) -> PhotoView:
    """A row as plain values."""
    return PhotoView(row.sha256, str(row.state), row.sentence, _held(row), row.kept_sha256)


def _held(row: Photo) -> int:
    """What is on the disk counts, whatever was said before a power cut."""
    if row.state in (Photo.State.KEPT, Photo.State.ERASED):
        return row.size_bytes
    if row.state != Photo.State.PARTIAL:
        return 0
    # All bytes may have come before a power cut without being looked at: the last one is asked for again.
    return min(size_of(part_path(row.sha256)), max(0, row.size_bytes - 1))


def size_of(path: Path) -> int:
    """Bytes of a file, 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def photo(sha256: str) -> PhotoView | None:
    """A photograph by the hash of the bytes that were sent, or None."""
    return next(map(view_of, read_rows(Photo, "row.sha256 = %s", [sha256])), None)


def photo_offset(sha256: str) -> PhotoView:
    """From where to go on sending; of a photograph that nobody announced, from the beginning."""
    return photo(sha256) or PhotoView(sha256, str(Photo.State.AWAITED), "", 0, "")


def photo_states(sha256s: list[str]) -> dict[str, str]:
    """State of each photograph that is known; one query."""
    return dict(Photo.objects.filter(pk__in=sha256s).values_list("pk", "state"))


def photo_bytes(kept_sha256: str) -> bytes:
    """The picture itself; raises `UnableToFind` where it was erased."""
    try:
        return kept_path(kept_sha256).read_bytes()
    except FileNotFoundError:
        raise UnableToFind(_("Foto itu sudah tidak ada.")) from None


def check_photos() -> tuple[str, ...]:
    """Every kept picture still has its hash, and every erased one is gone; a sentence for each that differs."""
    faults: list[str] = []
    for sha256, kept in Photo.objects.filter(state=Photo.State.KEPT).values_list("pk", "kept_sha256").iterator():
        try:
            found = hashlib.sha256(kept_path(kept).read_bytes()).hexdigest()
        except FileNotFoundError:
            faults.append(f"photo {sha256}: its file {kept} is missing")
            continue
        if found != kept:
            faults.append(f"photo {sha256}: its file {kept} was changed")
    still = set(Photo.objects.filter(state=Photo.State.KEPT).values_list("kept_sha256", flat=True))
    erased = Photo.objects.filter(state=Photo.State.ERASED).exclude(kept_sha256="").values_list("pk", "kept_sha256")
    faults += [
        f"photo {sha256}: erased, but its file {kept} is still there"
        for sha256, kept in erased.iterator()
        if kept not in still and kept_path(kept).exists()
    ]
    return tuple(faults)
