"""What the law sets: tariffs, reliefs, closures, parameters, each with its days and the article it rests on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tidar.retribusi.models.register import LevyKind, Market, Occupancy


class Tariff(models.Model):
    """One version of one tariff. Immutable (trigger) but for the day it ends; a new amount is a new row."""

    class Period(models.TextChoices):
        """What the amount is for."""

        DAY = "hari", _("per hari")
        DAY_M2 = "hari-m2", _("per m² per hari")
        MONTH = "bulan", _("per bulan")
        MONTH_M2 = "bulan-m2", _("per m² per bulan")
        FLAT = "sekali", _("sekali bayar")

    id = models.BigAutoField(primary_key=True)
    levy_kind = models.ForeignKey(LevyKind, on_delete=models.PROTECT, related_name="tariffs")
    market = models.ForeignKey(Market, null=True, on_delete=models.PROTECT, related_name="+")  # None: every market
    place_type = models.CharField(max_length=10, blank=True)  # "": every type
    area_from_m2 = models.DecimalField(max_digits=8, decimal_places=2, null=True)  # area ≥
    area_below_m2 = models.DecimalField(max_digits=8, decimal_places=2, null=True)  # area <
    period = models.CharField(max_length=10, choices=Period.choices)
    amount_rupiah = models.BigIntegerField()
    valid_from_date = models.DateField()
    valid_to_date = models.DateField(null=True)  # last day
    legal_basis = models.CharField(max_length=300)  # rule and article, as printed on the SKRD
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=120)  # "program:bakul-pasar", "user:…"

    objects: ClassVar[models.Manager[Tariff]] = models.Manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount_rupiah__gte=0), name="tariff_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_to_date__isnull=True) | Q(valid_to_date__gte=F("valid_from_date")),
                name="tariff_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        return (
            f"{self.levy_kind_id} {self.market_id or '*'} {self.place_type or '*'} {self.amount_rupiah} {self.period}"
        )


class Relief(models.Model):
    """An exemption (100 %) or reduction by decision of the head of region (UU 1/2022, article 96)."""

    id = models.BigAutoField(primary_key=True)
    occupancy = models.ForeignKey(Occupancy, null=True, on_delete=models.PROTECT, related_name="reliefs")
    market = models.ForeignKey(Market, null=True, on_delete=models.PROTECT, related_name="+")
    levy_kind = models.ForeignKey(LevyKind, on_delete=models.PROTECT, related_name="+")
    percent = models.DecimalField(max_digits=5, decimal_places=2)  # 0 < percent ≤ 100
    from_date = models.DateField()
    to_date = models.DateField()
    decision = models.CharField(max_length=200)  # number and date of the decision
    reason = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    actor_id = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="relief_is_a_share"),
            models.CheckConstraint(condition=Q(to_date__gte=F("from_date")), name="relief_ends_after_it_begins"),
        )

    def __str__(self) -> str:
        return f"{self.percent} % {self.decision}"


class Closure(models.Model):
    """Days that are not charged: the market was closed, or a trader is on approved leave."""

    id = models.BigAutoField(primary_key=True)
    market = models.ForeignKey(Market, null=True, on_delete=models.PROTECT, related_name="closures")
    occupancy = models.ForeignKey(Occupancy, null=True, on_delete=models.PROTECT, related_name="leaves")
    from_date = models.DateField()
    to_date = models.DateField()
    reason = models.CharField(max_length=300)
    decision = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    actor_id = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(to_date__gte=F("from_date")), name="closure_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(market__isnull=True, occupancy__isnull=False)
                | Q(market__isnull=False, occupancy__isnull=True),
                name="closure_of_market_or_trader",
            ),
        )

    def __str__(self) -> str:
        return f"{self.market_id or self.occupancy_id} {self.from_date}–{self.to_date}"


class Parameter(models.Model):
    """A number the law or the region sets, from a day on: days until due, hours until deposit, interest (next part)."""

    id = models.BigAutoField(primary_key=True)
    name = models.SlugField(max_length=60)  # "due-days", "deposit-within-hours"
    value = models.CharField(max_length=60)
    valid_from_date = models.DateField()
    legal_basis = models.CharField(max_length=300)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["name", "valid_from_date"], name="parameter_once"),)

    def __str__(self) -> str:
        return f"{self.name} = {self.value} ({self.valid_from_date})"


class Target(models.Model):
    """What the budget expects of a market in a year (target penerimaan)."""

    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="targets")
    levy_kind = models.ForeignKey(LevyKind, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    amount_rupiah = models.BigIntegerField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["market", "levy_kind", "year"], name="target_once"),)

    def __str__(self) -> str:
        return f"{self.market_id} {self.year} {self.amount_rupiah}"
