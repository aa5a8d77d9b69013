"""Publishing: checked rows become a version of the lake table; delivery, event and audit say so together."""

from __future__ import annotations

import os
import uuid
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo
from tidar.common.ids import uuid7
from tidar.hub.actions.mapping import delivery_for, remember_headings
from tidar.hub.actions.planning import LAKE_TYPES
from tidar.hub.actions.spine import record_event
from tidar.hub.models import Delivery, Feed
from tidar.hub.queries.storage import checked_path
from tidar.hub.rules.contract import Column
from tidar.hub.rules.spine import EventFields, SourceRef
from tidar.lake import api as lake

Status = Delivery.Status


class UnableToPublish(UnableTo):
    """The delivery cannot be published now; the sentence says why."""

    status = 409


def lake_column(column: Column) -> lake.LakeColumn:
    """A contract column as the lake describes it. A month is text "2026-11", an area its Kemendagri code."""
    return lake.LakeColumn(
        name=column.name,
        type=LAKE_TYPES[column.type],
        title=column.title,
        unit=column.unit,
        description=column.description,
        personal=column.personal,
    )


def declare_feed_table(feed: Feed, *, at: datetime) -> None:
    """The feed's lake table, described by its contract of today."""
    contract = feed.rules
    lake.declare_table(
        feed.lake_table,
        at=at,
        title=feed.title,
        columns=[lake_column(column) for column in contract.columns],
        access_class=feed.access_class,
        agency_code=feed.agency_code,
        source=f"feed:{feed.code}",
        key=contract.key,
    )


def publish_delivery(*, delivery_id: uuid.UUID, by: Actor, at: datetime) -> lake.VersionView:
    """Make the checked rows a version of the table. One transaction: version, delivery, memory, event and audit.

    Pressed twice or by two people at once, exactly one publishes; the other gets `UnableToPublish`.
    """
    delivery = delivery_for(delivery_id, by=by)
    checked = checked_path(delivery)
    with transaction.atomic():
        _claim(delivery, at=at)
        if not checked.exists():
            raise UnableToPublish(_("Hasil pemeriksaan tidak ditemukan lagi; periksa ulang kiriman ini."))
        version = _add(delivery, checked, at=at)
        Delivery.objects.filter(pk=delivery.pk).update(lake_version=version.number)
        delivery.refresh_from_db()
        remember_headings(delivery=delivery)
        _tell(delivery, version, by=by, at=at)
        transaction.on_commit(lambda: checked.unlink(missing_ok=True))
    return version


def _claim(delivery: Delivery, *, at: datetime) -> None:
    claimed = Delivery.objects.filter(pk=delivery.pk, status=Status.CHECKED, accepted_count__gt=0).update(
        status=Status.PUBLISHED, published_at=at, sentence=""
    )
    if claimed == 1:
        return
    now = Delivery.objects.get(pk=delivery.pk)
    if now.status == Status.PUBLISHED:
        raise UnableToPublish(_("Kiriman ini sudah terbit."))
    if now.status == Status.CHECKED:
        raise UnableToPublish(_("Tidak ada baris yang dapat diterbitkan; perbaiki berkas atau pemetaannya."))
    raise UnableToPublish(_("Kiriman ini belum siap diterbitkan: %s.") % now.get_status_display())


def _add(delivery: Delivery, checked: Path, *, at: datetime) -> lake.VersionView:
    """Give the lake a second name of the file, so that a rollback leaves the checked rows where they were."""
    declare_feed_table(delivery.feed, at=at)
    link = checked.with_name(f"{checked.stem}.{uuid7().hex}.parquet")
    os.link(checked, link)
    try:
        return lake.add_version(
            delivery.feed.lake_table,
            parquet=link,
            mode=delivery.feed.rules.mode,
            source_id=str(delivery.pk),
            at=at,
        )
    finally:
        link.unlink(missing_ok=True)


def _tell(delivery: Delivery, version: lake.VersionView, *, by: Actor, at: datetime) -> None:
    data = {
        "feed": delivery.feed.code,
        "lake_table": version.table,
        "lake_version": version.number,
        "accepted": delivery.accepted_count,
        "rejected": delivery.rejected_count,
    }
    record("delivery.publish", by=by, at=at, subject=("delivery", str(delivery.pk)), after=data)
    record_event(
        kind="delivery.published",
        happened_at=delivery.happened_at,
        at=at,
        source=SourceRef("delivery", str(delivery.pk)),
        fields=EventFields(
            subject=f"{delivery.feed.title}: {delivery.accepted_count} baris terbit",  # kept: Indonesian for everybody
            data=data,
        ),
    )
