"""Cancelling an SKRD: a mirrored transfer with a reason, never an edit.

What was paid for it is moved to titipan with a case, so that a person decides what becomes of it; the same period can
then be assessed anew. Locks: run, occupancy, SKRD.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.money import rupiah_text
from tidar.documents import api as documents
from tidar.hub.api import EventFields, SourceRef, record_event
from tidar.ledger import api as ledger
from tidar.retribusi.actions.accounts import open_by_key
from tidar.retribusi.actions.cases import open_case
from tidar.retribusi.models import Allocation, Assessment, AssessmentCancellation, Occupancy, Run
from tidar.retribusi.rules.accounts import suspense_key

CANCELLED = "batal"


class UnableToCancel(UnableTo):
    """The SKRD cannot be cancelled like this."""


def cancel_assessment(
    *, assessment_id: uuid.UUID, reason: str, decision: str = "", by: Actor, at: datetime
) -> AssessmentCancellation:
    """Cancel one SKRD: ledger reversal, document, event and audit entry in one transaction.

    Raises `UnableToCancel` without a reason or when it is cancelled already. The same SKRD is cancelled at most once,
    however many people try.
    """
    if not (words := " ".join(reason.split())[:300]):
        raise UnableToCancel(_("Tuliskan alasan pembatalan SKRD."))
    with transaction.atomic():
        assessment = _locked(assessment_id, by=by)
        key = f"skrd-batal:{assessment.pk}"
        ledger.reverse_transfer(
            transfer_key=f"skrd:{assessment.pk}", by_key=key, happened_at=at, at=at, by=by, reason=words
        )
        paid = _move_paid(assessment, key=key, by=by, at=at)
        assessment.closed_at, assessment.closed_by = at, CANCELLED
        assessment.save(update_fields=["closed_at", "closed_by"])
        cancellation = AssessmentCancellation.objects.create(
            assessment=assessment, reason=words, decision=" ".join(decision.split())[:200], group_key=key,
            cancelled_at=at, actor_id=by.id[:80],
        )  # fmt: skip
        if documents.find("skrd", f"skrd:{assessment.pk}") is not None:
            documents.cancel(kind="skrd", subject=f"skrd:{assessment.pk}", reason=words, by=by, at=at)
        _tell(assessment, reason=words, at=at)
        after = {"number": str(assessment), "reason": words, "decision": cancellation.decision, "paid_rupiah": paid}
        record("assessment.cancel", by=by, at=at, subject=("assessment", str(assessment.pk)), after=after)
    return cancellation


def _locked(assessment_id: uuid.UUID, *, by: Actor) -> Assessment:
    """The SKRD with its run, occupancy and itself locked in this order; checked for the person and its state."""
    found = Assessment.objects.filter(pk=assessment_id).values("run_id", "occupancy_id").first()
    if found is None:
        raise UnableToFind(_("SKRD itu tidak ada."))
    run = Run.objects.select_for_update(no_key=True, of=("self",)).select_related("market").get(pk=found["run_id"])
    by.must("levies.sign", agency=run.agency_code, area=run.area_code or None)
    Occupancy.objects.select_for_update(no_key=True).get(pk=found["occupancy_id"])
    assessment = (
        Assessment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("run", "occupancy__levy_object__market", "occupancy__levy_object__levy_kind")
        .get(pk=assessment_id)
    )
    if assessment.closed_by == CANCELLED:
        raise UnableToCancel(_("SKRD ini sudah dibatalkan."))
    return assessment


def _move_paid(assessment: Assessment, *, key: str, by: Actor, at: datetime) -> int:
    """What was paid goes from the payer's receivable to titipan, with a case; returns how much."""
    paid = int(Allocation.objects.filter(assessment=assessment).aggregate(n=Sum("amount_rupiah"))["n"] or 0)
    if not paid:
        return 0
    agency = assessment.run.agency_code
    suspense = open_by_key(suspense_key(agency), at=at)
    line = ledger.Line(
        debit=assessment.occupancy.receivable_id, credit=suspense, amount_rupiah=paid, key=f"{key}/dibayar",
        reference=f"skrd:{assessment.pk}",
    )  # fmt: skip
    ledger.post(group_key=f"{key}/dibayar", kind="skrd.cancelled", lines=[line], happened_at=at, at=at, by=by)
    open_case(
        kind="skrd-batal",
        key=key,
        agency=agency,
        subject=f"skrd:{assessment.pk}",
        sentence=_("%(number)s dibatalkan sesudah dibayar %(amount)s.")
        % {"number": number_of(assessment), "amount": rupiah_text(paid)},
        amount_rupiah=paid,
        held_rupiah=paid,
        occupancy_id=assessment.occupancy_id,
        by=by,
        at=at,
    )
    return paid


def number_of(assessment: Assessment) -> str:
    """The number as printed."""
    return documents.number_text("SKRD", assessment.year, assessment.sequence)


def _tell(assessment: Assessment, *, reason: str, at: datetime) -> None:
    held = assessment.occupancy.levy_object
    market = held.market
    record_event(
        kind="levy.assessment_cancelled",
        happened_at=at,
        at=at,
        source=SourceRef("action", f"skrd:{assessment.pk}"),
        fields=EventFields(
            subject=f"{number_of(assessment)} {held.number} dibatalkan",  # kept: Indonesian for everybody
            area_code=held.area_code or (market.area_code if market else ""),
            lon=held.lon if held.lon is not None or not market else market.lon,
            lat=held.lat if held.lat is not None or not market else market.lat,
            permission="levies.see",
            data={
                "agency": assessment.run.agency_code,
                "levy_kind": held.levy_kind_id,
                "market": held.market_id or "",
                "number": held.number,
                "amount_rupiah": assessment.amount_rupiah,
                "assessment": str(assessment.pk),
                "occupancy": str(assessment.occupancy_id),
            },
        ),
    )
