"""What a trader sees of their own: stalls, what is owed, what was paid, receipts. Nothing of anybody else."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tidar.common.errors import UnableToFind
from tidar.ledger import api as ledger
from tidar.retribusi.models import Charge, Occupancy, Payer, Payment
from tidar.retribusi.queries.dues import Due, open_dues
from tidar.retribusi.rules.paying import period_words

PAGE = 30


@dataclass(frozen=True, slots=True)
class Stall:
    """One of the trader's stalls and what is owed for it."""

    occupancy_id: int
    number: str
    market: str
    va_number: str
    ended: bool
    dues: tuple[Due, ...]

    @property
    def owed_rupiah(self) -> int:
        """All that is owed and can be paid now."""
        return sum(due.owed for due in self.payable)

    @property
    def payable(self) -> tuple[Due, ...]:
        """Bills that are signed."""
        return tuple(due for due in self.dues if due.signed)


@dataclass(frozen=True, slots=True)
class Mine:
    """A trader's own page."""

    payer_id: int
    npwrd: str
    name: str
    stalls: tuple[Stall, ...]
    advance_rupiah: int

    @property
    def owed_rupiah(self) -> int:
        """Over all stalls."""
        return sum(stall.owed_rupiah for stall in self.stalls)


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment of the trader."""

    id: uuid.UUID
    number: str
    channel: str
    amount_rupiah: int
    happened_at: datetime
    stall: str
    reversed: bool
    allocations: tuple[tuple[str, int], ...] = ()
    advance_rupiah: int = 0
    suspense_rupiah: int = 0


def mine(payer_id: int) -> Mine:
    """The trader's stalls with open bills, those without a bill after them. Raises `UnableToFind`."""
    payer = Payer.objects.filter(pk=payer_id).first()
    if payer is None:
        raise UnableToFind(_("Wajib retribusi itu tidak ada."))
    held = list(_occupancies(payer_id))
    dues = open_dues([one.pk for one in held])
    stalls = [
        Stall(
            one.pk, one.levy_object.number, str(one.levy_object.market or one.levy_object.levy_kind), one.va_number,
            one.to_date is not None, dues.get(one.pk, ()),
        )
        for one in held
    ]  # fmt: skip
    shown = sorted((s for s in stalls if s.dues or not s.ended), key=lambda s: (s.ended, s.market, s.number))
    ahead = ledger.balances({one.advance.key for one in held}) if held else {}  # one for each levy
    return Mine(payer.pk, payer.npwrd, payer.name, tuple(shown), sum(ahead.values()))


def _occupancies(payer_id: int) -> QuerySet[Occupancy]:
    held = Occupancy.objects.filter(payer_id=payer_id)
    return held.select_related("levy_object__market", "levy_object__levy_kind", "advance").order_by("pk")


def payments(payer_id: int, *, before: datetime | None = None) -> tuple[Paid, ...]:
    """The trader's payments, newest first; one more than a page when there are more."""
    found = Payment.objects.filter(occupancy__payer_id=payer_id, reverses=None).exclude(channel="uang-muka")
    if before is not None:
        found = found.filter(happened_at__lt=before)
    rows = found.select_related("occupancy__levy_object", "reversed_by").order_by("-happened_at", "-pk")[: PAGE + 1]
    return tuple(_paid(one) for one in rows)


def payment(payer_id: int, payment_id: uuid.UUID) -> Paid:
    """One of the trader's own payments with what it paid. Raises `UnableToFind` for anybody else's."""
    found = Payment.objects.filter(pk=payment_id, occupancy__payer_id=payer_id)
    one = found.select_related("occupancy__levy_object", "reversed_by").first()
    if one is None:
        raise UnableToFind(_("Bukti pembayaran itu tidak ada."))
    lines = one.allocations.select_related("assessment").order_by("assessment__period_from_date", "pk")
    paid = [(period_words(a.assessment.period_from_date, a.assessment.period_to_date), a.amount_rupiah) for a in lines]
    return _paid(one, tuple(paid))


def _paid(one: Payment, allocations: tuple[tuple[str, int], ...] = ()) -> Paid:
    return Paid(
        one.pk, one.receipt_number, one.get_channel_display(), one.amount_rupiah, one.happened_at,
        one.occupancy.levy_object.number if one.occupancy else "", hasattr(one, "reversed_by"), allocations,
        one.advance_rupiah, one.suspense_rupiah,
    )  # fmt: skip


def charge(payer_id: int, charge_id: uuid.UUID) -> Charge:
    """One offer of the trader's own. Raises `UnableToFind` for anybody else's."""
    found = Charge.objects.filter(pk=charge_id, occupancy__payer_id=payer_id)
    one = found.select_related("occupancy__levy_object__market").first()
    if one is None:
        raise UnableToFind(_("Tagihan nontunai itu tidak ada."))
    return one
