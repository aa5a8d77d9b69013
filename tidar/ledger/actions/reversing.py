"""Corrections: a transfer is never edited; a mirror of it is posted, once, and says what it reverses."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToAgree, UnableToFind
from tidar.ledger.actions.posting import UnableToPost, post_act
from tidar.ledger.models import Transfer
from tidar.ledger.rules.posting import REVERSAL_KEY_LENGTH, Act, Line, fault_of_key

REVERSAL = "reversal"


class UnableToReverse(UnableTo):
    """It was reversed before, or is a reversal itself."""


def reverse_group(
    *, group_key: str, by_key: str, happened_at: datetime, at: datetime, by: Actor, reason: str
) -> uuid.UUID:
    """Mirror every transfer of a group in a new group `by_key`; returns its id.

    The same `by_key` again is the same reversal. Raises `UnableToReverse` where another act reversed any of them or
    where they are a reversal, `UnableToFind` where there is no such group.
    """
    transfers = list(
        Transfer.objects.filter(group__key=group_key).prefetch_related("reversed_by__group").order_by("id")
    )
    if not transfers:
        raise UnableToFind(_("Pembukuan %s tidak ada.") % group_key)
    return _reverse(transfers, Act(by_key, REVERSAL, happened_at, at, by.kind, by.id, reason))


def reverse_transfer(
    *, transfer_key: str, by_key: str, happened_at: datetime, at: datetime, by: Actor, reason: str
) -> uuid.UUID:
    """Mirror one transfer; as `reverse_group` for the rest."""
    transfers = list(Transfer.objects.filter(key=transfer_key).prefetch_related("reversed_by__group"))
    if not transfers:
        raise UnableToFind(_("Transfer %s tidak ada.") % transfer_key)
    return _reverse(transfers, Act(by_key, REVERSAL, happened_at, at, by.kind, by.id, reason))


def _reverse(transfers: Sequence[Transfer], act: Act) -> uuid.UUID:
    if sentence := fault_of_key(act.group_key, longest=REVERSAL_KEY_LENGTH):
        raise UnableToPost(sentence)
    if any(transfer.reverses_id for transfer in transfers):
        raise UnableToReverse(_("Pembatalan tidak dapat dibatalkan lagi."))
    reversals = [(other.group.key, other.group_id) for transfer in transfers for other in transfer.reversed_by.all()]
    if reversals:
        return _known(reversals, len(transfers), act)
    try:
        with transaction.atomic():
            return post_act(act, _mirrored(transfers, act), reverses=[transfer.pk for transfer in transfers])
    except IntegrityError as error:
        if "transfer_reversed_once" not in str(error):
            raise
        raise UnableToReverse(_("Pembukuan itu baru saja dibatalkan oleh orang lain.")) from error


def _known(reversals: Sequence[tuple[str, uuid.UUID]], count: int, act: Act) -> uuid.UUID:
    """The id of the reversal that this very act made before."""
    if {key for key, _group_id in reversals} != {act.group_key}:
        raise UnableToReverse(_("Pembukuan itu sudah dibatalkan."))
    if len(reversals) != count:
        raise UnableToAgree(_("Kunci %s sudah dipakai untuk pembatalan lain.") % act.group_key)
    return reversals[0][1]


def _mirrored(transfers: Sequence[Transfer], act: Act) -> list[Line]:
    return [
        Line(
            debit=transfer.credit_id,
            credit=transfer.debit_id,
            amount_rupiah=transfer.amount_rupiah,
            key=f"{act.group_key}/{number}",
            reference=transfer.reference,
        )
        for number, transfer in enumerate(transfers, start=1)
    ]
