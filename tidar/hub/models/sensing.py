"""Sensors in the words of OGC SensorThings 1.1 (18-088): Thing, ObservedProperty, Datastream; and raw messages.

An Observation is an `Event` of kind "observation" with a datastream and a result; it is stored once, there.
"""

from __future__ import annotations

from django.db import models

from tidar.common.ids import uuid7
from tidar.hub.models.feeds import Feed


class ObservedProperty(models.Model):
    """What is measured: "tinggi muka air"."""

    code = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=120)
    definition = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "observed properties"

    def __str__(self) -> str:
        return self.name


class Thing(models.Model):
    """A device or site with a place: a river gauge, an ATCS intersection."""

    code = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    area_code = models.CharField(max_length=40, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.name


class Datastream(models.Model):
    """One property of one thing, measured in one unit, delivered by one feed. `levels`: name → lower bound."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    thing = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="datastreams")
    observed_property = models.ForeignKey(ObservedProperty, on_delete=models.PROTECT, related_name="+")
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="datastreams")
    unit = models.CharField(max_length=20)
    minimum = models.FloatField(null=True)
    maximum = models.FloatField(null=True)
    levels = models.JSONField(default=dict)  # {"waspada": 1.5, "siaga": 2.0, "awas": 2.5}

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """One MQTT message as it came. What cannot be read stays here with a sentence."""

    class Status(models.TextChoices):
        ACCEPTED = "accepted", "Diterima"
        QUARANTINED = "quarantined", "Karantina"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    feed = models.ForeignKey(Feed, null=True, on_delete=models.PROTECT, related_name="messages")
    topic = models.CharField(max_length=255)
    payload = models.BinaryField()
    sha256 = models.CharField(max_length=64)  # of topic, NUL, payload: the same twice is one message
    received_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status.choices)
    code = models.CharField(max_length=40, blank=True)
    sentence = models.TextField(blank=True)

    class Meta:
        ordering = ("-received_at",)
        indexes = (
            models.Index(fields=["feed", "status", "-received_at"], name="message_feed"),
            models.Index(fields=["id"], condition=models.Q(status="quarantined"), name="message_quarantined"),
        )
        constraints = (models.UniqueConstraint(fields=["sha256"], name="message_once"),)

    def __str__(self) -> str:
        return f"{self.topic} {self.received_at:%H:%M:%S}"
