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
from django.urls import reverse
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToCarry, UnableToFind
from tidar.common.signed_records import content_hash, is_signed
from tidar.people import api as people
from tidar.retribusi.actions.device_records import Limits, Signed, take_record
from tidar.retribusi.models import Device, DeviceRecord
from tidar.retribusi.queries.devices import bag_of, complete_counter, limits_on, stock_of
from tidar.retribusi.rules import devices as rules

State = DeviceRecord.State
PER_MINUTE = 60  # batches of one phone; a day's work is one or two
AHEAD_OF_RECORDS = 10_000  # how far a phone may claim to be ahead of what is here


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
    bag: int | None = None  # the cash that the books have with the collector, told to nobody else


def sync(
    *, device_id: uuid.UUID, records: Sequence[SignedRecord], claimed_highest: int, by: Actor, at: datetime
) -> SyncAnswer:
    """Take up to 200 records of one phone, each in its own transaction, and say what is here.

    Raises `UnableToFind` for an unknown phone, `UnableToAllow` for who does not collect for its agency, `UnableToCarry`
    for too many records, `UnableToHurry`. A record that the phone's key did not sign is refused and not kept;
    everything else is kept for good.
    """
    by.must("levies.collect")
    device = _device(device_id)
    if by.id != device.collector_id:  # a colleague may carry it to where there is signal; strangers learn nothing
        by.must("levies.collect", agency=device.agency_id)
    if len(records) > rules.MAX_BATCH:
        raise UnableToCarry(_("Kirim paling banyak %d catatan sekaligus.") % rules.MAX_BATCH)
    _take_turn(device, at=at)
    signed = _signed(device, records)
    valid = [one for one in signed if one is not None]
    known = _kept(device, valid)
    fresh = {one.content_hash: one for one in valid if one.content_hash not in known}
    if fresh:
        _take(device, list(fresh.values()), by=by, at=at)
        known = _kept(device, valid)  # as the store has it: so is it told again, and what waited may be done by now
    _remember(device, claimed_highest=claimed_highest, anything_new=bool(fresh), by=by, at=at)
    if any(known[content].state != State.POSTED for content in fresh):
        _tell_supervisors(device, at=at)
    results = tuple(
        _refused(sent) if one is None else _answer(known[one.content_hash])
        for sent, one in zip(records, signed, strict=True)
    )
    stock = stock_of(device.pk)
    bag = bag_of(device.collector_id) if by.id == device.collector_id else None
    return SyncAnswer(stock.held, stock.of, stock.missing, results, bag)


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


def _signed(device: Device, records: Sequence[SignedRecord]) -> list[Signed | None]:
    """Each record with its hash; None where this phone's key did not sign it, though it may be here from before."""
    key = bytes(device.public_key)
    return [
        Signed(one.body, one.signature, content_hash(one.body))
        if is_signed(one.body, signature=one.signature, public_key=key)
        else None
        for one in records
    ]


def _kept(device: Device, records: Sequence[Signed]) -> dict[str, DeviceRecord]:
    """What is here of these, by hash; found by number, as the index is made."""
    counters = {rules.claimed_counter(one.body) for one in records}
    rows = DeviceRecord.objects.filter(
        device=device, counter__in=counters, content_hash__in=[one.content_hash for one in records]
    )
    return {row.content_hash: row for row in rows}


def _take(device: Device, fresh: Sequence[Signed], *, by: Actor, at: datetime) -> None:
    """In the order of their numbers, so that a whole day passes without a gap."""
    found = limits_on(at)
    limits = Limits(found.oldest_days, found.void_minutes)
    for one in sorted(fresh, key=lambda one: rules.claimed_counter(one.body)):
        take_record(device_id=device.pk, signed=one, limits=limits, by=by, at=at)


def _remember(device: Device, *, claimed_highest: int, anything_new: bool, by: Actor, at: datetime) -> None:
    """How far the phone says it is, and up to where everything is here.

    A claim is not signed: it counts within reason, and only from the phone's own collector.
    """
    claim = claimed_highest if by.id == device.collector_id else 0
    if not anything_new and claim <= device.highest_counter:
        Device.objects.filter(pk=device.pk).update(last_seen_at=at)
        return
    with transaction.atomic():
        locked = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
        locked.complete_counter = complete_counter(device.pk, begin=locked.complete_counter)
        here = stock_of(device.pk).highest
        if locked.highest_counter < claim <= here + AHEAD_OF_RECORDS:
            locked.highest_counter, locked.highest_at = claim, at
        locked.last_seen_at = at
        locked.save(update_fields=["complete_counter", "highest_counter", "highest_at", "last_seen_at"])


def _tell_supervisors(device: Device, *, at: datetime) -> None:
    people.notify(
        agency=device.agency_id,
        permission="levies.supervise",
        sentence=f"Ada catatan alat {device.code} ({device.collector_name}) yang perlu diperiksa.",  # kept: Indonesian
        url=reverse("retribusi:device", args=[device.pk]),
        about=f"device.held:{device.pk}:{at.date()}",
        at=at,
    )


def _refused(sent: SignedRecord) -> RecordAnswer:
    sentence = _("Tanda tangan catatan ini bukan dari alat yang terdaftar; tidak ada yang dibukukan.")
    counter, content = rules.claimed_counter(sent.body), content_hash(sent.body)
    return RecordAnswer(counter, content, State.REFUSED.value, sentence)


def _answer(row: DeviceRecord) -> RecordAnswer:
    state, sentence = row.state, row.sentence
    if state == State.SETTLED:
        state, sentence = (State.POSTED if row.accepted else State.REFUSED), row.settlement
    return RecordAnswer(row.counter, row.content_hash, str(state), sentence, row.receipt)
