"""The SSRD of a payment: on demand, once, with a gap-free number (`domain.md` 6.2: every payment gets a receipt).

Locks: the payment, then the series of numbers, last (decision 0005).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.documents import api as documents
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi.actions.paying.posting import UnableToPay
from tidar.retribusi.models import Payment
from tidar.retribusi.queries.payments import parts_of

SERIES = "SSRD"
KIND = "ssrd"


def issue_receipt(*, payment_id: uuid.UUID, by: Actor, at: datetime) -> documents.DocumentView:
    """The SSRD of a payment; the same one however often it is asked for.

    Who may ask is the caller's to know: pages check it, a trader holds their own payments. Raises `UnableToFind`, and
    `UnableToPay` for a payment that was taken back or is itself a reversal.
    """
    subject = f"pembayaran:{payment_id}"
    with transaction.atomic():
        locked = Payment.objects.select_for_update(no_key=True, of=("self",))
        payment = (
            locked.select_related("occupancy__levy_object__levy_kind", "occupancy__payer", "market")
            .filter(pk=payment_id)
            .first()
        )
        if payment is None:
            raise UnableToFind(_("Pembayaran itu tidak ada."))
        if payment.reverses_id or Payment.objects.filter(reverses=payment).exists():
            raise UnableToPay(_("Pembayaran yang dibatalkan tidak mempunyai SSRD."))
        if (known := documents.find(KIND, subject)) is not None:
            return known
        data = _data(payment)
        year = timezone.localtime(at, places.region().zone).year
        return documents.issue(
            kind=KIND, series=SERIES, year=year, sequence=documents.take_numbers(SERIES, year, 1), subject=subject,
            data=data, signed_by=_signature(by, payment), by=by, at=at,
        )  # fmt: skip


def _data(payment: Payment) -> documents.Ssrd:
    holder = payment.occupancy
    return documents.Ssrd(
        **_letterhead(payment),
        amount_rupiah=payment.amount_rupiah,
        received_at=timezone.localtime(payment.happened_at, places.region().zone),
        channel=str(Payment.Channel(payment.channel).label),
        receipt_number=payment.receipt_number,
        payer_name=holder.payer.name if holder else "",
        npwrd=holder.payer.npwrd if holder else "",
        stall=holder.levy_object.number if holder else "",
        lines=tuple(
            documents.Line(title=part.period, amount_rupiah=part.amount_rupiah, number=part.number)
            for part in parts_of(payment)
        ),
        advance_rupiah=payment.advance_rupiah,
        suspense_rupiah=payment.suspense_rupiah,
    )


def _letterhead(payment: Payment) -> dict[str, Any]:
    agency = people.agency(payment.agency_id)
    kind = payment.occupancy.levy_object.levy_kind if payment.occupancy else None
    return {
        "region": f"Pemerintah {places.region().name}",
        "agency": agency.name if agency else payment.agency_id,
        "market": payment.market.name if payment.market else "",
        "legal_basis": (kind.legal_basis,) if kind else (),
        "account_code": kind.account_code if kind else "",
        "account_title": kind.title if kind else "",
        "levy": kind.title if kind else "",
    }


def _signature(by: Actor, payment: Payment) -> str:
    agency = people.agency(payment.agency_id)
    return f"{by.name[:90]}\n{agency.name[:100] if agency else payment.agency_id}"
