"""When a validly signed record of a phone is doubted, and what is said of it. Pure: no database, no clock.

Doubt decides who settles what the record tells of, never whether its money is booked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from tidar.common.formats import number_text
from tidar.common.money import rupiah_text
from tidar.common.signed_records import FIRST_PREVIOUS
from tidar.retribusi.rules.devices import CashSale, Record, receipt_number

AHEAD_MINUTES = 5  # how far a phone's clock may run ahead
ARRIVAL_MINUTES = 5  # how much later than it may be signed a correction may arrive
SENDING_MINUTES = 2  # batches of one sending arrive within this


class Doubt(Enum):
    """Why a validly signed record is looked at by a person; the money that it tells of is booked all the same."""

    FORK = "Nomor catatan ini sudah dipakai oleh catatan lain."
    CHAIN = "Catatan ini tidak menyambung dengan catatan di sebelahnya."
    BACKDATED = "Waktunya tidak urut dengan catatan di sebelahnya."
    FUTURE = "Waktunya di depan jam server; periksa jam HP."
    OLD = "Catatan ini terlalu lama baru sampai."
    REVOKED = "Baru sampai setelah alat dicabut."
    UNAPPROVED = "Ditandatangani sebelum alat disetujui kepala pasar."
    RECEIPT = "Nomor kuitansinya tidak sesuai dengan nomor catatan."
    AGAIN = "Tanda pengenal catatan ini sudah dipakai oleh catatan lain."
    STALL = "Lapaknya tidak dikenal."
    KARCIS = "Karcisnya tidak sesuai dengan buku yang dipegang."
    VOID = "Pembatalan ini tidak dapat dijalankan sendiri."
    HANDOVER = "Serah terima ini tidak dapat diajukan."


TIME_DOUBTS = frozenset({Doubt.BACKDATED, Doubt.FUTURE, Doubt.OLD})


@dataclass(frozen=True, slots=True)
class Held:
    """A record that is here already, as far as its neighbours need it."""

    counter: int
    content_hash: str
    previous_hash: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the phone stands when a record arrives."""

    code: str
    approved_at: datetime | None
    revoked_at: datetime | None
    now: datetime
    oldest_days: int
    around: Sequence[Held] = field(default_factory=tuple)  # what is here at counter − 1, counter, counter + 1


def doubts(record: Record, *, body_hash: str, standing: Standing) -> tuple[Doubt, ...]:
    """Everything about a validly signed record that a person must look at; empty: it can be booked as it says.

    Records may arrive in any order: each is held against the neighbours that are here. The one that closes a gap is
    the one that must fit both sides. Whoever holds a revoked phone sets its clock, so what came after the revocation is
    told by the server's.
    """
    found = [*_chain_doubts(record, body_hash, standing.around), *_time_doubts(record, standing)]
    if standing.approved_at is None or record.at < standing.approved_at.replace(microsecond=0):
        found.append(Doubt.UNAPPROVED)
    if standing.revoked_at is not None and standing.now >= standing.revoked_at:
        found.append(Doubt.REVOKED)
    if isinstance(record.facts, CashSale) and record.facts.receipt != receipt_number(standing.code, record.counter):
        found.append(Doubt.RECEIPT)
    return tuple(found)


def _chain_doubts(record: Record, body_hash: str, around: Sequence[Held]) -> list[Doubt]:
    same = [held for held in around if held.counter == record.counter and held.content_hash != body_hash]
    before = [held.content_hash for held in around if held.counter == record.counter - 1]
    after = [held.previous_hash for held in around if held.counter == record.counter + 1]
    if record.counter == 1:
        before = [FIRST_PREVIOUS]
    found = [Doubt.FORK] if same else []
    if (before and record.previous not in before) or (after and body_hash not in after):
        found.append(Doubt.CHAIN)
    return found


def _time_doubts(record: Record, standing: Standing) -> list[Doubt]:
    before = [held.at for held in standing.around if held.counter == record.counter - 1 and held.at]
    after = [held.at for held in standing.around if held.counter == record.counter + 1 and held.at]
    found = []
    if (before and record.at < min(before)) or (after and record.at > max(after)):
        found.append(Doubt.BACKDATED)
    if record.at > standing.now + timedelta(minutes=AHEAD_MINUTES):
        found.append(Doubt.FUTURE)
    if record.at < standing.now - timedelta(days=standing.oldest_days):
        found.append(Doubt.OLD)
    return found


def said(found: Sequence[Doubt], *, what: str = "") -> str:
    """The doubts as one text for the person who reviews the record, and for the collector."""
    words = " ".join(doubt.value for doubt in found)
    return f"{words} {what}".strip()[:300]


def booked_words(*, amount: int, shown_owed: int | None, owed_before: int, advance: int) -> str:
    """What became of cash that was booked as signed; a phone that showed another debt is told so, never refused."""
    words = [f"Dibukukan {rupiah_text(amount)}."]
    if shown_owed is not None and shown_owed != owed_before:
        words.append(f"Di HP tertulis tagihan {rupiah_text(shown_owed)}, di register {rupiah_text(owed_before)}.")
    if advance:
        words.append(f"{rupiah_text(advance)} menjadi uang muka.")
    return " ".join(words)


def waiting_for(counter: int) -> str:
    """Why a correction waits: what it corrects has not arrived."""
    return f"Menunggu catatan nomor {number_text(counter)} sampai."


@dataclass(frozen=True, slots=True)
class Taken:
    """Two moments of a record: when the phone says that it was signed, and when it arrived here."""

    signed_at: datetime
    arrived_at: datetime


def too_late_to_void(*, sold: Taken, voided: Taken, minutes: int) -> bool:
    """Whether a receipt was taken back before it was given, or later than `minutes` after it.

    The phone's clock alone never decides: the correction must be here soon after the receipt was, and one that claims
    to be older than the arrival of its receipt must have come with it. What was offline together is believed.
    """
    allowed, slack = timedelta(minutes=minutes), timedelta(minutes=AHEAD_MINUTES)
    if not sold.signed_at <= voided.signed_at <= sold.signed_at + allowed:
        return True
    waited = voided.arrived_at - sold.arrived_at
    if waited > allowed + timedelta(minutes=ARRIVAL_MINUTES):
        return True
    return waited > timedelta(minutes=SENDING_MINUTES) and voided.signed_at < sold.arrived_at - slack
