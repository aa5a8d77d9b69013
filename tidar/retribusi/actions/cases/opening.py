"""Opening a case, once for each occasion; and telling the spine what became of one."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from django.db import connection, transaction

from tidar.common.actor import Actor
from tidar.common.ids import uuid7
from tidar.hub.api import EventFields, SourceRef, new_event_ids, record_event
from tidar.retribusi.models import Case

OPEN_SQL = """
SELECT retribusi_open_case(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, b.market_id, coalesce(b.area_code, ''))
FROM (SELECT 1) one LEFT JOIN retribusi_occupancy o ON o.id = %s
LEFT JOIN retribusi_levyobject b ON b.id = o.levy_object_id
"""


class NewCase(TypedDict):
    """What a case is opened with; `held_rupiah` is what its opener puts into titipan for it."""

    kind: str
    key: str
    agency: str
    subject: str
    sentence: str
    amount_rupiah: NotRequired[int]
    held_rupiah: NotRequired[int]
    occupancy_id: NotRequired[int | None]


def open_case(*, by: Actor, at: datetime, **case: Unpack[NewCase]) -> uuid.UUID:
    """Open a case and tell the spine, in the caller's transaction; the same key again is the same case.

    No audit entry: the case is the trail of the act that opened it.
    """
    held, occupancy = case.get("held_rupiah", 0), case.get("occupancy_id")
    amount = case.get("amount_rupiah", 0)
    with transaction.atomic(), connection.cursor() as cursor:
        values = (
            uuid7(), new_event_ids(1)[0], str(case["kind"]), case["key"], case["agency"], occupancy, case["subject"],
            amount, held, case["sentence"], at, at, occupancy,
        )  # fmt: skip
        cursor.execute(OPEN_SQL, values)
    return Case.objects.values_list("pk", flat=True).get(key=case["key"])


def tell_settled(case: Case, *, at: datetime) -> None:
    """The event of a case that was just settled, in the caller's transaction."""
    stall = case.occupancy.levy_object if case.occupancy else None
    data = {
        "agency": case.agency_id, "market": stall.market_id if stall else None, "case": str(case.pk),
        "case_kind": case.kind, "decision": case.decision, "amount_rupiah": case.amount_rupiah, "about": case.subject,
    }  # fmt: skip
    record_event(
        kind="levy.case_settled", happened_at=at, at=at, source=SourceRef("action", str(case.pk)),
        fields=EventFields(subject=case.sentence, data=data, permission="levies.see"),
    )  # fmt: skip
