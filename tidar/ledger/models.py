"""Accounts, groups and transfers: append-only, whole rupiah, each business act once.

A transfer takes from no running total: balances are sums over checkpoints, so no two payments wait for one row.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tidar.common.ids import uuid7


class Account(models.Model):
    """Where money stands. `key` names it for ever ("kas:juru-pungut:…"); kind and key never change (trigger)."""

    class Kind(models.TextChoices):
        """Debits raise assets and expenses, credits raise liabilities and revenue."""

        ASSET = "asset", "Aset"
        LIABILITY = "liability", "Kewajiban"
        REVENUE = "revenue", "Pendapatan"
        EXPENSE = "expense", "Beban"

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    code = models.CharField(max_length=40, blank=True)  # of the chart of accounts: "4.1.02.01.05.0001"
    title = models.CharField(max_length=200)
    opened_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Account]] = models.Manager()

    def __str__(self) -> str:
        return self.key


class Group(models.Model):
    """One business act: its transfers are all there or none is. `key` is the act's idempotency key, kept for ever."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)  # "skrd.issued", "payment", "handover", "deposit", "reversal"
    transfer_count = models.PositiveIntegerField()
    total_rupiah = models.BigIntegerField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=300, blank=True)  # of a reversal

    objects: ClassVar[models.Manager[Group]] = models.Manager()

    class Meta:
        constraints = (  # not `unique=True`, which makes a second index that nobody reads
            models.UniqueConstraint(fields=["key"], name="group_key_once"),
            models.CheckConstraint(condition=Q(transfer_count__gt=0, total_rupiah__gt=0), name="group_moves_something"),
        )

    def __str__(self) -> str:
        return self.key


class Transfer(models.Model):
    """One positive amount from one account to another. Never edited or deleted (trigger); reversed at most once."""

    id = models.BigAutoField(primary_key=True)
    # Without foreign key constraints: their row locks would make every payment into one account write to that account's
    # row. The trigger of migration 0002 checks existence instead, which is enough because nothing is ever deleted.
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="transfers", db_constraint=False)
    key = models.CharField(max_length=120)  # idempotency key, kept for ever
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    amount_rupiah = models.BigIntegerField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reference = models.CharField(max_length=120, blank=True)  # "skrd:<uuid>", "pembayaran:<uuid>"
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by", db_index=False, db_constraint=False
    )

    objects: ClassVar[models.Manager[Transfer]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key"], name="transfer_key_once"),
            models.CheckConstraint(condition=Q(amount_rupiah__gt=0), name="transfer_is_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_between_two_accounts"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="transfer_reversed_once"
            ),
        )
        indexes = (
            models.Index(fields=["debit", "id"], name="transfer_debit"),
            models.Index(fields=["credit", "id"], name="transfer_credit"),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.amount_rupiah}"


class Checkpoint(models.Model):
    """Sums of one account over all transfers up to and including `transfer_id`; derived, made at night, checkable."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="checkpoints")
    transfer_id = models.BigIntegerField()
    debit_rupiah = models.BigIntegerField()
    credit_rupiah = models.BigIntegerField()
    last_happened_at = models.DateTimeField()  # the latest `happened_at` among them: older questions pass it by
    made_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Checkpoint]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "transfer_id"], name="checkpoint_once"),)

    def __str__(self) -> str:
        return f"{self.account_id} ≤ {self.transfer_id}"


class JournalDay(models.Model):
    """A closed day of the journal: a hash over its transfers and over the day before. Append-only (trigger)."""

    day_date = models.DateField(primary_key=True)  # of `recorded_at`, in the region's zone
    ends_at = models.DateTimeField()  # nothing recorded before this moment is accepted any more (trigger)
    transfer_count = models.PositiveIntegerField()
    total_rupiah = models.BigIntegerField()
    last_transfer_id = models.BigIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    closed_at = models.DateTimeField()

    objects: ClassVar[models.Manager[JournalDay]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.day_date} {self.hash[:12]}"
