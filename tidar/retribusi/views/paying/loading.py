"""Finding what an address names, for `requires(load=…)`; what a person may not see answers 403."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from tidar.common import clock
from tidar.common.access import actor_of
from tidar.common.actor import Actor
from tidar.common.errors import UnableToAllow, UnableToFind
from tidar.places import api as places
from tidar.retribusi.models import Case, Occupancy, Payment
from tidar.retribusi.queries.cases import cases_seen_by
from tidar.retribusi.queries.payments import payments_seen_by
from tidar.retribusi.queries.register import holder_on, objects_for


@dataclass(frozen=True, slots=True)
class SeenPayment:
    """One payment, checked by its agency and its market's area."""

    payment: Payment
    agency_code: str
    area_code: str


@dataclass(frozen=True, slots=True)
class SeenCase:
    """One case, checked by its agency."""

    case: Case
    agency_code: str


def payment_named(request: HttpRequest, payment_id: uuid.UUID) -> SeenPayment:
    """The payment with this id."""
    if not Payment.objects.filter(pk=payment_id).exists():
        raise UnableToFind(_("Pembayaran itu tidak ada."))
    found = payments_seen_by(actor_of(request)).select_related("cash_account", "occupancy__payer", "reverses")
    payment = found.filter(pk=payment_id).first()
    if payment is None:
        raise UnableToAllow(_("Pembayaran itu di luar wewenang Anda."))
    return SeenPayment(payment, payment.agency_id, payment.market.area_code if payment.market else "")


def case_named(request: HttpRequest, case_id: uuid.UUID) -> SeenCase:
    """The case with this id."""
    if not Case.objects.filter(pk=case_id).exists():
        raise UnableToFind(_("Perkara itu tidak ada."))
    case = cases_seen_by(actor_of(request)).filter(pk=case_id).first()
    if case is None:
        raise UnableToAllow(_("Perkara itu di luar wewenang Anda."))
    return SeenCase(case, case.agency_id)


def today() -> date:
    """The day it is in the region."""
    return timezone.localtime(clock.now(), places.region().zone).date()


def holder_at(actor: Actor, permission: str, *, market: str, number: str) -> Occupancy | None:
    """Who holds the stall of this number today, among the stalls that the actor may work on."""
    found = objects_for(actor, permission).filter(market_id=market, number__iexact=number.strip()).first()
    return holder_on(found.pk, today()) if found else None
