"""Traders' own door: one-time codes to the registered phone; no password, no account."""

from __future__ import annotations

from django.db import models

from tidar.common.ids import uuid7
from tidar.retribusi.models.register import Payer


class DoorCode(models.Model):
    """A one-time code for one payer: hashed, short-lived, few attempts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payer = models.ForeignKey(Payer, on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["payer", "-made_at"], name="doorcode_newest"),)

    def __str__(self) -> str:
        return f"{self.payer_id} {self.made_at}"
