"""Custody: who holds the cash, who handed it to whom, when it reached the treasury; and cases that a person settles."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tidar.common.ids import uuid7
from tidar.retribusi.models.register import LevyKind, Market, Occupancy


class Handover(models.Model):
    """A collector hands cash to the treasurer: one declares, the other counts and confirms. A difference is a case.

    Once confirmed its facts never change, and it enters at most one deposit, for good (triggers). Which receipts the
    counted cash holds is told first in, first out, as known at the confirmation.
    """

    class State(models.TextChoices):
        """Both must act."""

        DECLARED = "diajukan", _("Diajukan juru pungut")
        CONFIRMED = "diterima", _("Diterima bendahara")
        WITHDRAWN = "ditarik", _("Ditarik kembali")

    id = models.UUIDField(primary_key=True, editable=False)  # made on the phone or by the page
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    collector_id = models.CharField(max_length=80, db_index=True)
    collector_name = models.CharField(max_length=200)
    declared_rupiah = models.BigIntegerField()
    counted_rupiah = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DECLARED)
    declared_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    treasurer_id = models.CharField(max_length=80, blank=True)
    treasurer_name = models.CharField(max_length=200, blank=True)
    tbp_number = models.CharField(max_length=60, blank=True)
    surplus_rupiah = models.BigIntegerField(default=0)  # counted beyond what the ledger knew of: stands in titipan
    by_account = models.JSONField(default=dict)  # counted rupiah by account code, "" for what stands in titipan
    receipts_from_at = models.DateTimeField(null=True)  # oldest receipt in the counted cash, first in, first out
    receipts_to_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was withdrawn, or sent back by the treasurer
    deposit = models.ForeignKey("Deposit", null=True, on_delete=models.PROTECT, related_name="handovers")

    objects: ClassVar[models.Manager[Handover]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["agency", "confirmed_at"],
                condition=Q(state="diterima", deposit=None),
                name="handover_to_deposit",
            ),
            models.Index(fields=["collector_id", "confirmed_at"], name="handover_collector"),
            models.Index(fields=["agency", "-declared_at"], name="handover_newest"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="diterima")
                | Q(counted_rupiah__gt=0, confirmed_at__isnull=False)
                & ~Q(treasurer_id="")
                & ~Q(tbp_number="")
                & Q(surplus_rupiah__gte=0, surplus_rupiah__lte=models.F("counted_rupiah")),
                name="handover_confirmed_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(deposit=None) | Q(state="diterima"), name="handover_deposited_was_counted"
            ),
            models.CheckConstraint(condition=Q(declared_rupiah__gt=0), name="handover_declares_something"),
            models.CheckConstraint(
                condition=Q(counted_rupiah__isnull=True) | Q(counted_rupiah__gte=0), name="handover_count_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(treasurer_id="") | ~Q(treasurer_id=models.F("collector_id")), name="handover_by_two_people"
            ),
            models.UniqueConstraint(
                fields=["collector_id"], condition=Q(state="diajukan"), name="one_open_handover_per_collector"
            ),
        )

    def __str__(self) -> str:
        return f"{self.collector_name} {self.declared_rupiah} {self.state}"

    @property
    def agency_code(self) -> str:
        """For `access.requires`."""
        return self.agency_id

    @property
    def difference_rupiah(self) -> int:
        """What was counted beyond the declaration; negative when something was missing."""
        return 0 if self.counted_rupiah is None else self.counted_rupiah - self.declared_rupiah


class Deposit(models.Model):
    """An STS: the treasurer brings cash to the RKUD, gross, made of hand-overs. Append-only (trigger).

    Its amount is the sum of its hand-overs' counts, which the database checks when a transaction ends.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveBigIntegerField()
    number = models.CharField(max_length=60, unique=True)  # "STS/2026/0000012"
    amount_rupiah = models.BigIntegerField()
    period_from_date = models.DateField()
    period_to_date = models.DateField()
    bank_account = models.CharField(max_length=60)
    bank_reference = models.CharField(max_length=80, blank=True)
    deposited_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    treasurer_id = models.CharField(max_length=80)
    treasurer_name = models.CharField(max_length=200)

    objects: ClassVar[models.Manager[Deposit]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["agency", "-deposited_at"], name="deposit_newest"),)
        constraints = (
            models.CheckConstraint(condition=Q(amount_rupiah__gt=0), name="deposit_is_positive"),
            models.UniqueConstraint(fields=["year", "sequence"], name="deposit_number_once"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def agency_code(self) -> str:
        """For `access.requires`."""
        return self.agency_id


class Case(models.Model):
    """Something that money alone cannot settle: a person decides, with a reason; nothing is netted or forgotten."""

    class Kind(models.TextChoices):
        """Why it was opened."""

        SECOND_PAYMENT = "bayar-ganda", _("Tagihan dibayar dua kali")
        SURPLUS = "kelebihan", _("Kelebihan bayar")
        UNKNOWN_PAYER = "tak-dikenal", _("Pembayar tidak dikenal")
        HANDOVER = "selisih-serah", _("Selisih serah terima")
        DEVICE = "alat", _("Catatan alat perlu diperiksa")
        CANCELLED = "skrd-batal", _("SKRD batal yang sudah dibayar")
        KARCIS = "karcis", _("Karcis tidak cocok")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=15, choices=Kind.choices)
    key = models.CharField(max_length=120, unique=True)  # opened once per occasion
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    occupancy = models.ForeignKey(Occupancy, null=True, on_delete=models.PROTECT, related_name="cases")
    subject = models.CharField(max_length=120)  # "pembayaran:<uuid>", "serah:<uuid>", "alat:<uuid>:<counter>"
    amount_rupiah = models.BigIntegerField(default=0)
    held_rupiah = models.BigIntegerField(default=0)  # stands in titipan until this is settled; the sums must agree
    sentence = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)
    decision = models.CharField(max_length=12, blank=True)  # "terapkan", "kembalikan", "terima", "batal"
    settlement = models.CharField(max_length=300, blank=True)
    group_key = models.CharField(max_length=120, blank=True)  # of the ledger group that settled it, when money moved

    objects: ClassVar[models.Manager[Case]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["-opened_at"], condition=Q(settled_at=None), name="case_open"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence}"

    @property
    def agency_code(self) -> str:
        """For `access.requires`."""
        return self.agency_id


class ArrearsDay(models.Model):
    """What was owed of one levy at one market at the end of a day, by age; derived at night, recomputable, checkable.

    It lets a page say today's arrears from yesterday's close and today's movements, as a checkpoint does for a ledger
    account. Ages count from the due date; the limits are those of `rules.ageing`.
    """

    id = models.BigAutoField(primary_key=True)
    day_date = models.DateField()  # by `recorded_at`, in the region's zone
    market = models.ForeignKey(Market, null=True, on_delete=models.PROTECT, related_name="+")
    levy_kind = models.ForeignKey(LevyKind, on_delete=models.PROTECT, related_name="+")
    not_due_rupiah = models.BigIntegerField(default=0)
    to_30_days_rupiah = models.BigIntegerField(default=0)
    to_90_days_rupiah = models.BigIntegerField(default=0)
    to_1_year_rupiah = models.BigIntegerField(default=0)
    to_3_years_rupiah = models.BigIntegerField(default=0)
    older_rupiah = models.BigIntegerField(default=0)
    owed_rupiah = models.BigIntegerField(default=0)
    skrd_count = models.PositiveIntegerField(default=0)
    occupancy_count = models.PositiveIntegerField(default=0)  # places with something overdue
    made_at = models.DateTimeField()

    objects: ClassVar[models.Manager[ArrearsDay]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["day_date", "market", "levy_kind"], nulls_distinct=False, name="arrears_day_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.day_date} {self.market_id} {self.owed_rupiah}"
