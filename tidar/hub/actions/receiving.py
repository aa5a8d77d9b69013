"""Receiving bytes: streamed once to a content-addressed file, hashed on the way, kept before anyone is told so."""

from __future__ import annotations

import hashlib
import os
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAgree, UnableToCarry, UnableToFind
from tidar.common.formats import date_text, size_text
from tidar.common.ids import uuid7
from tidar.common.sealing import SealingWriter
from tidar.hub.actions.spine import record_event
from tidar.hub.models import Delivery, Feed
from tidar.hub.queries.storage import RAW_PURPOSE, SEALED_ENDING, raw_directory, raw_path
from tidar.hub.rules.spine import EventFields, SourceRef

CHUNK_BYTES = 1024 * 1024


class UnableToReceive(UnableTo):
    """The bytes cannot be taken."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes at rest: their hash, their size, and where they are below `TIDAR_HOME/raw`."""

    sha256: str
    size_bytes: int
    relative: str


def receive_delivery(
    *, feed_code: str, file: BinaryIO, file_name: str, by: Actor, at: datetime, idempotency_key: str | None = None
) -> uuid.UUID:
    """Keep the bytes and open a delivery; when this returns, both survive a power cut.

    The same bytes for the same feed are the same delivery (a person may try a refused file again). The same key with
    other bytes raises `UnableToAgree`. More than `UPLOAD_MAX_BYTES` raises `UnableToCarry` and keeps nothing.
    """
    feed = Feed.objects.filter(code=feed_code).first()
    if feed is None:
        raise UnableToFind(_("Umpan '%s' tidak ada.") % feed_code)
    by.must("hub.deliver", agency=feed.agency_code)
    _must_take_files(feed)
    stored = store_bytes(file, sealed=bool(feed.rules.encrypted_columns))
    with transaction.atomic():
        Feed.objects.select_for_update().get(pk=feed.pk)  # one receipt per feed at a time: the same file twice is one
        _hold_content(stored)
        if known := _known(feed, stored, key=idempotency_key, by=by):
            return known.pk
        delivery = _opened(feed, stored, by=by, at=at)
        delivery.file_name = clean_name(file_name)
        delivery.idempotency_key = idempotency_key or None
        delivery.save(force_insert=True)
        _told(delivery, by=by, at=at)
    return delivery.pk


def _hold_content(stored: Stored) -> None:
    """Nobody else receives or expires this content until the transaction ends, so no row is left without its bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [stored.sha256])
    if not (raw_directory() / stored.relative).exists():
        raise UnableToReceive(
            _("Berkas yang sama baru saja dihapus karena masa simpannya berakhir. Kirim sekali lagi.")
        )


def _must_take_files(feed: Feed) -> None:
    if not feed.active:
        raise UnableToReceive(_("Umpan ini sedang tidak aktif. Hubungi walidata bila seharusnya aktif."))
    if feed.kind == Feed.Kind.MQTT:
        raise UnableToReceive(_("Umpan ini menerima pesan MQTT, bukan berkas."))


def _opened(feed: Feed, stored: Stored, *, by: Actor, at: datetime) -> Delivery:
    return Delivery(
        feed=feed,
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        raw_path=stored.relative,
        happened_at=at,
        received_at=at,
        received_by=by.id[:80],
        received_by_name=by.name[:200],
    )


def _told(delivery: Delivery, *, by: Actor, at: datetime) -> None:
    facts: dict[str, Any] = {
        "feed": delivery.feed.code,
        "file_name": delivery.file_name,
        "sha256": delivery.sha256,
        "size_bytes": delivery.size_bytes,
    }
    if delivery.replay_of_id:
        facts["replay_of"] = str(delivery.replay_of_id)
    record("delivery.receive", by=by, at=at, subject=("delivery", str(delivery.pk)), after=facts)
    subject = f"{delivery.feed.title}: {delivery.file_name}"
    record_event(
        kind="delivery.received",
        happened_at=delivery.happened_at,
        at=at,
        source=SourceRef("delivery", str(delivery.pk)),
        fields=EventFields(subject=subject, data=facts | {"agency": delivery.agency_code}, permission="hub.see"),
    )


def _known(feed: Feed, stored: Stored, *, key: str | None, by: Actor) -> Delivery | None:
    if key:
        keyed = Delivery.objects.of(feed).filter(idempotency_key=key).first()
        if keyed is not None and keyed.sha256 != stored.sha256:
            raise UnableToAgree(
                _("Kunci '%(key)s' sudah dipakai untuk berkas lain pada %(day)s; pakai kunci baru untuk isi yang baru.")
                % {"key": key, "day": date_text(keyed.received_at)}
            )
        if keyed is not None:
            return keyed
    same = Delivery.objects.of(feed).with_raw().filter(sha256=stored.sha256, replay_of__isnull=True)
    if by.kind == "user":
        same = same.exclude(status=Delivery.Status.REFUSED)
    return same.first()


def store_bytes(file: BinaryIO, *, sealed: bool = False) -> Stored:
    """Stream `file` to its content-addressed place: one read, hashed while written, fsynced. Idempotent by content.

    With `sealed` the bytes are closed on their way to the disk; hash and size are those of the file as it came.
    """
    incoming = raw_directory() / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    temporary = incoming / uuid7().hex
    try:
        sha256, size = _streamed(file, temporary, sealed=sealed)
        if size == 0:
            raise UnableToReceive(_("Berkas itu kosong (0 byte)."))
        relative = f"{sha256[:2]}/{sha256}{SEALED_ENDING if sealed else ''}"
        target = raw_directory() / relative
        target.parent.mkdir(exist_ok=True)
        temporary.replace(target)
        _sync_directory(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return Stored(sha256, size, relative)


def _streamed(file: BinaryIO, target: Path, *, sealed: bool) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as out:
        writer = SealingWriter(out, purpose=RAW_PURPOSE) if sealed else None
        while chunk := file.read(CHUNK_BYTES):
            size += len(chunk)
            if size > settings.UPLOAD_MAX_BYTES:
                raise UnableToCarry(
                    _(
                        "Berkas lebih besar daripada batas %s. Bagi menjadi beberapa berkas, "
                        "atau minta walidata menaikkan batasnya."
                    )
                    % size_text(settings.UPLOAD_MAX_BYTES)
                )
            digest.update(chunk)
            (writer or out).write(chunk)
        if writer:
            writer.close()
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clean_name(file_name: str) -> str:
    """The name as shown and kept: no folders, no control characters, at most 255 characters with its ending."""
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if c.isprintable()).strip() or "tanpa-nama"
    if len(name) <= 255:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: 240 - len(ending)]}{dot}{ending}" if dot and len(ending) <= 10 else name[:255]


def open_replay(*, delivery_id: uuid.UUID, by: Actor, at: datetime) -> uuid.UUID:
    """A new delivery of the same raw bytes that says which one it replays; nothing is checked yet."""
    with transaction.atomic():
        old = Delivery.objects.select_related("feed").filter(pk=delivery_id).first()
        if old is None:
            raise UnableToFind(_("Kiriman itu tidak ada."))
        by.must("hub.administer", agency=old.agency_code)
        raw_path(old)
        new = _opened(old.feed, Stored(old.sha256, old.size_bytes, old.raw_path), by=by, at=at)
        new.file_name, new.happened_at, new.replay_of = old.file_name, old.happened_at, old
        new.save(force_insert=True)
        _told(new, by=by, at=at)
    return new.pk


def note_opening(*, delivery: Delivery, by: Actor, at: datetime) -> None:
    """Somebody takes the readable bytes of a file that is kept closed: who and when stays in the audit trail."""
    record("delivery.open_sealed", by=by, at=at, subject=("delivery", str(delivery.pk)))


def expire_raw(*, by: Actor, at: datetime) -> int:
    """Remove raw bytes whose feed's retention has ended; hashes, counts and sentences stay. Returns how many.

    Bytes that a younger delivery shares (a replay) stay until that one expires too.
    """
    count = 0
    for feed in Feed.objects.filter(retention_days__isnull=False):
        limit = at - timedelta(days=feed.retention_days or 0)
        for delivery in Delivery.objects.of(feed).with_raw().filter(received_at__lt=limit):
            count += _expired(delivery, by=by, at=at)
    return count


@transaction.atomic
def _expired(delivery: Delivery, *, by: Actor, at: datetime) -> int:
    if raw_is_there := (raw_directory() / delivery.raw_path).exists():
        _hold_content(Stored(delivery.sha256, delivery.size_bytes, delivery.raw_path))
    if not Delivery.objects.with_raw().filter(pk=delivery.pk).update(raw_deleted_at=at):
        return 0
    record(
        "delivery.expire_raw",
        by=by,
        at=at,
        subject=("delivery", str(delivery.pk)),
        before={"sha256": delivery.sha256, "size_bytes": delivery.size_bytes},
        after={"raw_deleted_at": at},
    )
    if raw_is_there and not Delivery.objects.with_raw().filter(raw_path=delivery.raw_path).exists():
        (raw_directory() / delivery.raw_path).unlink(missing_ok=True)  # under the lock: a rollback marks it again later
    return 1
