"""The one door for what is noted on patrol: signed items of phones, and the same items from paper and ODK Collect.

An item is authenticated by its signature, not by who is signed in: what a phone sends after its session expired, or
through a colleague's, is still its own person's. Acknowledged means committed. The same bytes again get the same
answer; other bytes under the same id are the next version only when they name the accepted one, else a conflict that a
person decides. What cannot be applied is held with a sentence, what nobody can have signed is refused: both are kept.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableToCarry, UnableToFind
from tidar.common.rows import read_rows
from tidar.common.signed_records import SIGNATURE_BYTES, UnableToRead, content_hash, is_signed
from tidar.rojak.actions.authors import author
from tidar.rojak.actions.intake import Intake, Sent
from tidar.rojak.actions.judging import PERMISSION, Sender
from tidar.rojak.actions.locking import lock_items
from tidar.rojak.models import Device, PatrolItem
from tidar.rojak.queries.items import versions_of
from tidar.rojak.rules.items import MAX_BATCH, MAX_BODY_BYTES, claim_of, read_item, receipt_number

State = PatrolItem.State
log = logging.getLogger(__name__)
SEEN_AGAIN = timedelta(minutes=1)  # "last seen" need not be truer than that
UNSIGNED = "Tanda tangan catatan ini bukan dari HP yang terdaftar."
OTHER_DEVICE = "Catatan ini dibuat HP lain."
AFTER_REVOKED = "Catatan ini dibuat setelah HP dicabut."


@dataclass(frozen=True, slots=True)
class SignedItem:
    """One item as it came: the canonical bytes and the signature over them (None: no phone made it)."""

    body: bytes
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """What became of one version of an item; the same version again gives the same answer, until a person decides."""

    id: str
    content_hash: str
    state: str
    sentence: str
    receipt: str


def receive(
    *, device_id: uuid.UUID | None, items: Sequence[SignedItem], by: Actor, at: datetime, manner: str = "hp"
) -> tuple[ItemAnswer, ...]:
    """Take up to 100 items of one phone (None: of none) in one transaction; an answer for each, in their order.

    Items of a phone (`manner` "hp") are taken by what its key signed. Without one, `by` vouches for them: the head of
    the RW for paper ("kertas"), whoever patrols for ODK Collect ("odk"). Raises `UnableToFind` for an unknown phone,
    `UnableToAllow`, `UnableToCarry` for too many items; then nothing of them was taken.
    """
    if len(items) > MAX_BATCH:
        raise UnableToCarry(_("Kirim paling banyak %d catatan sekaligus.") % MAX_BATCH)
    sender = _sender(device_id, by=by, at=at, manner=manner)
    sent = [_read(one, sender) for one in items]
    try:
        intake = _taken(sent, sender, careful=False)
    except Exception:
        log.warning("a batch of %d items fails; each is applied by itself", len(sent), exc_info=True)
        intake = _taken(sent, sender, careful=True)
    return tuple(answer_of(intake.row_of(one), id=one.shown_id) for one in sent)


@transaction.atomic
def _taken(sent: Sequence[Sent], sender: Sender, *, careful: bool) -> Intake:
    """Everything in one transaction; `careful`: what fails is held and takes nothing with it, for a savepoint each."""
    lock_items({key for one in sent for key in one.lock_keys})
    intake = Intake(sender, versions_of(one.item_id for one in sent), is_careful=careful)
    intake.take(sent)
    device = sender.device
    if device is not None and (device.seen_at is None or sender.at - device.seen_at > SEEN_AGAIN):
        Device.objects.filter(pk=device.pk).update(seen_at=sender.at)
    return intake


def _sender(device_id: uuid.UUID | None, *, by: Actor, at: datetime, manner: str) -> Sender:
    permission = PERMISSION[manner]
    by.must(permission)
    if device_id is None:
        if manner == PatrolItem.Manner.PHONE:
            raise UnableToFind(_("HP itu tidak terdaftar."))
        return Sender(person=by, device=None, manner=manner, by=by, at=at)
    device = next(iter(read_rows(Device, "row.id = %s", [device_id])), None)
    if device is None:
        raise UnableToFind(_("HP itu tidak terdaftar."))
    if by.id == str(device.user_id):
        return Sender(person=by, device=device, manner=manner, by=by, at=at)
    by.must(permission, area=device.area_code)  # a colleague may carry it to where there is signal
    person = author(str(device.user_id), by=by, at=at)
    return Sender(person=person, device=device, manner=manner, by=by, at=at)


def _read(one: SignedItem, sender: Sender) -> Sent:
    """The item in these bytes, or why it is refused."""
    digest = content_hash(one.body)
    if refusal := _signature_fault(one, sender):
        body, signature = one.body[:MAX_BODY_BYTES], (one.signature or b"")[:SIGNATURE_BYTES]
        digest, claim = content_hash(body), claim_of(body)  # of what nobody signed, no more is kept than a note has
        # Nobody can take the place of an item that its phone has yet to send: it is kept under an id of its own.
        own_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{digest}:{signature.hex()}")
        shown = str(claim.id) if claim.id else ""
        return Sent(body, signature, digest, own_id, claim, refusal=refusal, is_foreign=True, shown_id=shown)
    try:
        item = read_item(one.body)
    except UnableToRead as error:
        claim = claim_of(one.body)
        own_id = claim.id or uuid.uuid5(uuid.NAMESPACE_OID, digest)
        return Sent(one.body, one.signature, digest, own_id, claim, refusal=error.sentence, shown_id=str(own_id))
    refusal = _device_fault(item.device, item.at, sender)
    return Sent(one.body, one.signature, digest, item.id, item=item, refusal=refusal, shown_id=str(item.id))


def _signature_fault(one: SignedItem, sender: Sender) -> str:
    if sender.device is None:
        return ""
    key = bytes(sender.device.public_key)
    return "" if one.signature and is_signed(one.body, signature=one.signature, public_key=key) else UNSIGNED


def _device_fault(device_id: uuid.UUID | None, item_at: datetime, sender: Sender) -> str:
    device = sender.device
    if device_id != (device.pk if device else None):
        return OTHER_DEVICE
    if device is not None and device.revoked_at is not None and item_at >= device.revoked_at:
        return AFTER_REVOKED
    return ""


def answer_of(row: PatrolItem, *, id: str = "") -> ItemAnswer:
    """What a phone is told of a version."""
    sentence = row.settlement or row.sentence
    return ItemAnswer(id or str(row.item_id), row.content_hash, str(row.state), sentence, receipt_number(row.pk))
