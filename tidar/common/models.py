"""The audit log: every write of every app, who, when, what, before and after."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tidar.common.ids import uuid7


class AuditEntry(models.Model):
    """One write. Append-only: a database trigger refuses UPDATE and DELETE."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=80, blank=True)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_reference = models.CharField(max_length=40, blank=True)

    objects: ClassVar[models.Manager[AuditEntry]] = models.Manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["subject_kind", "subject_id", "-at"], name="audit_subject"),
            models.Index(fields=["actor_id", "-at"], name="audit_actor"),
            models.Index(fields=["-at"], name="audit_at"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.subject_kind} {self.subject_id}"

    @property
    def key(self) -> uuid.UUID:
        """The entry's identifier."""
        return self.id
