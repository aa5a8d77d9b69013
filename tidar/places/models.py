"""Areas from region to RT, with both national codes."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Concat


class AreaQuerySet(models.QuerySet["Area"]):
    """Areas as phrases."""

    def at_levels(self, levels: frozenset[str]) -> AreaQuerySet:
        """Areas of any of these levels."""
        return self.filter(level__in=levels)

    def villages(self) -> AreaQuerySet:
        """Every kelurahan and desa: the areas that have a boundary of their own."""
        return self.filter(level__in=(Area.Level.KELURAHAN, Area.Level.DESA))

    def within(self, code: str) -> AreaQuerySet:
        """The area with this code and everything below it."""
        return self.filter(models.Q(code=code) | models.Q(code__startswith=f"{code}."))


class Area(models.Model):
    """A region, kecamatan, kelurahan or desa, RW or RT.

    `code` is Kemendagri's (PP.KK.CC.VVVV); RW and RT continue it: `33.71.03.1001.04` is RW 04, `….04.002` its RT 002.
    So an area lies in another exactly when its code begins with the other's code and a point.
    """

    class Level(models.TextChoices):
        REGION = "region", "Kabupaten/Kota"
        KECAMATAN = "kecamatan", "Kecamatan"
        KELURAHAN = "kelurahan", "Kelurahan"
        DESA = "desa", "Desa"
        RW = "rw", "RW"
        RT = "rt", "RT"

    code = models.CharField(primary_key=True, max_length=40)
    bps_code = models.CharField(max_length=20, null=True, blank=True, unique=True)
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    postal_code = models.CharField(max_length=5, blank=True)
    area_km2 = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    boundary = models.JSONField(null=True, blank=True)  # GeoJSON geometry, WGS 84, [lon, lat]
    boundary_source = models.CharField(max_length=200, blank=True)  # empty: no official boundary yet
    source = models.CharField(max_length=120, blank=True)  # "region:33.71", "file:<name>", "" when typed in
    source_row = models.PositiveIntegerField(null=True, blank=True)  # as a spreadsheet numbers it, the heading is 1

    objects: ClassVar[AreaQuerySet] = AreaQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(condition=~models.Q(bps_code=""), name="area_bps_code_null_not_empty"),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True, level="region")
                | models.Q(parent__isnull=False) & ~models.Q(level="region"),
                name="area_parent_unless_region",
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True)
                | models.Q(code__startswith=Concat(models.F("parent"), models.Value("."))),
                name="area_code_continues_parent",
            ),
            models.CheckConstraint(
                condition=models.Q(boundary__isnull=True, boundary_source="")
                | models.Q(boundary__isnull=False) & ~models.Q(boundary_source=""),
                name="area_boundary_has_source",
            ),
            models.CheckConstraint(
                condition=models.Q(lon__isnull=True, lat__isnull=True)
                | models.Q(lon__isnull=False, lat__isnull=False, lon__range=(-180, 180), lat__range=(-90, 90)),
                name="area_centre_on_earth",
            ),
            models.UniqueConstraint(fields=["level"], condition=models.Q(level="region"), name="area_one_region"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Edition(models.Model):
    """The state of all areas and boundaries, as one token that changes with every write; caches live as long as it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField(default=uuid.uuid4)
    changed_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Edition]] = models.Manager()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="edition_is_one"),)

    def __str__(self) -> str:
        return str(self.token)
