"""Photographs come in their own time and in parts; kept are the picture alone and its hashes, until they are erased.

A photograph is named by the SHA-256 of the bytes that the phone has. Parts gather in a file; when it is whole and is
what its name says, everything beside the picture is taken out (`tidar.common.photos`) and the rest is put in place
under its own hash: written, flushed to the disk, renamed, and only then recorded. What is no photograph is refused
with a sentence; its row stays for review, its bytes do not.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.common.formats import size_text
from tidar.common.ids import uuid7
from tidar.common.photos import NotAPhoto, stripped_jpeg
from tidar.common.rows import read_rows
from tidar.formulir.models import Photo
from tidar.formulir.queries.photos import PhotoView, folder, kept_path, part_path, size_of, view_of

MAX_BYTES = 5_000_000
JPEG = b"\xff\xd8\xff"
State = Photo.State
Receiver = Callable[[Sequence[str], Actor, datetime], None]
_receivers: list[Receiver] = []


class UnableToReceivePhoto(UnableTo):
    """The part cannot be taken like this; nothing was changed."""


def photo_receiver(function: Receiver) -> Receiver:
    """Call `function(sha256s, by, at)` in the transaction in which photographs become kept."""
    if function not in _receivers:
        _receivers.append(function)
    return function


def announce_photos(*, sha256s: Iterable[str], by: Actor, at: datetime) -> dict[str, PhotoView]:
    """These photographs will come; those that are known stay as they are. How each stands; two statements.

    Their rows are locked until the caller's transaction ends (outside one: not), so that a photograph that is kept in
    the same moment is seen either here or by its `photo_receiver`.
    """
    names = sorted(set(map(_checked, sha256s)))
    rows = [Photo(sha256=one, state=State.AWAITED, actor_id=by.id[:80], announced_at=at) for one in names]
    with transaction.atomic():
        Photo.objects.bulk_create(rows, ignore_conflicts=True)
        found = read_rows(Photo, "row.sha256 = ANY(%s) ORDER BY row.sha256 FOR NO KEY UPDATE OF row", [names])
        return {row.sha256: view_of(row) for row in found}


def receive_photo_part(*, sha256: str, start: int, total: int, data: bytes, by: Actor, at: datetime) -> PhotoView:
    """Take bytes `start` … of a photograph of `total` bytes; how much is held, and whether it is kept now.

    A part that would leave a hole changes nothing: the answer says from where to go on. Raises `UnableToReceivePhoto`
    for bounds that cannot be.
    """
    _checked(sha256)
    if start < 0 or not data or start + len(data) > total:
        raise UnableToReceivePhoto(_("Bagian foto itu tidak cocok dengan ukurannya."))
    with transaction.atomic():
        photo = _locked(sha256, by=by, at=at)
        if photo.state in (State.KEPT, State.ERASED):
            return view_of(photo)
        if sentence := _refusal(start=start, total=total, data=data):
            return refused(photo, sentence=sentence, size_bytes=total)
        whole = _gathered(photo, start=start, total=total, data=data)
        return view_of(photo) if whole is None else _settled(photo, whole, by=by, at=at)


def refuse_photo(*, sha256: str, sentence: str, size_bytes: int, by: Actor, at: datetime) -> PhotoView:
    """Nothing of it was read, as it is far too large; a row says so."""
    _checked(sha256)
    with transaction.atomic():
        photo = _locked(sha256, by=by, at=at)
        if photo.state in (State.KEPT, State.ERASED):
            return view_of(photo)
        return refused(photo, sentence=sentence, size_bytes=size_bytes)


def too_large() -> str:
    """The sentence for a photograph over the limit."""
    return _("Foto paling besar %s; kecilkan dulu di HP.") % size_text(MAX_BYTES)


def _checked(sha256: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise UnableToReceivePhoto(_("Nama foto harus sidik SHA-256-nya."))
    return sha256


def _locked(sha256: str, *, by: Actor, at: datetime) -> Photo:
    """The row of this photograph, made where nobody announced it, so that its parts follow one another."""
    for _try in range(2):
        for found in read_rows(Photo, "row.sha256 = %s FOR NO KEY UPDATE OF row", [sha256]):
            return found
        announce_photos(sha256s=[sha256], by=by, at=at)
    raise LookupError(sha256)


def _refusal(*, start: int, total: int, data: bytes) -> str:
    if total > MAX_BYTES:
        return too_large()
    if start == 0 and not data.startswith(JPEG[: len(data)]):
        return _("Foto harus JPEG; berkas itu bukan foto.")
    return ""


def refused(photo: Photo, *, sentence: str, size_bytes: int) -> PhotoView:
    """Keep the row for review. A later sending that is what the name says is taken all the same."""
    photo.state, photo.sentence, photo.size_bytes = State.HELD, sentence[:300], size_bytes
    photo.save(update_fields=["state", "sentence", "size_bytes"])
    transaction.on_commit(partial(_drop, part_path(photo.sha256)))
    return view_of(photo)


def _gathered(photo: Photo, *, start: int, total: int, data: bytes) -> bytes | None:
    """All bytes when this part was the last, else None. A photograph in one part never touches the disk twice."""
    if start == 0 and len(data) == total:
        return data
    path = part_path(photo.sha256)
    held = size_of(path) if photo.state == State.PARTIAL else 0
    if start > held:
        return None
    _write(path, start=start, data=data, fresh=held == 0)
    if max(held, start + len(data)) >= total:
        return path.read_bytes()[:total]
    photo.state, photo.sentence, photo.size_bytes = State.PARTIAL, "", total
    photo.save(update_fields=["state", "sentence", "size_bytes"])
    return None


def _write(path: Path, *, start: int, data: bytes, fresh: bool) -> None:
    """Parts are not flushed to the disk: what a power cut takes is simply sent again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb" if fresh else "r+b") as file:
        file.seek(start)
        file.write(data)


def _settled(photo: Photo, whole: bytes, *, by: Actor, at: datetime) -> PhotoView:
    """It is whole: kept where it is what its name says and a photograph, else refused or asked for again."""
    if hashlib.sha256(whole).hexdigest() != photo.sha256:
        photo.state, photo.sentence = State.AWAITED, _("Foto rusak di jalan; kirim sekali lagi dari awal.")
        photo.size_bytes = 0
        photo.save(update_fields=["state", "sentence", "size_bytes"])
        _drop(part_path(photo.sha256))
        return view_of(photo)
    try:
        picture = stripped_jpeg(whole)
    except NotAPhoto as error:
        return refused(photo, sentence=str(error), size_bytes=len(whole))
    kept = hashlib.sha256(picture).hexdigest()
    _lock_file(kept)
    _keep(kept_path(kept), picture)
    photo.state, photo.sentence, photo.kept_at = State.KEPT, "", at
    photo.size_bytes, photo.kept_sha256, photo.kept_bytes = len(whole), kept, len(picture)
    photo.save()
    for receiver in _receivers:
        receiver([photo.sha256], by, at)
    transaction.on_commit(partial(_drop, part_path(photo.sha256)))
    return view_of(photo)


def _keep(path: Path, picture: bytes) -> None:
    """The file is either wholly there, also after a power cut, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder() / f"baru-{uuid7().hex}"
    try:
        with temporary.open("xb") as out:
            out.write(picture)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    finally:
        temporary.unlink(missing_ok=True)


def _drop(path: Path) -> None:
    path.unlink(missing_ok=True)


def _lock_file(kept: str) -> None:
    """Until the transaction ends nobody else puts this picture in place or takes it away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"formulir:foto:{kept}"])


def erase_photo(*, sha256: str, at: datetime) -> None:
    """The picture goes after the caller's transaction commits, its row and hashes stay; twice is once."""
    with transaction.atomic():
        photo = Photo.objects.select_for_update(no_key=True).filter(pk=sha256).first()
        if photo is None or photo.state == State.ERASED:
            return
        photo.state, photo.erased_at, photo.sentence = State.ERASED, at, ""
        photo.save(update_fields=["state", "erased_at", "sentence"])
        transaction.on_commit(partial(_erase_files, sha256, photo.kept_sha256))


def drop_old_parts(*, until: datetime) -> int:
    """Parts, and files that a power cut left half-written, that nobody touched since `until` go; how many.

    A phone that comes after all is asked to begin anew.
    """
    waiting = [*(folder() / "sebagian").glob("*"), *folder().glob("baru-*")]
    return sum(_drop_old(path, until) for path in sorted(waiting))


def _drop_old(path: Path, until: datetime) -> bool:
    with transaction.atomic():  # the row is locked, so that no part is being added to it
        Photo.objects.select_for_update(no_key=True).filter(pk=path.name).first()
        if not path.exists() or path.stat().st_mtime >= until.timestamp():
            return False
        _drop(path)
        return True


def _erase_files(sha256: str, kept: str) -> None:
    """Two photographs may be one picture (only their EXIF differs): the file stays while one of them is kept."""
    _drop(part_path(sha256))
    if not kept:
        return
    with transaction.atomic():
        _lock_file(kept)
        if not Photo.objects.filter(kept_sha256=kept, state=State.KEPT).exists():
            _drop(kept_path(kept))
