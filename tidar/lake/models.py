"""Lake tables and their immutable versions. The rows are Parquet files below `TIDAR_HOME/lake`."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tidar.common.ids import uuid7


class LakeTable(models.Model):
    """A table that others may analyse: its columns have meaning, its access class is declared."""

    name = models.SlugField(primary_key=True, max_length=60)
    title = models.CharField(max_length=160)
    columns = models.JSONField(default=list)  # [{name, type, title, unit, description, personal}]
    key = models.JSONField(default=list)  # columns; of rows with one key in several files the newest file's row counts
    access_class = models.CharField(max_length=10)
    agency_code = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=120)  # "feed:<code>" or "app:<name>"
    declared_at = models.DateTimeField()

    objects: ClassVar[models.Manager[LakeTable]] = models.Manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class VersionQuerySet(models.QuerySet["Version"]):
    """Versions, said as phrases."""

    def newest_of_each(self) -> VersionQuerySet:
        """The newest version of every table."""
        return self.order_by("table_id", "-number").distinct("table_id")

    def pinned(self, numbers: dict[str, int]) -> VersionQuerySet:
        """Exactly these versions."""
        chosen = Q(pk__in=())
        for table, number in numbers.items():
            chosen |= Q(table_id=table, number=number)
        return self.filter(chosen)


class Version(models.Model):
    """One state of a table: a list of Parquet files that never change. A trigger refuses UPDATE and DELETE."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    table = models.ForeignKey(LakeTable, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    files = models.JSONField()  # oldest first: [{path, sha256, row_count, size_bytes, columns, source}]
    row_count = models.BigIntegerField()  # as read: superseded rows do not count
    source_id = models.CharField(max_length=80)  # the delivery or export that made it
    created_at = models.DateTimeField()

    objects: ClassVar[VersionQuerySet] = VersionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("table", "-number")
        constraints = (
            models.UniqueConstraint(fields=["table", "number"], name="lake_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="lake_version_from_one"),
        )
        indexes = (models.Index(fields=["table", "source_id"], name="lake_version_source"),)

    def __str__(self) -> str:
        return f"{self.table_id} v{self.number}"
