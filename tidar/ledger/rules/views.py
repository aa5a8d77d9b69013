"""What other apps read of the ledger, as plain values."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class TransferView:
    """One transfer with the names of its accounts; `reverses` and `reversed_by` are keys of transfers."""

    id: int
    key: str
    debit: str
    credit: str
    amount_rupiah: int
    reference: str = ""
    reverses: str = ""
    reversed_by: str = ""


@dataclass(frozen=True, slots=True)
class GroupView:
    """One business act with all its transfers, in the order in which they were posted."""

    id: uuid.UUID
    key: str
    kind: str
    total_rupiah: int
    happened_at: datetime
    recorded_at: datetime
    actor_kind: str
    actor_id: str
    reason: str
    transfers: tuple[TransferView, ...]


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of an account's statement: what came (debit) or went (credit), against which account."""

    id: int  # of the transfer: the next page begins after it
    key: str
    group_key: str
    kind: str
    other: str
    other_title: str
    debit_rupiah: int
    credit_rupiah: int
    happened_at: datetime
    recorded_at: datetime
    reference: str
    reverses_id: int | None


@dataclass(frozen=True, slots=True)
class JournalDayView:
    """A closed day of the journal."""

    day: date
    transfer_count: int
    total_rupiah: int
    previous_hash: str
    hash: str
    closed_at: datetime
