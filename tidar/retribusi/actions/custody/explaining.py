"""A surplus that later receipts explain: a phone without signal sends what its collector had already handed over.

Then the ledger shows the same money twice removed: too much in titipan, and as much missing in the bag. This moves it
from the one to the other, whole, and settles the case. Nothing else may touch either side.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableToFind
from tidar.common.money import rupiah_text
from tidar.hub import api as hub
from tidar.ledger import api as ledger
from tidar.retribusi.actions.accounts import open_by_key
from tidar.retribusi.actions.custody.handovers import UnableToHandOver
from tidar.retribusi.models import Case, Handover
from tidar.retribusi.queries.custody import explained_group, late_receipts, unexplained_late_receipts
from tidar.retribusi.rules.accounts import collector_cash_key, suspense_key


def surplus_case(found: Handover) -> Case | None:
    """The open case of a hand-over's surplus, or None."""
    return Case.objects.filter(key=_key(found), settled_at=None).first()


def _key(found: Handover) -> str:
    return f"serah:{found.pk}:titipan"


def explain_surplus(*, handover_id: uuid.UUID, by: Actor, at: datetime) -> int:
    """Move a hand-over's surplus from titipan to the collector's bag; returns how much.

    Raises `UnableToHandOver` unless receipts taken before the count and recorded after it come to at least as much, no
    other surplus was explained by them, and the bag shows that much. Locks: all of the collector's hand-overs by id,
    then the case (decision 0005). Only whoever keeps the treasury may.
    """
    with transaction.atomic():
        of_collector = Handover.objects.filter(pk=handover_id).values("collector_id")
        held = Handover.objects.select_for_update().filter(collector_id__in=of_collector).order_by("pk")
        found = next((one for one in held if one.pk == handover_id), None)
        if found is None:
            raise UnableToFind(_("Serah terima itu tidak ada."))
        by.must("levies.treasury", agency=found.agency_id)
        case = Case.objects.select_for_update(of=("self",)).filter(key=_key(found), settled_at=None).first()
        if case is None:
            raise UnableToHandOver(_("Tidak ada kelebihan yang masih terbuka."))
        _must_be_explained(found, case)
        key = explained_group(found.pk)
        suspense, bag = (
            open_by_key(name, at=at) for name in (suspense_key(found.agency_id), collector_cash_key(found.collector_id))
        )
        line = ledger.Line(suspense, bag, case.held_rupiah, f"{key}:1", f"serah:{found.pk}")
        ledger.post(group_key=key, kind="handover.explained", lines=[line], happened_at=at, at=at, by=by)
        _settle(case, key, by=by, at=at)
    return case.held_rupiah


def _must_be_explained(found: Handover, case: Case) -> None:
    key = collector_cash_key(found.collector_id)
    held = ledger.balances([key]).get(key, 0)
    if min(held, late_receipts(found), unexplained_late_receipts(found.collector_id)) < case.held_rupiah:
        raise UnableToHandOver(
            _("Bukti yang baru masuk belum menjelaskan kelebihan %s.") % rupiah_text(case.held_rupiah)
        )


def _settle(case: Case, group_key: str, *, by: Actor, at: datetime) -> None:
    case.settled_at, case.settled_by, case.group_key = at, by.id[:80], group_key
    words = rupiah_text(case.held_rupiah)
    case.settlement = f"Dijelaskan bukti yang datang belakangan; {words} kembali ke kas juru pungut."
    case.save(update_fields=["settled_at", "settled_by", "group_key", "settlement"])
    data = {"agency": case.agency_id, "case": str(case.pk), "amount_rupiah": case.held_rupiah}
    hub.record_event(
        kind="levy.case_settled",
        happened_at=at,
        at=at,
        source=hub.SourceRef("action", str(case.pk)),
        fields=hub.EventFields(subject=case.settlement, data=data, permission="levies.see"),
    )
    record("handover.explain", by=by, at=at, subject=("case", str(case.pk)), after=data)
