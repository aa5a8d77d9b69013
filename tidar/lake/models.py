"""Lake tables and their immutable versions. The rows are Parquet files below `TIDAR_HOME/lake`."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tidar.common.ids import uuid7


class LakeTable(models.Model):
    """A table that others may analyse: its columns have meaning, its access class is declared."""

    name = models.SlugField(primary_key=True, max_length=60)
    title = models.CharField(max_length=160)
    columns = models.JSONField(default=list)  # [{name, type, title, unit, description, personal}]
    access_class = models.CharField(max_length=10)
    agency_code = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=120)  # "feed:<code>" or "app:<name>"
    declared_at = models.DateTimeField()

    objects: ClassVar[models.Manager[LakeTable]] = models.Manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """One state of a table: a list of Parquet files that never change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    table = models.ForeignKey(LakeTable, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    files = models.JSONField()  # [{path, sha256, row_count, size_bytes, source}]
    row_count = models.BigIntegerField()
    source_id = models.CharField(max_length=80)  # the delivery or export that made it
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Version]] = models.Manager()

    class Meta:
        ordering = ("table", "-number")
        constraints = (models.UniqueConstraint(fields=["table", "number"], name="lake_version_once"),)

    def __str__(self) -> str:
        return f"{self.table_id} v{self.number}"
