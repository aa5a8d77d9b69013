"""How far the lake has followed the spine."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class LakeCursor(models.Model):
    """Up to which event the levy tables of the lake are written. Moves in the transaction that adds their versions.

    Its row lock lets at most one export run at a time.
    """

    name = models.CharField(primary_key=True, max_length=40)
    seq = models.BigIntegerField(default=0)
    snapshot_date = models.DateField(null=True)  # the day on which all places were written last
    moved_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[LakeCursor]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.name} ≤ {self.seq}"
