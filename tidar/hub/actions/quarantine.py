"""Mending quarantined rows: correct, confirm a spelling, release into the lake, or discard with a reason.

The original never changes. A released row passes the same rules as every row, and never silently replaces an accepted
one: a row whose key is taken stays in quarantine with a sentence.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.ids import uuid7
from tidar.hub.actions.checking import check_rows
from tidar.hub.actions.mapping import delivery_for
from tidar.hub.actions.processing import context_of, work_path
from tidar.hub.actions.publishing import declare_feed_table
from tidar.hub.actions.spine import record_event
from tidar.hub.models import Delivery, QuarantinedRow
from tidar.hub.queries.keys import taken_keys
from tidar.hub.queries.storage import close_cell, open_cell
from tidar.hub.rules.closing import closed_row
from tidar.hub.rules.reading import CheckResult
from tidar.hub.rules.sentences import MASK
from tidar.hub.rules.spine import EventFields, SourceRef
from tidar.lake import api as lake

Status = QuarantinedRow.Status


class UnableToMend(UnableTo):
    """The rows cannot be corrected, released or discarded like this."""


class _Taken(Exception):
    """Some keys are taken; undoes the version that was tried."""

    def __init__(self, sentences: dict[int, str]) -> None:
        super().__init__()
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Released:
    """What a release did: how many rows are in the lake now, and how many stay, each with its remark."""

    released_count: int
    kept_count: int
    lake_version: int | None


def current_values(row: QuarantinedRow) -> dict[str, str]:
    """The row as it would be released: the original with its corrections, opened where it is kept closed."""
    return {name: open_cell(text) for name, text in {**row.original, **(row.corrected or {})}.items()}


def keep_correction(row: QuarantinedRow, values: Mapping[str, str], *, delivery: Delivery) -> None:
    """Set the row's corrected values, closed where the contract says so; saves nothing."""
    row.corrected = closed_row(delivery.feed.rules, {**current_values(row), **values}, close=close_cell)


def correct_row(*, row_id: uuid.UUID, values: Mapping[str, str], by: Actor, at: datetime) -> QuarantinedRow:
    """Keep corrected values and what the check says of them (`remark`, empty when they pass). Releases nothing."""
    row = QuarantinedRow.objects.select_related("delivery__feed").filter(pk=row_id).first()
    if row is None:
        raise UnableToFind(_("Baris itu tidak ada."))
    by.must("hub.deliver", agency=row.agency_code)
    names = {column.name for column in row.delivery.feed.rules.columns}
    if unknown := set(values) - names:
        raise UnableToMend(_("Kolom %s tidak ada di kontrak.") % ", ".join(sorted(unknown)))
    with transaction.atomic():
        locked = QuarantinedRow.objects.select_for_update().get(pk=row_id)
        _must_be_open(locked)
        before = locked.corrected
        keep_correction(locked, values, delivery=row.delivery)
        recheck(row.delivery, [locked])
        subject = ("quarantined_row", str(row_id))
        personal = {column.name for column in row.delivery.feed.rules.columns if column.personal}
        after = {"corrected": _tellable(locked.corrected, personal), "remark": locked.remark}
        told = {"corrected": _tellable(before, personal)}
        record("quarantine.correct", by=by, at=at, subject=subject, before=told, after=after)
    return locked


def _tellable(values: Mapping[str, str] | None, personal: Collection[str]) -> dict[str, str] | None:
    """Values for the audit trail, which outlives them: that personal data changed, not what it was."""
    return None if values is None else {k: MASK if k in personal and v else v for k, v in values.items()}


def _must_be_open(row: QuarantinedRow) -> None:
    if row.status != Status.OPEN:
        raise UnableToMend(_("Baris %d sudah diputuskan dan tidak dapat diubah lagi.") % row.row_number)


def recheck(delivery: Delivery, rows: Sequence[QuarantinedRow]) -> CheckResult:
    """Run the rules over the current values and keep what they say on each row."""
    result = check_rows(
        rows=[current_values(row) for row in rows],
        contract=delivery.feed.rules,
        context=context_of(delivery, out=work_path(delivery, uuid7()), styles=_own_styles(delivery)),
        row_numbers=[row.row_number for row in rows],
    )
    sentences = {r.row_number: r.sentence for r in result.rejected}
    for row in rows:
        row.remark = sentences.get(row.row_number, "")
    QuarantinedRow.objects.bulk_update(rows, ["remark", "corrected"], batch_size=500)
    return result


def _own_styles(delivery: Delivery) -> dict[str, str]:
    """How the delivery's own columns were read, so that a corrected number is read as its neighbours were."""
    profile = (delivery.report or {}).get("profile") or {}
    return dict(profile.get("styles") or {})


def release_rows(
    *, delivery_id: uuid.UUID, by: Actor, at: datetime, row_ids: Collection[uuid.UUID] | None = None
) -> Released:
    """Put the open rows that now pass into the lake as a new version; the others stay with a remark.

    `row_ids` None means every open row. One transaction: version, rows, event, audit. Raises `UnableToMend` when the
    delivery is not published or its table was replaced by a newer delivery meanwhile.
    """
    delivery = delivery_for(delivery_id, by=by)
    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=delivery.pk)
        _must_be_current(delivery)
        chosen = _open_rows(delivery, row_ids)
        rows, version = chosen, None
        while rows:
            rows, result = _passing(delivery, rows)
            if not rows:
                break
            try:
                version = _added(delivery, rows, result, at=at)
                break
            except _Taken as taken:
                rows = _set_aside(rows, taken.sentences)
        if version is not None:
            _decide(rows, Status.RELEASED, by=by, at=at, lake_version=version.number)
            _tell(delivery, rows, version, by=by, at=at)
    return Released(len(rows), len(chosen) - len(rows), version.number if version else None)


def _open_rows(delivery: Delivery, row_ids: Collection[uuid.UUID] | None) -> list[QuarantinedRow]:
    rows = QuarantinedRow.objects.select_for_update().filter(delivery=delivery, status=Status.OPEN)
    return list(rows if row_ids is None else rows.filter(pk__in=row_ids))


def _must_be_current(delivery: Delivery) -> None:
    if delivery.status != Delivery.Status.PUBLISHED:
        raise UnableToMend(_("Terbitkan kiriman ini dulu; setelah itu baris karantina dapat dilepas."))
    if delivery.feed.rules.mode == "append":
        return
    newest = Delivery.objects.of(delivery.feed).published().order_by("-published_at").first()
    if newest is not None and newest.pk != delivery.pk:
        raise UnableToMend(
            _("Data ini sudah diganti seluruhnya oleh kiriman yang lebih baru (%s). Perbaiki baris di kiriman itu.")
            % newest.file_name
        )


def _passing(delivery: Delivery, rows: list[QuarantinedRow]) -> tuple[list[QuarantinedRow], CheckResult]:
    """The rows that pass together, with a result whose Parquet holds exactly them."""
    result = recheck(delivery, rows)
    passing = [row for row in rows if not row.remark]
    if passing and len(passing) < len(rows):
        result.parquet.unlink(missing_ok=True)
        return _passing(delivery, passing)
    return passing, result


def _added(delivery: Delivery, rows: list[QuarantinedRow], result: CheckResult, *, at: datetime) -> lake.VersionView:
    """The new version; raises `_Taken`, with the version undone, when a key is held by a row that must stay."""
    table = delivery.feed.lake_table
    try:
        with transaction.atomic():
            declare_feed_table(delivery.feed, at=at)
            version = lake.add_version(table, parquet=result.parquet, mode="append", source_id=str(delivery.pk), at=at)
            if taken := taken_keys(delivery, [row.row_number for row in rows], version=version.number):
                raise _Taken(taken)
            return version
    finally:
        result.parquet.unlink(missing_ok=True)


def _set_aside(rows: list[QuarantinedRow], sentences: dict[int, str]) -> list[QuarantinedRow]:
    aside = [row for row in rows if row.row_number in sentences]
    for row in aside:
        row.remark = sentences[row.row_number]
    QuarantinedRow.objects.bulk_update(aside, ["remark"], batch_size=500)
    return [row for row in rows if row.row_number not in sentences]


def _decide(
    rows: Sequence[QuarantinedRow],
    status: Status,
    *,
    by: Actor,
    at: datetime,
    lake_version: int | None = None,
    reason: str = "",
) -> None:
    if status == Status.RELEASED:  # what went into the lake is written down, also where nothing was corrected
        as_they_came = [row for row in rows if row.corrected is None]
        for row in as_they_came:
            row.corrected = dict(row.original)
        QuarantinedRow.objects.bulk_update(as_they_came, ["corrected"], batch_size=500)
    QuarantinedRow.objects.filter(pk__in=[row.pk for row in rows]).update(
        status=status,
        decided_by=by.id[:80],
        decided_by_name=by.name[:200],
        decided_at=at,
        lake_version=lake_version,
        reason=reason,
    )


def _tell(
    delivery: Delivery, rows: Sequence[QuarantinedRow], version: lake.VersionView, *, by: Actor, at: datetime
) -> None:
    numbers = [row.row_number for row in rows]
    data: dict[str, Any] = {
        "feed": delivery.feed.code,
        "lake_table": version.table,
        "lake_version": version.number,
        "released": len(rows),
    }
    record(
        "quarantine.release", by=by, at=at, subject=("delivery", str(delivery.pk)), after=data | {"rows": numbers[:500]}
    )
    record_event(
        kind="quarantine.released",
        happened_at=at,
        at=at,
        source=SourceRef("delivery", str(delivery.pk), numbers[0] if len(numbers) == 1 else None),
        fields=EventFields(
            subject=f"{delivery.feed.title}: {len(rows)} baris dilepas dari karantina",  # kept: Indonesian
            data=data,
        ),
    )


def discard_rows(
    *, delivery_id: uuid.UUID, row_ids: Collection[uuid.UUID], reason: str, by: Actor, at: datetime
) -> int:
    """Decide that open rows are not used, with the reason; returns how many. Originals stay readable."""
    delivery = delivery_for(delivery_id, by=by)
    if not reason.strip():
        raise UnableToMend(_("Tuliskan alasan mengapa baris ini tidak dipakai."))
    with transaction.atomic():
        rows = _open_rows(delivery, row_ids)
        _decide(rows, Status.DISCARDED, by=by, at=at, reason=reason.strip()[:300])
        if rows:
            after = {"rows": [row.row_number for row in rows][:500], "count": len(rows), "reason": reason.strip()[:300]}
            record("quarantine.discard", by=by, at=at, subject=("delivery", str(delivery.pk)), after=after)
    return len(rows)
