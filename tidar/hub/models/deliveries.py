"""Deliveries and their quarantine: what came, byte for byte, and what could not be read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tidar.common.ids import uuid7
from tidar.hub.models.feeds import Feed


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries, said as phrases."""

    def published(self) -> DeliveryQuerySet:
        """Deliveries whose rows are in the lake."""
        return self.filter(status=Delivery.Status.PUBLISHED)

    def of(self, feed: Feed) -> DeliveryQuerySet:
        """Deliveries of one feed."""
        return self.filter(feed=feed)

    def with_raw(self) -> DeliveryQuerySet:
        """Deliveries whose bytes are still kept."""
        return self.filter(raw_deleted_at__isnull=True)


class Delivery(models.Model):
    """One file, pull, push or replay. The raw bytes stay; counts and sentences say what became of the rows."""

    class Status(models.TextChoices):
        RECEIVED = "received", _("Diterima")
        MAPPING = "mapping", _("Menunggu pemetaan kolom")
        CHECKING = "checking", _("Sedang diperiksa")
        CHECKED = "checked", _("Siap diterbitkan")
        HELD = "held", _("Ditahan")
        PUBLISHED = "published", _("Terbit")
        REFUSED = "refused", _("Ditolak")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="deliveries")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RECEIVED)
    file_name = models.CharField(max_length=255)
    media_kind = models.CharField(max_length=12, blank=True)  # csv, xlsx, ods, geojson, json
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    raw_path = models.CharField(max_length=255)  # below TIDAR_HOME/raw
    idempotency_key = models.CharField(max_length=120, null=True, blank=True)
    happened_at = models.DateTimeField()  # as claimed by the source
    received_at = models.DateTimeField()  # when we had all bytes
    received_by = models.CharField(max_length=80)
    received_by_name = models.CharField(max_length=200)
    survey = models.JSONField(null=True)  # what reading found: see hub.rules.reading.Survey
    mapping = models.JSONField(null=True)  # contract column → source column index
    report = models.JSONField(null=True)  # what checking found: notes, differences, profile
    sentence = models.TextField(blank=True)  # why it is held or refused
    stage = models.CharField(max_length=80, blank=True)  # what is being done now, for progress
    progress = models.PositiveSmallIntegerField(default=0)  # 0…100
    run = models.UUIDField(null=True)  # the check that is under way; a result of another run is thrown away
    run_started_at = models.DateTimeField(null=True)
    accepted_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)  # total rows, notes, blanks: each with its reason in report
    lake_version = models.PositiveIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    raw_deleted_at = models.DateTimeField(null=True)  # retention ended: bytes gone; hash, counts and sentences stay
    replay_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replays")

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-received_at",)
        indexes = (
            models.Index(fields=["feed", "-received_at"], name="delivery_feed"),
            models.Index(fields=["feed", "-happened_at"], condition=Q(status="published"), name="delivery_newest"),
            models.Index(fields=["feed", "-published_at"], condition=Q(status="published"), name="delivery_current"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["feed", "idempotency_key"], condition=Q(idempotency_key__isnull=False), name="delivery_once"
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="delivery_published_at"
            ),
        )

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_status_display()})"

    @property
    def agency_code(self) -> str:
        """For `common.access`: the feed's agency."""
        return self.feed.agency_code


class QuarantinedRow(models.Model):
    """A row that broke its contract, with the reason in words. The original never changes."""

    class Status(models.TextChoices):
        OPEN = "open", _("Menunggu perbaikan")
        RELEASED = "released", _("Dilepas")
        DISCARDED = "discarded", _("Tidak dipakai")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="quarantine")
    row_number = models.PositiveIntegerField()  # as in the file: sheet row, or record number in a CSV
    cell = models.CharField(max_length=20, blank=True)  # "C17"
    column = models.CharField(max_length=60, blank=True)  # contract column
    value = models.TextField(blank=True)
    code = models.CharField(max_length=40)  # machine word of the reason
    sentence = models.TextField()
    original = models.JSONField()  # contract column → text as it came
    suggestion = models.JSONField(default=dict, blank=True)  # contract column → proposed value
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    corrected = models.JSONField(null=True)  # contract column → text as released
    decided_by = models.CharField(max_length=80, blank=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    remark = models.TextField(blank=True)  # what the check says of the corrected values; empty: they pass
    reason = models.CharField(max_length=300, blank=True)  # why it was discarded
    lake_version = models.PositiveIntegerField(null=True)

    objects: ClassVar[models.Manager[QuarantinedRow]] = models.Manager()

    class Meta:
        ordering = ("row_number",)
        indexes = (models.Index(fields=["delivery", "status", "row_number"], name="quarantine_open"),)
        constraints = (models.UniqueConstraint(fields=["delivery", "row_number"], name="quarantine_row_once"),)

    def __str__(self) -> str:
        return f"{self.cell} {self.sentence}"

    @property
    def agency_code(self) -> str:
        """For `common.access`: the feed's agency."""
        return self.delivery.agency_code
