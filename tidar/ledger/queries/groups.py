"""Reading acts back: a group with its transfers, and whether the same act was posted before."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from tidar.ledger.models import Group, Transfer
from tidar.ledger.rules.posting import Line
from tidar.ledger.rules.views import GroupView, TransferView


def find_group(group_key: str) -> GroupView | None:
    """The act of this key with all its transfers, or None. Two queries."""
    group = Group.objects.filter(key=group_key).first()
    if group is None:
        return None
    return GroupView(
        id=group.pk,
        key=group.key,
        kind=group.kind,
        total_rupiah=group.total_rupiah,
        happened_at=group.happened_at,
        recorded_at=group.recorded_at,
        actor_kind=group.actor_kind,
        actor_id=group.actor_id,
        reason=group.reason,
        transfers=tuple(_view(transfer) for transfer in _named(Transfer.objects.filter(group=group))),
    )


def find_transfers(keys: Sequence[str]) -> tuple[TransferView, ...]:
    """The transfers of these keys, in the order in which they were posted; unknown keys are left out."""
    return tuple(_view(transfer) for transfer in _named(Transfer.objects.filter(key__in=keys)))


def _named(transfers: QuerySet[Transfer]) -> QuerySet[Transfer]:
    joined = transfers.select_related("debit", "credit", "reverses").prefetch_related("reversed_by")
    return joined.order_by("id")


def _view(transfer: Transfer) -> TransferView:
    return TransferView(
        id=transfer.pk,
        key=transfer.key,
        debit=transfer.debit.key,
        credit=transfer.credit.key,
        amount_rupiah=transfer.amount_rupiah,
        reference=transfer.reference,
        reverses=transfer.reverses.key if transfer.reverses else "",
        reversed_by=next((other.key for other in transfer.reversed_by.all()), ""),
    )


def same_act(group_key: str, kind: str, happened_at: datetime, lines: Sequence[Line]) -> uuid.UUID | None:
    """The id of the group of this key if it says the same, else None. Order of lines does not matter."""
    group = Group.objects.filter(key=group_key, kind=kind, happened_at=happened_at).first()
    if group is None:
        return None
    held = group.transfers.values_list("debit_id", "credit_id", "amount_rupiah", "key", "reference")
    wanted = {(line.debit, line.credit, line.amount_rupiah, line.key, line.reference) for line in lines}
    return group.pk if set(held) == wanted else None
