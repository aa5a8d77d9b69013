"""Definitions as they were, computations, and the numbers: append-only, with a pointer to what holds now."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tidar.common.ids import uuid7
from tidar.indicators.rules.coverage import Coverage


class DefinitionVersion(models.Model):
    """One state of an indicator's definition. Other content is another version; a trigger refuses UPDATE and DELETE."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    indicator = models.SlugField(max_length=60)
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.JSONField()  # rules.definition.Definition as data
    declared_at = models.DateTimeField()

    objects: ClassVar[models.Manager[DefinitionVersion]] = models.Manager()

    class Meta:
        ordering = ("indicator", "-number")
        constraints = (
            models.UniqueConstraint(fields=["indicator", "number"], name="definition_version_once"),
            models.UniqueConstraint(fields=["indicator", "sha256"], name="definition_content_once"),
        )

    def __str__(self) -> str:
        return f"{self.indicator} v{self.number}"


class Computation(models.Model):
    """One run of one definition over exactly named table versions; runs again to exactly the same numbers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    definition = models.ForeignKey(DefinitionVersion, on_delete=models.PROTECT, related_name="computations")
    inputs = models.JSONField()  # [{table, version}] by table
    parameters = models.JSONField()  # {region, period, as_of}: what else the rows depend on
    watermark = models.DateTimeField()  # when the newest input version was made
    computed_at = models.DateTimeField()
    value_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    sentence = models.TextField(blank=True)  # why it could not be computed

    objects: ClassVar[models.Manager[Computation]] = models.Manager()

    class Meta:
        ordering = ("-computed_at", "-id")
        indexes = (models.Index(fields=["definition", "-computed_at"], name="computation_newest"),)

    def __str__(self) -> str:
        return f"{self.definition} {self.computed_at:%Y-%m-%d %H:%M}"


class Value(models.Model):
    """A number for an area and a period, as first computed. Never changed; NULL says that it no longer exists."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    computation = models.ForeignKey(Computation, on_delete=models.PROTECT, related_name="values")
    indicator = models.SlugField(max_length=60)
    area_code = models.CharField(max_length=40)
    period = models.CharField(max_length=10)  # "2026", "2026-11", "2026-11-24"
    value = models.DecimalField(max_digits=38, decimal_places=8, null=True)
    row_count = models.PositiveBigIntegerField(default=0)  # contributing rows
    expected = models.PositiveIntegerField(default=0)  # base areas that should be in it; 0: coverage does not apply
    missing = models.JSONField(default=list)  # codes of those that are not, in order
    leader = models.CharField(max_length=200, blank=True)  # the group with the largest share, where the definition asks
    leader_value = models.DecimalField(max_digits=38, decimal_places=8, null=True)
    computed_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Value]] = models.Manager()

    class Meta:
        ordering = ("indicator", "area_code", "period", "computed_at")
        indexes = (models.Index(fields=["indicator", "area_code", "period", "computed_at"], name="value_history"),)
        constraints = (
            models.UniqueConstraint(fields=["computation", "area_code", "period"], name="value_once_per_computation"),
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(row_count__gte=1), name="value_has_rows"),
        )

    def __str__(self) -> str:
        return f"{self.indicator} {self.area_code} {self.period} = {self.value}"

    @property
    def coverage(self) -> Coverage:
        """Which of the areas that should be in the number are in it."""
        return Coverage(self.expected, tuple(self.missing))


class CurrentValue(models.Model):
    """Which value holds now, and the newest computation that gave it: its inputs are the value's inputs today."""

    indicator = models.SlugField(max_length=60)
    area_code = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    value = models.OneToOneField(Value, on_delete=models.PROTECT, related_name="current")
    computation = models.ForeignKey(Computation, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager[CurrentValue]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["indicator", "area_code", "period"], name="current_value_once"),)
        indexes = (models.Index(fields=["indicator", "area_code", "-period"], name="current_value_latest"),)

    def __str__(self) -> str:
        return f"{self.indicator} {self.area_code} {self.period}"
