"""What a person decides about versions that were held or in conflict. Nothing is deleted: each keeps its decision.

Release applies a held item although it was doubted; refuse leaves it out. Of two versions in conflict, keep leaves the
accepted one in force, take puts the other in its place. The same decision twice is once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.formulir import api as formulir
from tidar.rojak.actions.intake import Intake, sender_of
from tidar.rojak.actions.locking import lock_items
from tidar.rojak.models import Finding, PatrolItem
from tidar.rojak.queries.items import versions_of
from tidar.rojak.queries.persons import may_see, may_settle
from tidar.rojak.rules.items import REVISABLE, read_item

State = PatrolItem.State


class UnableToSettle(UnableTo):
    """The item cannot be settled like this."""


def release_item(*, number: int, reason: str, by: Actor, at: datetime) -> PatrolItem:
    """A held item counts although it was doubted. Raises `UnableToSettle` with what still stands in its way.

    Where another version counts by now, it is listed as a conflict, and `UnableToSettle` says so.
    """
    row = _settle(number, State.HELD, reason, by=by, at=at, act=_release)
    if row.state != State.ACCEPTED:  # that it is in conflict now is kept
        raise UnableToSettle(row.sentence)
    return row


def refuse_item(*, number: int, reason: str, by: Actor, at: datetime) -> PatrolItem:
    """A held item does not count."""
    return _settle(number, State.HELD, reason, by=by, at=at, act=_refuse)


def keep_accepted(*, number: int, reason: str, by: Actor, at: datetime) -> PatrolItem:
    """Of two versions, the accepted one stays in force; the one in conflict does not count."""
    return _settle(number, State.CONFLICT, reason, by=by, at=at, act=_refuse)


def take_other(*, number: int, reason: str, by: Actor, at: datetime) -> PatrolItem:
    """Of two versions, the one in conflict takes the place of the accepted one. Raises `UnableToSettle`."""
    return _settle(number, State.CONFLICT, reason, by=by, at=at, act=_take)


@transaction.atomic
def _settle(
    number: int, expected: str, reason: str, *, by: Actor, at: datetime, act: Callable[[Intake, PatrolItem], None]
) -> PatrolItem:
    found = PatrolItem.objects.filter(pk=number).first()
    if found is None:
        raise UnableToFind(_("Catatan itu tidak ada."))
    lock_items(_keys(found))
    row = PatrolItem.objects.select_for_update(of=("self",)).select_related("device", "post").get(pk=number)
    versions = versions_of([row.item_id])
    _must_lead(row, versions[row.item_id], by)
    why = " ".join(reason.split())[:300]
    if not why:
        raise UnableToSettle(_("Tuliskan alasannya."))
    if row.state != expected:
        raise UnableToSettle(_("Catatan ini sudah diputuskan."))
    row = next(one for one in versions[row.item_id] if one.pk == number)
    before = {"state": str(row.state)}
    act(Intake(sender_of(row, by=by, at=at), versions), row)
    _answers_follow(row, why, by=by, at=at)
    if row.state != State.CONFLICT:
        row.settled_at, row.settled_by, row.settlement, row.waits_for = at, by.name[:80], why, None
        row.save(update_fields=["state", "settled_at", "settled_by", "settlement", "waits_for"])
    subject = ("patrol-item", str(row.pk))
    record(
        "patrol.item.settle",
        by=by,
        at=at,
        subject=subject,
        before=before,
        after={"state": str(row.state)},  # the reason is with the item: the audit log outlives what may be kept
    )
    return row


def _answers_follow(row: PatrolItem, why: str, *, by: Actor, at: datetime) -> None:
    """The answers of a finding that counts now count as well, whatever their form found wrong with them."""
    if row.state != State.ACCEPTED or row.kind != "finding":
        return
    for submission in Finding.objects.filter(pk=row.item_id, submission__isnull=False).values_list(
        "submission", flat=True
    ):
        formulir.accept_held(submission_id=submission, reason=why, by=by, at=at)


def _must_lead(row: PatrolItem, versions: Sequence[PatrolItem], by: Actor) -> None:
    """Only who leads where the version that counts belongs, else this one; about a person, who may read that."""
    accepted = next((one for one in versions if one.state == State.ACCEPTED and one.pk != row.pk), None)
    if may_settle(by, row, accepted):
        return
    if not may_see(by, row):
        raise UnableToFind(_("Catatan itu tidak ada."))
    raise UnableToAllow(_("Ini diputuskan ketua RW tempat catatan itu dihitung."))


def _keys(row: PatrolItem) -> set[uuid.UUID]:
    patrol = read_item(bytes(row.body)).round
    return {row.item_id} if patrol is None else {row.item_id, patrol}


def _release(intake: Intake, row: PatrolItem) -> None:
    intake.reconsider([row], overlook=True)
    if row.state == State.HELD:
        raise UnableToSettle(row.sentence)


def _refuse(intake: Intake, row: PatrolItem) -> None:
    row.state = State.REFUSED


def _take(intake: Intake, row: PatrolItem) -> None:
    if row.kind not in REVISABLE:
        raise UnableToSettle(_("Catatan jenis ini tidak dapat diganti; pertahankan yang sudah diterima."))
    intake.prefer(row)
    if row.state != State.ACCEPTED:
        raise UnableToSettle(row.sentence)
