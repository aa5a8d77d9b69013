"""Reads for the pages of feeds and deliveries; every list costs the same few queries however long it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from tidar.common.actor import Actor
from tidar.common.models import AuditEntry
from tidar.hub.models import Delivery, Feed, QuarantinedRow
from tidar.lake import api as lake

Open = QuarantinedRow.Status.OPEN


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One feed in the list: what it is, its last delivery and how many rows readers see."""

    feed: Feed
    waiting_id: Any  # the newest published delivery with rows in quarantine
    last_at: datetime | None
    row_count: int | None
    open_count: int


def feeds_seen_by(actor: Actor) -> QuerySet[Feed]:
    """The feeds whose agency's data the actor may see."""
    feeds = Feed.objects.select_related("agency")
    if actor.kind == "system":
        return feeds
    agencies = {grant.agency for grant in actor.grants if grant.permission == "hub.see"}
    return feeds if None in agencies else feeds.filter(agency_id__in=agencies)


def feed_rows(actor: Actor, *, words: str = "", agency: str = "") -> list[FeedRow]:
    """The feeds that the actor may see, narrowed by words in title, code or owner; three queries."""
    newest = Delivery.objects.filter(feed=OuterRef("pk"), status=Delivery.Status.PUBLISHED).order_by("-published_at")
    waiting = QuarantinedRow.objects.filter(
        delivery__feed=OuterRef("pk"), delivery__status=Delivery.Status.PUBLISHED, status=Open
    )
    counted = waiting.order_by().values("delivery__feed").annotate(n=Count("pk")).values("n")
    feeds = feeds_seen_by(actor).annotate(
        waiting_id=Subquery(waiting.order_by("-delivery__published_at").values("delivery_id")[:1]),
        last_at=Subquery(newest.values("published_at")[:1]),
        open_count=Subquery(counted),
    )
    for word in words.split():
        feeds = feeds.filter(Q(title__icontains=word) | Q(code__icontains=word) | Q(agency__name__icontains=word))
    if agency:
        feeds = feeds.filter(agency_id=agency)
    found = list(feeds)
    versions = lake.current_versions([feed.lake_table for feed in found if feed.lake_table])
    return [_feed_row(feed, versions) for feed in found]


def _feed_row(feed: Any, versions: Mapping[str, lake.VersionView]) -> FeedRow:
    version = versions.get(feed.lake_table)
    return FeedRow(feed, feed.waiting_id, feed.last_at, version.row_count if version else None, feed.open_count or 0)


def deliveries_of(feed: Feed) -> QuerySet[Delivery]:
    """Deliveries of a feed, newest first, each with the number of its rows that still wait (`open_count`)."""
    waiting = Count("quarantine", filter=Q(quarantine__status=Open))
    return Delivery.objects.of(feed).select_related("replay_of").annotate(open_count=waiting).order_by("-received_at")


@dataclass(frozen=True, slots=True)
class QuarantineCounts:
    """How many quarantined rows of a delivery are in which state."""

    open: int = 0
    released: int = 0
    discarded: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.open + self.released + self.discarded


def quarantine_counts(delivery: Delivery) -> QuarantineCounts:
    """Counts by state; one query."""
    found = QuarantinedRow.objects.filter(delivery=delivery).order_by().values("status").annotate(n=Count("pk"))
    return QuarantineCounts(**{row["status"]: row["n"] for row in found})


@dataclass(frozen=True, slots=True)
class RejectionGroup:
    """Rejected rows with the same kind of fault in the same column."""

    code: str
    column: str
    title: str
    count: int
    sentences: tuple[str, ...]


def rejection_groups(delivery: Delivery, *, shown: int = 4) -> list[RejectionGroup]:
    """Faults by kind and column, most frequent first, each with its first sentences; two queries."""
    rows = QuarantinedRow.objects.filter(delivery=delivery)
    grouped = (
        rows.order_by()
        .values("code", "column")
        .annotate(n=Count("pk"), first=Min("row_number"))
        .order_by("-n", "first")
    )
    sentences: dict[tuple[str, str], list[str]] = {}
    for code, column, sentence in rows.order_by("row_number").values_list("code", "column", "sentence")[:5_000]:
        known = sentences.setdefault((code, column), [])
        if len(known) < shown:
            known.append(sentence)
    titles = {column.name: column.title for column in delivery.feed.rules.columns}
    return [
        RejectionGroup(
            g["code"],
            g["column"],
            titles.get(g["column"], ""),
            g["n"],
            tuple(sentences.get((g["code"], g["column"]), ())),
        )
        for g in grouped
    ]


def overtaken_by(delivery: Delivery) -> Delivery | None:
    """A newer delivery that is published already: publishing this one would put older rows over newer."""
    newer = Delivery.objects.filter(feed_id=delivery.feed_id, received_at__gt=delivery.received_at).published()
    return newer.order_by("-published_at").first()


ACTION_WORDS = {
    "delivery.receive": _("Berkas diterima dan disimpan"),
    "delivery.map": _("Kolom dipetakan"),
    "delivery.check": _("Setiap baris diperiksa"),
    "delivery.cancel_check": _("Pemeriksaan dihentikan"),
    "delivery.lift_hold": _("Penahanan dibuka"),
    "delivery.publish": _("Diterbitkan"),
    "delivery.refuse": _("Ditolak atau dibatalkan"),
    "delivery.expire_raw": _("Berkas asli dihapus karena masa simpan berakhir"),
    "quarantine.release": _("Baris dilepas dari karantina"),
    "quarantine.discard": _("Baris karantina tidak dipakai"),
    "quarantine.confirm_spelling": _("Ejaan dipastikan"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a delivery's timeline."""

    at: datetime
    who: str
    what: Any
    detail: str


def timeline(delivery: Delivery) -> list[Moment]:
    """What was done with the delivery, oldest first, from the audit log; one query."""
    entries = AuditEntry.objects.filter(subject_kind="delivery", subject_id=str(delivery.pk)).order_by("at", "id")
    return [
        Moment(entry.at, entry.actor_name, ACTION_WORDS.get(entry.action, entry.action), _detail(entry))
        for entry in entries
    ]


def _detail(entry: AuditEntry) -> str:
    after = entry.after or {}
    return str(after.get("reason") or after.get("sentence") or "")


@dataclass(frozen=True, slots=True)
class QuarantineFilter:
    """Which quarantined rows to show."""

    status: str = Open
    code: str = ""
    column: str = ""


def quarantined(delivery: Delivery, narrowed: QuarantineFilter) -> QuerySet[QuarantinedRow]:
    """Quarantined rows of a delivery in file order."""
    rows = QuarantinedRow.objects.filter(delivery=delivery).order_by("row_number")
    if narrowed.status:
        rows = rows.filter(status=narrowed.status)
    if narrowed.code:
        rows = rows.filter(code=narrowed.code, column=narrowed.column)
    return rows


def codes_of(delivery: Delivery) -> Sequence[Mapping[str, Any]]:
    """The kinds of fault that occur, for the filter."""
    rows = QuarantinedRow.objects.filter(delivery=delivery).order_by()
    return list(rows.values("code", "column").annotate(n=Count("pk")).order_by("-n"))
