"""The one interface that levies know of any bank or acquirer, and what it answers.

Whatever a gateway does, the answer is one of four: it stands (ACTIVE), it is paid, it is over, or nobody can say
(UNKNOWN). An UNKNOWN is asked about again; it is never charged again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Standing = Literal["active", "paid", "over", "unknown"]


@dataclass(frozen=True, slots=True)
class Offer:
    """What we ask a gateway to make payable. `reference` is ours and unique; the same again is the same offer."""

    reference: str
    name: str  # what the payer sees, without personal data: "PASAR KEBONPOLO A-001"
    amount_rupiah: int | None  # None: the payer types it
    terminal: str  # the stall
    customer_number: str  # digits, of a virtual account
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gateway said, or that it said nothing clear. `paid_rupiah` only where it is paid."""

    standing: Standing
    sentence: str = ""
    gateway_reference: str = ""
    content: str = ""  # a QRIS payload, or a virtual account's number
    paid_rupiah: int | None = None
    paid_at: datetime | None = None
    rrn: str = ""  # retrieval reference number of the payment


@dataclass(frozen=True, slots=True)
class Notice:
    """A gateway's word that money came, after its signature was checked."""

    gateway: str
    gateway_reference: str  # theirs, of the offer
    rrn: str  # theirs, of this payment: the same notice again has the same
    reference: str  # ours, of the offer; "" when it names none
    terminal: str
    amount_rupiah: int
    paid_at: datetime
    details: dict[str, str]


class Gateway(Protocol):
    """A bank or acquirer. No method raises for what a network does: that is an UNKNOWN answer."""

    name: str

    def offer_qr(self, offer: Offer, *, at: datetime) -> Answer:
        """Make a QRIS for a bill (with an amount) or for a stall (without)."""

    def offer_va(self, offer: Offer, *, at: datetime) -> Answer:
        """Make a virtual account payable."""

    def ask_qr(self, reference: str, gateway_reference: str, *, at: datetime) -> Answer:
        """How a QRIS stands."""

    def ask_va(self, reference: str, customer_number: str, *, at: datetime) -> Answer:
        """How a virtual account stands."""

    def withdraw_va(self, reference: str, customer_number: str, *, at: datetime) -> Answer:
        """Make a virtual account payable no longer."""
