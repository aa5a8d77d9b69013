"""What a phone sends home: many signed records at once, each taken once, each answered, and what is missing said.

A record is authenticated by its signature, not by who is signed in: records of a session that expired, or of a phone
that a colleague carries to where there is signal, are accounted to the phone's collector. Acknowledged means committed.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToCarry, UnableToFind
from tidar.people import api as people
from tidar.retribusi.actions.device_records import Limits, Signed, take_record
from tidar.retribusi.models import Device, DeviceRecord
from tidar.retribusi.queries.devices import complete_counter, limits_on, stock_of
from tidar.retribusi.rules import devices as rules

State = DeviceRecord.State
PER_MINUTE = 60  # batches of one phone; a day's work is one or two
AHEAD_OF_RECORDS = 10_000  # how far a phone may claim to be ahead of what is here


class UnableToSync(UnableTo):
    """The batch cannot be taken like this; nothing of it was."""


class UnableToHurry(UnableTo):
    """The phone sends more often than it may (HTTP 429); `retry_after` in seconds."""

    status = 429

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """One record as it came: the canonical bytes and the signature over them."""

    body: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """What became of one record; the same record again gives the same answer, until a person settles it."""

    counter: int
    content_hash: str
    state: str
    sentence: str
    receipt: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SyncAnswer:
    """ "We hold `held` of your `of`", the ranges that are missing, and an answer for each record, in their order."""

    held: int
    of: int
    missing: tuple[tuple[int, int], ...]
    results: tuple[RecordAnswer, ...]


def sync(
    *, device_id: uuid.UUID, records: Sequence[SignedRecord], claimed_highest: int, by: Actor, at: datetime
) -> SyncAnswer:
    """Take up to 200 records of one phone, each in its own transaction, and say what is here.

    Raises `UnableToFind` for an unknown phone, `UnableToCarry` for too many records, `UnableToHurry`. A record that the
    phone's key did not sign is refused and not kept; everything else is kept for good.
    """
    by.must("levies.collect")
    device = _device(device_id)
    if len(records) > rules.MAX_BATCH:
        raise UnableToCarry(_("Kirim paling banyak %d catatan sekaligus.") % rules.MAX_BATCH)
    _take_turn(device, at=at)
    hashes = [rules.content_hash(one.body) for one in records]
    known = {row.content_hash: row for row in DeviceRecord.objects.filter(device=device, content_hash__in=hashes)}
    fresh = _fresh(device, records, hashes, known)
    known |= _taken(device, fresh, by=by, at=at)
    _remember(device, claimed_highest=claimed_highest, by=by, at=at)
    if any(known[one.content_hash].state != State.POSTED for one in fresh):
        _tell_supervisors(device, at=at)
    results = tuple(_answer(one, content, known.get(content)) for one, content in zip(records, hashes, strict=True))
    stock = stock_of(device.pk)
    return SyncAnswer(stock.held, stock.of, stock.missing, results)


def _device(device_id: uuid.UUID) -> Device:
    device = Device.objects.filter(pk=device_id).first()
    if device is None:
        raise UnableToFind(_("Alat itu tidak terdaftar."))
    return device


def _take_turn(device: Device, *, at: datetime) -> None:
    """Count one batch of this minute, exact over processes."""
    minute = at.replace(second=0, microsecond=0)
    same = Device.objects.filter(pk=device.pk, used_minute=minute)
    if same.filter(used_count__lt=PER_MINUTE).update(used_count=F("used_count") + 1):
        return
    other = Device.objects.filter(pk=device.pk).filter(Q(used_minute__isnull=True) | ~Q(used_minute=minute))
    if other.update(used_minute=minute, used_count=1):
        return
    if same.filter(used_count__lt=PER_MINUTE).update(used_count=F("used_count") + 1):
        return  # another request opened the minute between our two statements
    raise UnableToHurry(_("Alat ini mengirim terlalu sering; tunggu sebentar."), retry_after=60 - at.second)


def _fresh(
    device: Device, records: Sequence[SignedRecord], hashes: Sequence[str], known: dict[str, DeviceRecord]
) -> list[Signed]:
    """What is new and truly signed by this phone, once each, in the order of its numbers."""
    key = bytes(device.public_key)
    new = {
        content: Signed(one.body, one.signature, content)
        for one, content in zip(records, hashes, strict=True)
        if content not in known and rules.is_signed(one.body, signature=one.signature, public_key=key)
    }
    return sorted(new.values(), key=lambda one: rules.claimed_counter(one.body))


def _taken(device: Device, fresh: Sequence[Signed], *, by: Actor, at: datetime) -> dict[str, DeviceRecord]:
    if not fresh:
        return {}
    found = limits_on(at)
    limits = Limits(found.oldest_days, found.void_minutes)
    return {
        one.content_hash: take_record(device_id=device.pk, signed=one, limits=limits, by=by, at=at) for one in fresh
    }


def _remember(device: Device, *, claimed_highest: int, by: Actor, at: datetime) -> None:
    """How far the phone says it is, and up to where everything is here.

    A claim is not signed: it counts within reason, and only from the phone's own collector.
    """
    with transaction.atomic():
        locked = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
        complete = complete_counter(device.pk, begin=locked.complete_counter)
        here = stock_of(device.pk).highest
        claim = claimed_highest if by.id == device.collector_id and claimed_highest <= here + AHEAD_OF_RECORDS else 0
        if claim > locked.highest_counter:
            locked.highest_at = at
        Device.objects.filter(pk=device.pk).update(
            highest_counter=Greatest(F("highest_counter"), claim), highest_at=locked.highest_at,
            complete_counter=complete, last_seen_at=at,
        )  # fmt: skip


def _tell_supervisors(device: Device, *, at: datetime) -> None:
    people.notify(
        agency=device.agency_id,
        permission="levies.supervise",
        sentence=f"Ada catatan alat {device.code} ({device.collector_name}) yang perlu diperiksa.",  # kept: Indonesian
        url=reverse("retribusi:device", args=[device.pk]),
        about=f"device.held:{device.pk}:{at.date()}",
        at=at,
    )


def _answer(one: SignedRecord, content: str, row: DeviceRecord | None) -> RecordAnswer:
    if row is None:
        sentence = _("Tanda tangan catatan ini bukan dari alat yang terdaftar; tidak ada yang dibukukan.")
        return RecordAnswer(rules.claimed_counter(one.body), content, State.REFUSED.value, sentence)
    state, sentence = row.state, row.sentence
    if state == State.SETTLED:
        state, sentence = (State.POSTED if row.accepted else State.REFUSED), row.settlement
    return RecordAnswer(row.counter, row.content_hash, str(state), sentence, row.receipt)
