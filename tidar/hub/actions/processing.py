"""Checking a delivery, by itself or under a person's eyes: claim, check, keep the result unless it was called off."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo
from tidar.common.formats import number_text
from tidar.common.ids import uuid7
from tidar.hub.actions.checking import check_content
from tidar.hub.actions.mapping import delivery_for, refuse_delivery, survey_delivery, tell_trouble
from tidar.hub.actions.publishing import publish_delivery
from tidar.hub.actions.receiving import open_replay
from tidar.hub.models import Delivery, Feed, QuarantinedRow
from tidar.hub.queries.storage import checked_path, close_cell, opened_raw
from tidar.hub.rules.closing import closed_row
from tidar.hub.rules.reading import AreaKey, CheckContext, CheckResult, Rejection, UnableToReadFile, survey_from
from tidar.places import api as places

Status = Delivery.Status
INLINE_BYTES = 5_000_000  # smaller files are checked while the person waits
QUARANTINE_LIMIT = 20_000
KEPT_WHEN_HELD = 1_000
LISTED = 200  # skipped rows that are listed in the report one by one
AREA_CODE = re.compile(r"\b\d\d\.\d\d\.\d\d\.\d{4}\b")
STALLED_AFTER = timedelta(minutes=10)


class UnableToCheck(UnableTo):
    """The delivery cannot be checked now."""


def check_delivery(*, delivery_id: uuid.UUID, by: Actor, at: datetime) -> str:
    """Check every row against the contract of today and keep the result; returns the delivery's status afterwards.

    One check at a time: the claim is a conditional update. A check that was called off meanwhile leaves no trace.
    """
    delivery = delivery_for(delivery_id, by=by)
    run = claim_check(delivery, at=at)
    return _checked(delivery, run, by=by, at=at)


def continue_check(*, delivery_id: uuid.UUID, run: uuid.UUID, by: Actor, at: datetime) -> str:
    """The worker's part of `queue_check`: check, unless that run was called off or done by another."""
    delivery = delivery_for(delivery_id, by=by)
    if delivery.run != run:
        return delivery.status
    stage = _("Memeriksa setiap baris terhadap kontrak")
    Delivery.objects.filter(pk=delivery.pk, run=run).update(stage=stage, progress=30, run_started_at=at)
    return _checked(delivery, run, by=by, at=at)


def _checked(delivery: Delivery, run: uuid.UUID, *, by: Actor, at: datetime) -> str:
    try:
        with opened_raw(delivery) as path:
            result = check_content(
                path=path,
                file_name=delivery.file_name,
                contract=delivery.feed.rules,
                survey=survey_from(delivery.survey),
                mapping=dict(delivery.mapping or {}),
                context=context_of(delivery, out=work_path(delivery, run)),
            )
    except UnableToReadFile as error:
        refuse_delivery(delivery_id=delivery.pk, sentence=error.sentence, by=by, at=at)
        return Status.REFUSED
    except BaseException:
        Delivery.objects.filter(pk=delivery.pk, run=run).update(status=Status.MAPPING, run=None, stage="", progress=0)
        raise
    return _keep(delivery, run, result, by=by, at=at)


def queue_check(*, delivery_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """Let the worker check a large file; the delivery shows "checking" from now on, with its stage and progress."""
    delivery = delivery_for(delivery_id, by=by)
    with transaction.atomic():
        run = claim_check(delivery, at=at)
        Delivery.objects.filter(pk=delivery.pk).update(stage=_("Menunggu giliran"), progress=5)
        app.configure_task("hub.check_delivery", queue="hub").defer(
            delivery_id=str(delivery.pk), run=str(run), actor_id=by.id, actor_name=by.name
        )


def claim_check(delivery: Delivery, *, at: datetime) -> uuid.UUID:
    """Take the right to check; raises `UnableToCheck` when somebody else is checking or the delivery is finished."""
    if not delivery.mapping:
        raise UnableToCheck(_("Kolom berkas ini belum dipetakan."))
    run = uuid7()
    waiting = Delivery.objects.filter(pk=delivery.pk, status__in=(Status.MAPPING, Status.CHECKED, Status.HELD))
    values = {"status": Status.CHECKING, "run": run, "run_started_at": at, "progress": 10, "sentence": ""}
    values["stage"] = _("Memeriksa setiap baris terhadap kontrak")
    if waiting.update(**values):
        return run
    stalled = Delivery.objects.filter(
        pk=delivery.pk, status=Status.CHECKING, run_started_at__lt=at - STALLED_AFTER
    )  # its process was killed
    if stalled.update(**values):
        return run
    raise UnableToCheck(_("Kiriman ini sedang diperiksa atau sudah selesai."))


def cancel_check(*, delivery_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """Call a running check off and go back to the mapping; its result, when it comes, is thrown away."""
    delivery = delivery_for(delivery_id, by=by)
    with transaction.atomic():
        if Delivery.objects.filter(pk=delivery.pk, status=Status.CHECKING).update(
            status=Status.MAPPING, run=None, stage="", progress=0
        ):
            record("delivery.cancel_check", by=by, at=at, subject=("delivery", str(delivery.pk)))


def work_path(delivery: Delivery, run: uuid.UUID) -> Path:
    """Where one run writes its rows; each run has its own file, so that a slow, called-off one spoils nothing."""
    folder = checked_path(delivery).parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{delivery.pk}.{run.hex}.parquet"


def context_of(delivery: Delivery, *, out: Path, styles: dict[str, str] | None = None) -> CheckContext:
    """What the rows are checked against besides the contract: areas, bounds, memory and the last profile.

    `styles` are those of this delivery's own check, for rows that are corrected after it.
    """
    region = places.region()
    last = Delivery.objects.filter(feed_id=delivery.feed_id).published().exclude(pk=delivery.pk).exclude(report=None)
    newest = last.order_by("-published_at").values_list("report__profile", flat=True).first()
    offset = at_zone(region.zone, delivery.happened_at)
    feed = Feed.objects.get(pk=delivery.feed_id)  # spellings may have been confirmed a moment ago
    return CheckContext(
        areas=tuple(AreaKey(a.code, a.bps_code, a.name, a.level, a.parent_code, a.lon, a.lat) for a in places.areas()),
        bounds=region.bounds,
        out=out,
        delivery_id=str(delivery.pk),
        value_memory=dict(feed.value_memory),
        previous_profile=newest,
        styles=styles or {},
        utc_offset_hours=offset,
    )


def at_zone(zone: tzinfo, moment: datetime) -> int:
    """Whole hours that the region is ahead of UTC at `moment`."""
    offset = zone.utcoffset(moment.astimezone(zone).replace(tzinfo=None)) or timedelta()
    return int(offset.total_seconds() // 3_600)


def _hold_sentence(result: CheckResult) -> tuple[str, int]:
    """Why a person must look, "" when nothing is strange, and how many rejected rows are kept one by one."""
    read = result.accepted_count + result.rejected_count
    unlisted = result.rejected_count > len(result.rejected)
    if unlisted or result.rejected_count > QUARANTINE_LIMIT or result.rejected_count * 2 > read:
        sentence = (  # kept with the delivery: Indonesian for everybody
            f"{number_text(result.rejected_count)} dari {number_text(read)} baris tidak sesuai kontrak. Itu terlalu "
            "banyak untuk diperbaiki satu per satu: biasanya kolomnya tertukar atau berkasnya lain. Periksa pemetaan, "
            "atau perbaiki berkas lalu unggah lagi."
        )
        return sentence, KEPT_WHEN_HELD
    if read == 0:
        return "Tidak ada satu baris data pun di berkas ini. Periksa baris judul tabel dan lembar kerjanya.", 0
    return result.held, QUARANTINE_LIMIT


def _with_area_names(sentence: str, names: dict[str, str]) -> str:
    """Codes of areas as people call them: `33.71.01.1003` becomes `Rejowinangun Selatan`."""
    return AREA_CODE.sub(lambda code: names.get(code.group(), code.group()), sentence)


def _report(result: CheckResult) -> dict[str, Any]:
    names = {area.code: area.name for area in places.areas()}
    return {
        "notes": list(result.notes),
        "differences": [_with_area_names(sentence, names) for sentence in result.differences],
        "profile": result.profile,
        "skipped": [{"row": s.row, "reason": s.reason} for s in result.skipped[:LISTED]],
        "held": result.held,
    }


@transaction.atomic
def _keep(delivery: Delivery, run: uuid.UUID, result: CheckResult, *, by: Actor, at: datetime) -> str:
    sentence, kept = _hold_sentence(result)
    status = Status.HELD if sentence else Status.CHECKED
    kept_all = len(result.rejected[:kept]) == result.rejected_count
    counts = {
        "accepted_count": result.accepted_count,
        "rejected_count": result.rejected_count,
        "skipped_count": len(result.skipped),
    }
    done = Delivery.objects.filter(pk=delivery.pk, status=Status.CHECKING, run=run).update(
        status=status,
        sentence=sentence,
        report=_report(result) | {"releasable": kept_all and result.accepted_count > 0},
        run=None,
        stage="",
        progress=100,
        **counts,
    )
    if not done:
        result.parquet.unlink(missing_ok=True)
        return str(Delivery.objects.values_list("status", flat=True).get(pk=delivery.pk))
    result.parquet.replace(checked_path(delivery))  # the row of this delivery is locked until we commit
    _quarantine(delivery, result.rejected[:kept])
    after = {"status": status, "sentence": sentence, **counts}
    record("delivery.check", by=by, at=at, subject=("delivery", str(delivery.pk)), after=after)
    if status == Status.HELD:
        tell_trouble("delivery.held", delivery, sentence, at=at)
    return status


def _quarantine(delivery: Delivery, rejected: list[Rejection]) -> None:
    """The rejected rows of this check in place of those of an earlier, unpublished check."""
    QuarantinedRow.objects.filter(delivery=delivery).delete()
    QuarantinedRow.objects.bulk_create(
        (
            QuarantinedRow(
                delivery=delivery,
                row_number=r.row_number,
                cell=r.cell[:20],
                column=r.column,
                value=r.value,
                code=r.code,
                sentence=r.sentence,
                original=closed_row(delivery.feed.rules, r.original, close=close_cell),
                suggestion=r.suggestion,
            )
            for r in rejected
        ),
        batch_size=1_000,
    )


def process_delivery(*, delivery_id: uuid.UUID, by: Actor, at: datetime) -> str:
    """The whole way without a person: survey, remembered mapping, check, publish. Returns the status it ended in.

    Stops at "mapping" when the survey has a question, at "held" when the check has one; a published delivery stays as
    it is, so calling twice is harmless.
    """
    delivery = delivery_for(delivery_id, by=by)
    if delivery.status not in (Status.RECEIVED, Status.MAPPING):
        return delivery.status
    found = survey_delivery(delivery_id=delivery_id, by=by, at=at)
    if found is None:
        return Status.REFUSED
    if found.questions:
        sentence = " ".join(found.questions)
        with transaction.atomic():
            Delivery.objects.filter(pk=delivery_id, status=Status.MAPPING).update(sentence=sentence)
            tell_trouble("delivery.held", delivery, sentence, at=at)
        return Status.MAPPING
    status = check_delivery(delivery_id=delivery_id, by=by, at=at)
    if status == Status.CHECKED:
        publish_delivery(delivery_id=delivery_id, by=by, at=at)
        return Status.PUBLISHED
    return status


def replay_delivery(*, delivery_id: uuid.UUID, by: Actor, at: datetime) -> uuid.UUID:
    """The raw bytes once more through the contract of today, as a new delivery. Returns the new delivery's id."""
    new = open_replay(delivery_id=delivery_id, by=by, at=at)
    process_delivery(delivery_id=new, by=by, at=at)
    return new


def lift_hold(*, delivery_id: uuid.UUID, reason: str, by: Actor, at: datetime) -> None:
    """A person has looked and takes responsibility: the held delivery may be published. The reason is kept.

    Not possible when rejected rows are too many to be kept one by one: they would vanish unseen.
    """
    delivery = delivery_for(delivery_id, by=by)
    if not reason.strip():
        raise UnableToCheck(_("Tuliskan alasan mengapa kiriman ini boleh diterbitkan."))
    with transaction.atomic():
        moved = Delivery.objects.filter(pk=delivery.pk, status=Status.HELD, report__releasable=True).update(
            status=Status.CHECKED
        )
        if not moved:
            raise UnableToCheck(_("Kiriman ini tidak dapat dilanjutkan; perbaiki pemetaan atau berkasnya."))
        record(
            "delivery.lift_hold",
            by=by,
            at=at,
            subject=("delivery", str(delivery.pk)),
            before={"status": Status.HELD, "sentence": delivery.sentence},
            after={"status": Status.CHECKED, "reason": reason.strip()},
        )
