"""Series, documents and signing keys."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tidar.common.ids import uuid7


class Series(models.Model):
    """Gap-free numbers of one kind of document in one year; the row is locked only while numbers are taken."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=20)  # "SKRD", "SSRD", "TBP", "STS"
    year = models.PositiveSmallIntegerField()
    last = models.PositiveBigIntegerField(default=0)

    objects: ClassVar[models.Manager[Series]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "year"], name="series_once"),)

    def __str__(self) -> str:
        return f"{self.code}/{self.year}: {self.last}"


class SigningKey(models.Model):
    """An Ed25519 key that signs documents; the private half is encrypted with the deployment's secret."""

    id = models.BigAutoField(primary_key=True)
    fingerprint = models.CharField(max_length=64, unique=True)
    public_key = models.BinaryField()
    private_key = models.BinaryField()  # encrypted
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[SigningKey]] = models.Manager()

    def __str__(self) -> str:
        return self.fingerprint[:16]


class Document(models.Model):
    """One issued document: its data as signed. Append-only (trigger); a cancellation is a row of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)  # a registered kind: "skrd", "ssrd", "tbp", "sts", "karcis"
    series = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveBigIntegerField()
    number = models.CharField(max_length=60)  # as printed: "SKRD/2026/0000123"
    token = models.CharField(max_length=32, unique=True)  # of the public verification page; unguessable
    subject = models.CharField(max_length=80)  # what it documents: "skrd:<uuid>"
    template_version = models.PositiveSmallIntegerField(default=1)
    origin = models.CharField(max_length=200)  # address of the verification page as printed: "https://tidar.example"
    zone = models.CharField(max_length=40)  # of the times as printed: "Asia/Jakarta"
    data = models.JSONField()  # one of rules.kinds
    content_hash = models.CharField(max_length=64)  # SHA-256 of the canonical content: see rules.content
    signature = models.BinaryField()
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    signed_by = models.CharField(max_length=200)  # name, office and number, one a line, as printed

    objects: ClassVar[models.Manager[Document]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["series", "year", "sequence"], name="document_number_once"),
            models.UniqueConstraint(fields=["kind", "subject"], name="document_once_per_subject"),
        )

    def __str__(self) -> str:
        return self.number


class Cancellation(models.Model):
    """A document that no longer counts, and why. Append-only (trigger)."""

    document = models.OneToOneField(Document, primary_key=True, on_delete=models.PROTECT, related_name="cancellation")
    reason = models.CharField(max_length=300)
    cancelled_at = models.DateTimeField()
    actor_id = models.CharField(max_length=80)

    objects: ClassVar[models.Manager[Cancellation]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.document_id}: {self.reason}"
