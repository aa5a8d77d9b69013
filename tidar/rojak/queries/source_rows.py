"""From a row of the lake's patrol tables back to the one item that a phone (or paper) brought.

A reader sees it who may see the patrol of that RW; a finding only who may read that finding. Never names, never words
of a note.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.formats import date_text
from tidar.lake.api import RecordCell, RecordView, register_records
from tidar.places import api as places
from tidar.rojak.models import Check, Finding, PatrolItem, Post, Round, Segment
from tidar.rojak.queries.findings import state_of
from tidar.rojak.queries.reach import may_read
from tidar.rojak.rules.findings import WORDS
from tidar.rojak.rules.lake import COVERAGE, DELIVERIES, FINDINGS, ROUNDS, SEGMENTS, hour_of_row

Cell = RecordCell
MOST_ITEMS = 40


def register() -> None:
    """Tell the lake who knows its patrol rows."""
    register_records(ROUNDS, round_of)
    register_records(FINDINGS, finding_of)
    register_records(COVERAGE, hour_of)
    register_records(SEGMENTS, segment_of)


def round_of(delivery: str, row: int, reader: Actor) -> RecordView | None:
    """The round whose start is item number `row`."""
    item = _item(delivery, ROUNDS, row, "round_start")
    found = Round.objects.select_related("post").filter(pk=item.item_id).first() if item else None
    if item is None or found is None:
        return None
    if (closed := _closed(reader, found.post, _("Ronda"))) is not None:
        return closed
    hours = (found.ended_at - found.started_at) / timedelta(hours=1) if found.ended_at else None
    cells = (
        Cell(_("Tanda terima"), receipt(item), ("round_id",)),
        Cell(_("Pos"), found.post.title, ("post", "area_code")),
        Cell(_("Mulai"), _moment(found.started_at), ("started_at", "started_date")),
        Cell(_("Selesai"), _moment(found.ended_at) if found.ended_at else _("belum ditutup"), ("ended_at",)),
        Cell(_("Lama"), "–" if hours is None else _("%.1f jam") % hours, ("hours",)),
        Cell(_("Jarak"), _distance(found), ("kilometres",)),
        Cell(_("Pemeriksaan"), _checks_of(found), ("checks", "uncertain_checks", "segments")),
        Cell(_("Diterima"), _moment(item.received_at)),
        Cell(_("Sidik"), item.content_hash),
    )
    page = reverse("rojak:round", args=[found.pk])
    return RecordView(_("Ronda %s") % receipt(item), cells, page, _("Buka rondanya"))


def finding_of(delivery: str, row: int, reader: Actor) -> RecordView | None:
    """The finding that is item number `row`."""
    item = _item(delivery, FINDINGS, row, "finding")
    query = Finding.objects.select_related("post", "kind", "segment")
    found = query.filter(pk=item.item_id).first() if item else None
    if item is None or found is None:
        return None
    if not may_read(reader, found):
        return RecordView(_("Temuan"), note=_note())
    cells = (
        Cell(_("Tanda terima"), receipt(item), ("finding_id",)),
        Cell(_("Jenis"), found.kind.title, ("kind", "kind_title", "about")),
        Cell(_("Pos"), found.post.title, ("program", "area_code")),
        Cell(_("Ruas"), found.segment.title if found.segment else "–", ("lon", "lat")),
        Cell(_("Ditemukan"), _moment(found.happened_at), ("found_date",)),
        Cell(_("Tingkat"), str(found.severity), ("severity",)),
        Cell(_("Keadaan"), WORDS[state_of(found)], ("state", "fixed", "fixed_days")),
        Cell(_("Diterima"), _moment(item.received_at)),
        Cell(_("Sidik"), item.content_hash),
    )
    page = reverse("rojak:finding", args=[found.pk])
    return RecordView(_("Temuan %s") % receipt(item), cells, page, _("Buka temuannya"))


def hour_of(delivery: str, row: int, reader: Actor) -> RecordView | None:
    """The hour of a group: which items checked its segments in it."""
    told = hour_of_row(row) if delivery == DELIVERIES[COVERAGE] else None
    segment = Segment.objects.select_related("post").filter(pk=told[2]).first() if told else None
    if told is None or segment is None:
        return None
    day, hour, _segment_id = told
    title = _("%(post)s, %(day)s pukul %(hour)02d.00") % {
        "post": segment.post.title, "day": date_text(day), "hour": hour,
    }  # fmt: skip
    if (closed := _closed(reader, segment.post, _("Jam ronda"))) is not None:
        return closed
    start = datetime.combine(day, time(hour), tzinfo=places.region().zone)
    group = Segment.objects.filter(post=segment.post_id, area_code=segment.area_code)
    checks = Check.objects.filter(segment__in=group, happened_at__gte=start, happened_at__lt=start + timedelta(hours=1))
    items = PatrolItem.objects.filter(item_id__in=checks.values("pk"), state=PatrolItem.State.ACCEPTED).order_by("id")
    receipts = ", ".join(receipt(one) for one in items[:MOST_ITEMS])
    cells = (
        Cell(_("Pos"), segment.post.title, ("program", "post")),
        Cell(_("Wilayah"), segment.area_code or segment.post.area_code, ("area_code",)),
        Cell(_("Jam"), title.rpartition(", ")[2], ("date", "hour")),
        Cell(_("Ruas"), ", ".join(group.values_list("title", flat=True)[:MOST_ITEMS]), ("segments", "due_minutes")),
        Cell(
            _("Pemeriksaan pada jam itu"), receipts or _("tidak ada; cakupan berasal dari pemeriksaan sebelumnya"),
            ("checks", "uncertain_checks", "covered_minutes", "unknown_minutes"),
        ),
    )  # fmt: skip
    return RecordView(title, cells, _post_page(segment.post), _("Buka posnya"))


def segment_of(delivery: str, row: int, reader: Actor) -> RecordView | None:
    """The segment with number `row`, and the item of its last check."""
    query = Segment.objects.select_related("post").filter(pk=row)
    found = query.first() if delivery == DELIVERIES[SEGMENTS] else None
    if found is None:
        return None
    if (closed := _closed(reader, found.post, _("Ruas"))) is not None:
        return closed
    last = Check.objects.filter(segment=found).order_by("-happened_at").first()
    item = PatrolItem.objects.filter(item_id=last.pk, state=PatrolItem.State.ACCEPTED).first() if last else None
    cells = (
        Cell(_("Ruas"), found.title, ("segment_id", "title")),
        Cell(_("Pos"), found.post.title, ("post", "post_title", "area_code")),
        Cell(_("Pemeriksaan terakhir"), _moment(last.happened_at) if last else _("belum pernah"), ("last_at", "kind")),
        Cell(_("Tanda terimanya"), receipt(item) if item else "–"),
    )
    return RecordView(found.title, cells, _post_page(found.post), _("Buka posnya"))


def receipt(item: PatrolItem) -> str:
    """The receipt number of an item, as its phone shows it."""
    return f"RJ-{item.pk:06d}"


def _item(delivery: str, table: str, row: int, kind: str) -> PatrolItem | None:
    if delivery != DELIVERIES[table] or not 0 < row < 2**63:
        return None
    return PatrolItem.objects.filter(pk=row, kind=kind).first()


def _closed(reader: Actor, post: Post, title: str) -> RecordView | None:
    """What somebody gets who may not see this RW's patrol."""
    return None if reader.may("patrol.see", area=post.area_code) else RecordView(title, note=_note())


def _note() -> str:
    return _("Catatan ini hanya dapat dibuka oleh yang mengurus ronda di RW itu dan pimpinan.")


def _post_page(post: Post) -> str:
    return reverse("rojak:gaps_of_post", args=[post.code])


def _checks_of(found: Round) -> str:
    checks = list(found.checks.values_list("is_certain", flat=True))
    return _("%(sure)d pasti, %(doubted)d tidak pasti") % {"sure": sum(checks), "doubted": len(checks) - sum(checks)}


def _distance(found: Round) -> str:
    return _("tidak diketahui") if found.distance_metres is None else f"{found.distance_metres / 1000:.1f} km"


def _moment(at: datetime) -> str:
    local = at.astimezone(places.region().zone)
    return f"{date_text(local)}, {local:%H.%M}"
