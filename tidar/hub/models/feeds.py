"""Feeds: what an agency has promised to deliver, in which shape and rhythm."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tidar.common.ids import uuid7
from tidar.hub.rules.contract import Contract, contract_from


class FeedQuerySet(models.QuerySet["Feed"]):
    """Feeds, said as phrases."""

    def active(self) -> FeedQuerySet:
        """Feeds that are expected to deliver."""
        return self.filter(active=True)

    def due_for_pull(self) -> FeedQuerySet:
        """Active HTTP pull feeds; the rhythm decides when."""
        return self.active().filter(kind=Feed.Kind.HTTP_PULL)


class Feed(models.Model):
    """A promised stream of data: owner, contract, rhythm with grace, access class, retention."""

    class Kind(models.TextChoices):
        UPLOAD = "upload", _("Unggah berkas")
        HTTP_PULL = "http_pull", _("Tarik dari alamat web")
        HTTP_PUSH = "http_push", _("Dikirim ke Tidar dengan token")
        MQTT = "mqtt", _("Pesan MQTT")

    class AccessClass(models.TextChoices):
        """Satu Data Indonesia: open, limited, closed."""

        OPEN = "open", _("Terbuka")
        LIMITED = "limited", _("Terbatas")
        CLOSED = "closed", _("Tertutup")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=160)
    description = models.TextField(blank=True)
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    contract = models.JSONField(default=dict)
    lake_table = models.SlugField(max_length=60, blank=True)
    rhythm_seconds = models.PositiveIntegerField(null=True, blank=True)
    grace_seconds = models.PositiveIntegerField(default=0)
    access_class = models.CharField(max_length=10, choices=AccessClass.choices, default=AccessClass.LIMITED)
    retention_days = models.PositiveIntegerField(null=True, blank=True)
    pull_url = models.URLField(max_length=500, blank=True)
    pull_state = models.JSONField(default=dict, blank=True)  # see hub.rules.pulling.PullState
    pull_next_at = models.DateTimeField(null=True, blank=True)  # claimed by moving it; None: at once
    told_state = models.CharField(max_length=12, blank=True)  # freshness that its owner was last told of
    mqtt_topic = models.CharField(max_length=200, blank=True)
    heading_memory = models.JSONField(default=dict, blank=True)  # heading as last mapped → contract column
    value_memory = models.JSONField(default=dict, blank=True)  # column → {spelling → code} that a person confirmed
    sample = models.BooleanField(default=False)  # made-up data: every page says "data contoh"
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects: ClassVar[FeedQuerySet] = FeedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("title",)
        constraints = (
            models.CheckConstraint(condition=~Q(kind="mqtt") | ~Q(mqtt_topic=""), name="feed_mqtt_topic"),
            models.CheckConstraint(condition=~Q(kind="http_pull") | ~Q(pull_url=""), name="feed_pull_url"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def agency_code(self) -> str:
        """For `common.access`: whose feed this is."""
        return str(self.agency_id)

    @property
    def rules(self) -> Contract:
        """The contract as a value."""
        return contract_from(self.contract)


class FeedToken(models.Model):
    """A secret with which a machine may push to one feed. Only its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=80)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_minute = models.DateTimeField(null=True, blank=True)  # the minute in which it was last used
    used_count = models.PositiveIntegerField(default=0)  # requests in that minute

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.feed_id} {self.label}"
