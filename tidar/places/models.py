"""Areas from region to RT, with both national codes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


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

    objects: ClassVar[models.Manager[Area]] = models.Manager()

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
