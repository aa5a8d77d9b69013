"""The spine: append-only events, numbered in commit order, and the consumers that follow it.

A writer inserts an event with `seq` NULL inside its own transaction. One relay numbers what has committed, 1, 2, 3 …
without gaps, so a reader of `seq > n` misses nothing, however late a transaction commits (`docs/decisions/`).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tidar.common.ids import uuid7


class Event(models.Model):
    """Something that happened in the city. A trigger refuses UPDATE (but of `seq` from NULL), DELETE and TRUNCATE."""

    class Severity(models.IntegerChoices):
        INFO = 0, "Informasi"
        NOTICE = 1, "Waspada"
        WARNING = 2, "Siaga"
        ALERT = 3, "Awas"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seq = models.BigIntegerField(null=True, unique=True)
    kind = models.CharField(max_length=60)  # "delivery.published", "observation", "feed.late"
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    subject = models.CharField(max_length=200, blank=True)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices, default=Severity.INFO)
    area_code = models.CharField(max_length=40, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    source_kind = models.CharField(max_length=20)  # "delivery", "message", "action"
    source_id = models.CharField(max_length=80)
    source_line = models.PositiveIntegerField(null=True)
    datastream = models.ForeignKey(  # its index is `event_datastream`
        "hub.Datastream", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    result = models.FloatField(null=True)  # of an observation, in the datastream's unit
    data = models.JSONField(default=dict)
    permission = models.CharField(
        max_length=40, blank=True
    )  # who may see it on streams; empty: whoever sees the stream

    objects: ClassVar[models.Manager[Event]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=["kind", "-happened_at"], name="event_kind"),
            models.Index(
                fields=["datastream", "-happened_at"],
                condition=models.Q(datastream__isnull=False),
                name="event_datastream",
            ),
            models.Index(fields=["id"], condition=models.Q(seq__isnull=True), name="event_unnumbered"),
            models.Index(fields=["source_kind", "source_id"], name="event_source"),
        )

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.subject}"


class SpineHead(models.Model):
    """The last number given; one row, locked by the relay."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last_seq)


class Consumer(models.Model):
    """A named cursor over the spine."""

    name = models.CharField(primary_key=True, max_length=80)
    cursor = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # failed attempts at the event after the cursor
    retry_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.name} @ {self.cursor}"


class DeadLetter(models.Model):
    """An event that a consumer could not handle after its attempts; visible, and retried on request."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    consumer = models.ForeignKey(Consumer, on_delete=models.CASCADE, related_name="dead_letters")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    attempts = models.PositiveSmallIntegerField()
    error = models.TextField()
    failed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-failed_at",)
        constraints = (models.UniqueConstraint(fields=["consumer", "event"], name="dead_letter_once"),)

    def __str__(self) -> str:
        return f"{self.consumer_id}: {self.error[:80]}"
