"""Assessment: runs, their draft lines, and the SKRD that they issue."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from tidar.common.ids import uuid7
from tidar.retribusi.models.register import LevyKind, Market, Occupancy
from tidar.retribusi.models.tariffs import Tariff


class Run(models.Model):
    """One run for a period over a market or the whole city: preview → issued → signed. Restartable at each line."""

    class State(models.TextChoices):
        """Where the run stands."""

        PREVIEWING = "menghitung", _("Sedang dihitung")
        PREVIEWED = "pratinjau", _("Pratinjau")
        ISSUING = "menerbitkan", _("Sedang diterbitkan")
        ISSUED = "terbit", _("Terbit, menunggu tanda tangan")
        SIGNING = "menandatangani", _("Sedang ditandatangani")
        SIGNED = "berlaku", _("Ditandatangani")
        DROPPED = "dibatalkan", _("Dibatalkan sebelum terbit")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    levy_kind = models.ForeignKey(LevyKind, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, null=True, on_delete=models.PROTECT, related_name="+")  # None: whole city
    occupancy = models.ForeignKey(Occupancy, null=True, on_delete=models.PROTECT, related_name="runs")  # one stall only
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    to_date = models.DateField()  # a daily run: the same day
    state = models.CharField(max_length=15, choices=State.choices, default=State.PREVIEWING)
    line_count = models.PositiveIntegerField(default=0)
    issued_count = models.PositiveIntegerField(default=0)
    signed_count = models.PositiveIntegerField(default=0)
    total_rupiah = models.BigIntegerField(default=0)
    due_date = models.DateField(null=True)
    notes = models.JSONField(default=dict)  # counts of what was left out and why, differences from the last period
    made_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)  # all its SKRD are signed: payable
    made_by = models.CharField(max_length=200, blank=True)
    issued_by = models.CharField(max_length=200, blank=True)
    signed_by = models.CharField(max_length=200, blank=True)
    stop_wanted = models.BooleanField(default=False)
    moved_at = models.DateTimeField(null=True)  # when it last came further: a run that stands still is taken up again
    error = models.CharField(max_length=300, blank=True)  # why it stands still, in words

    objects: ClassVar[models.Manager[Run]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["levy_kind", "market", "occupancy", "from_date", "to_date"],
                condition=Q(state__in=("menghitung", "pratinjau")),
                nulls_distinct=False,
                name="one_open_preview",
            ),
            models.CheckConstraint(condition=Q(to_date__gte=F("from_date")), name="run_ends_after_it_begins"),
        )
        indexes = (models.Index(fields=["-made_at"], name="run_newest"),)

    def __str__(self) -> str:
        return f"{self.levy_kind_id} {self.market_id or 'kota'} {self.from_date}–{self.to_date} {self.state}"

    @property
    def agency_code(self) -> str:
        """For `access.requires`."""
        return self.agency_id

    @property
    def area_code(self) -> str:
        """For `access.requires`: where its market stands; a run over the whole city stands nowhere."""
        return self.market.area_code if self.market else ""


class RunLine(models.Model):
    """One draft line of a preview; issuing turns it into an SKRD and removes it. Never counted as revenue."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="lines", db_index=False, db_constraint=False)
    occupancy_id = models.BigIntegerField()
    tariff_id = models.BigIntegerField()
    days = models.PositiveSmallIntegerField()
    formula = models.JSONField()
    amount_rupiah = models.BigIntegerField()
    last_rupiah = models.BigIntegerField(null=True)  # of the period before, for the preview's differences

    objects: ClassVar[models.Manager[RunLine]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["run", "id"], name="runline_next"),)

    def __str__(self) -> str:
        return f"{self.run_id} {self.occupancy_id} {self.amount_rupiah}"


class Assessment(models.Model):
    """An SKRD: what one occupancy owes for one period, and why. Only `closed_at` ever changes (trigger).

    What is still owed is `amount_rupiah` less its allocations; `closed_at` marks the moment it became nothing.
    It can be paid once its run is signed.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    # Without foreign key constraints: checking three of them row by row takes a fifth of a mass issue. Triggers of
    # migration 0003 check them statement by statement, and that nothing assessed is deleted.
    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="assessments", db_index=False, db_constraint=False
    )
    occupancy = models.ForeignKey(
        Occupancy, on_delete=models.PROTECT, related_name="assessments", db_index=False, db_constraint=False
    )  # `skrd_once_per_period` finds by occupancy, cancelled ones too
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveBigIntegerField()  # of the series SKRD
    period_from_date = models.DateField()
    period_to_date = models.DateField()
    days = models.PositiveSmallIntegerField()
    formula = models.JSONField()  # inputs of the formula: see retribusi.rules.assessing
    amount_rupiah = models.BigIntegerField()
    due_date = models.DateField()
    issued_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=12, blank=True)  # "lunas", "batal"

    objects: ClassVar[models.Manager[Assessment]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["year", "sequence"], name="skrd_number_once"),
            models.UniqueConstraint(  # a cancelled one stands aside under its own id
                F("occupancy"),
                F("period_from_date"),
                F("period_to_date"),
                Case(When(closed_by="batal", then=F("id")), default=None),
                nulls_distinct=False,
                name="skrd_once_per_period",
            ),
            models.CheckConstraint(condition=Q(amount_rupiah__gt=0), name="skrd_is_positive"),
        )
        indexes = (
            models.Index(fields=["occupancy", "period_from_date"], condition=Q(closed_at=None), name="skrd_open"),
            models.Index(fields=["period_from_date"], name="skrd_period"),
            models.Index(fields=["run", "year", "sequence"], name="skrd_run"),
            BrinIndex(fields=["recorded_at"], name="skrd_recorded", autosummarize=True),  # since the last close
        )

    def __str__(self) -> str:
        return f"SKRD/{self.year}/{self.sequence}"


class AssessmentCancellation(models.Model):
    """Why an SKRD was cancelled; the ledger holds its reversal. Append-only (trigger)."""

    assessment = models.OneToOneField(
        Assessment, primary_key=True, on_delete=models.PROTECT, related_name="cancellation"
    )
    reason = models.CharField(max_length=300)
    decision = models.CharField(max_length=200, blank=True)
    group_key = models.CharField(max_length=120)  # of the ledger group that reverses it
    cancelled_at = models.DateTimeField()
    actor_id = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.assessment_id}: {self.reason}"
