"""Collection: payments and what they paid, devices and what they signed, karcis books."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tidar.common.ids import uuid7
from tidar.retribusi.models.assessing import Assessment
from tidar.retribusi.models.register import LevyKind, Market, Occupancy


class Payment(models.Model):
    """Money that was received, once. Append-only (trigger); a mistake is a reversing payment with a reason.

    `key` is the idempotency key from outside: "alat:<device>:<counter>", "qris:<reference>", "va:<request id>",
    "karcis:<book>:<first>-<last>". An unknown payer has no occupancy: the money stands in titipan and a case is open.
    """

    class Channel(models.TextChoices):
        """How the money came."""

        CASH = "tunai", _("Tunai")
        KARCIS = "karcis", _("Karcis")
        QRIS = "qris", _("QRIS")
        VA = "va", _("Virtual account")
        CARD = "kartu", _("Kartu")
        ADVANCE = "uang-muka", _("Uang muka")  # an advance that is used up: no new money
        SUSPENSE = "titipan", _("Titipan")  # a case that is applied to a bill: no new money

    NO_NEW_MONEY = (Channel.ADVANCE, Channel.SUSPENSE)  # leave these out wherever takings are counted

    id = models.UUIDField(primary_key=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    occupancy = models.ForeignKey(Occupancy, null=True, on_delete=models.PROTECT, related_name="payments")
    # Without foreign key constraints: their row locks would make all payments into one account or market write to that
    # row. `retribusi_pay` looks each of them up, and a trigger refuses what does not exist.
    market = models.ForeignKey(
        Market, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    agency = models.ForeignKey(
        "people.Agency", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount_rupiah = models.BigIntegerField()  # of a reversal: negative, equal to what it reverses
    allocated_rupiah = models.BigIntegerField()  # to SKRD; as posted, never recomputed
    advance_rupiah = models.BigIntegerField(default=0)  # to the payer's uang muka
    suspense_rupiah = models.BigIntegerField(default=0)  # to titipan
    revenue_rupiah = models.BigIntegerField(default=0)  # of a karcis, which is assessment and receipt in one
    receipt_number = models.CharField(max_length=60)  # device series, or the channel's reference; unique
    collector_id = models.CharField(max_length=80, blank=True)  # user id of who took the cash
    cash_account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    reason = models.CharField(max_length=300, blank=True)
    details = models.JSONField(default=dict)  # what the channel said: rrn, issuer, note

    objects: ClassVar[models.Manager[Payment]] = models.Manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    amount_rupiah=F("allocated_rupiah")
                    + F("advance_rupiah")
                    + F("suspense_rupiah")
                    + F("revenue_rupiah")
                ),
                name="payment_goes_somewhere_whole",
            ),
            models.CheckConstraint(
                condition=Q(amount_rupiah__gt=0, reverses=None) | Q(amount_rupiah__lt=0, reverses__isnull=False),
                name="payment_is_positive_or_a_reversal",
            ),
            models.UniqueConstraint(fields=["receipt_number"], name="receipt_number_once"),
        )
        indexes = (
            models.Index(fields=["happened_at"], name="payment_happened"),
            models.Index(fields=["collector_id", "happened_at", "id"], name="payment_collector"),  # the walk over a bag
            BrinIndex(fields=["recorded_at"], name="payment_recorded", autosummarize=True),  # since the last close
        )

    def __str__(self) -> str:
        return f"{self.receipt_number} {self.amount_rupiah}"

    @property
    def agency_code(self) -> str:
        """For `access.requires`."""
        return self.agency_id


class Allocation(models.Model):
    """How much of a payment went to which SKRD, oldest first. Append-only (trigger); reversals are negative."""

    id = models.BigAutoField(primary_key=True)
    # Without foreign key constraints, as above: the trigger of migration 0004 refuses what points nowhere.
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="allocations", db_index=False, db_constraint=False
    )  # `allocation_once` finds by payment
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="allocations", db_constraint=False
    )
    amount_rupiah = models.BigIntegerField()

    objects: ClassVar[models.Manager[Allocation]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["payment", "assessment"], name="allocation_once"),)

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.assessment_id}: {self.amount_rupiah}"


class Device(models.Model):
    """A collector's phone: its Ed25519 public key and how far its chain of receipts reaches here."""

    id = models.UUIDField(primary_key=True, editable=False)  # made on the phone
    code = models.CharField(max_length=12, unique=True)  # of its receipt numbers: "K07"
    public_key = models.BinaryField()
    collector_id = models.CharField(max_length=80)
    collector_name = models.CharField(max_length=200)
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)  # "HP Samsung A04 Pak Slamet"
    registered_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)  # by a supervisor; what is signed before is held
    approved_by = models.CharField(max_length=200, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=200, blank=True)
    revoke_reason = models.CharField(max_length=300, blank=True)
    highest_counter = models.PositiveBigIntegerField(default=0)  # as claimed by the phone
    highest_at = models.DateTimeField(null=True)  # when it was claimed
    complete_counter = models.PositiveBigIntegerField(default=0)  # 1 … this are all here; derived, saves counting
    last_seen_at = models.DateTimeField(null=True)
    used_minute = models.DateTimeField(null=True)  # how often it sent in this minute
    used_count = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager[Device]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["public_key"], name="device_key_once"),)
        indexes = (models.Index(fields=["collector_id"], name="device_collector"),)

    def __str__(self) -> str:
        return self.code

    @property
    def agency_code(self) -> str:
        """For `access.requires`."""
        return self.agency_id


class DeviceRecord(models.Model):
    """One signed record of a phone, exactly as received. Append-only but for its settlement (trigger).

    The same counter with another content is kept too (a fork): `content_hash` tells them apart.
    """

    class State(models.TextChoices):
        """What became of it."""

        POSTED = "dibukukan", _("Dibukukan")
        HELD = "ditahan", _("Ditahan untuk diperiksa")
        REFUSED = "ditolak", _("Ditolak")
        SETTLED = "selesai", _("Selesai diperiksa")

    id = models.BigAutoField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="records")
    counter = models.PositiveBigIntegerField()
    previous_hash = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)  # SHA-256 of `body`
    body = models.BinaryField()  # the canonical bytes that were signed
    signature = models.BinaryField()
    happened_at = models.DateTimeField(null=True)  # as claimed
    received_at = models.DateTimeField()
    kind = models.CharField(max_length=10, blank=True)  # "payment", "void", "karcis", "handover"; "" unreadable
    amount_rupiah = models.BigIntegerField(default=0)  # cash that changed hands by it, as signed
    state = models.CharField(max_length=10, choices=State.choices)
    sentence = models.CharField(max_length=300, blank=True)  # why it is held or refused
    receipt = models.JSONField(null=True)  # as answered the first time, so that the same again is answered the same
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=200, blank=True)
    accepted = models.BooleanField(null=True)  # what the person who settled it decided
    settlement = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager[DeviceRecord]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=["device", "-counter"], condition=Q(state="ditahan"), name="device_record_held"),
        )
        constraints = (
            models.UniqueConstraint(fields=["device", "counter", "content_hash"], name="device_record_once"),
            models.UniqueConstraint(
                fields=["device", "counter"], condition=Q(state="dibukukan"), name="device_counter_posted_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.device_id} #{self.counter} {self.state}"

    @property
    def agency_code(self) -> str:
        """For `access.requires`."""
        return self.device.agency_id


class KarcisBook(models.Model):
    """A printed book of karcis: one levy, one denomination, a range of serial numbers."""

    id = models.BigAutoField(primary_key=True)
    levy_kind = models.ForeignKey(LevyKind, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    prefix = models.CharField(max_length=10)
    first_serial = models.PositiveIntegerField()
    last_serial = models.PositiveIntegerField()
    denomination_rupiah = models.BigIntegerField()
    received_at = models.DateTimeField()

    objects: ClassVar[models.Manager[KarcisBook]] = models.Manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(last_serial__gte=F("first_serial"), denomination_rupiah__gt=0), name="book_has_karcis"
            ),
        )

    def __str__(self) -> str:
        return f"{self.prefix} {self.first_serial}–{self.last_serial}"

    @property
    def agency_code(self) -> str:
        """For `access.requires`."""
        return self.agency_id


class KarcisMove(models.Model):
    """What happened to a range of serials. Append-only (trigger); the same serial is never sold, voided twice."""

    class Kind(models.TextChoices):
        """The life of a karcis."""

        ISSUED = "diserahkan", _("Diserahkan ke juru pungut")
        SOLD = "terjual", _("Terjual")
        RETURNED = "kembali", _("Dikembalikan")
        VOID = "rusak", _("Rusak atau hilang")

    id = models.BigAutoField(primary_key=True)
    book = models.ForeignKey(KarcisBook, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    first_serial = models.PositiveIntegerField()
    last_serial = models.PositiveIntegerField()
    collector_id = models.CharField(max_length=80, blank=True)
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    actor_id = models.CharField(max_length=80)

    objects: ClassVar[models.Manager[KarcisMove]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["collector_id", "book"], name="karcis_collector"),)

    def __str__(self) -> str:
        return f"{self.book_id} {self.first_serial}–{self.last_serial} {self.kind}"

    @property
    def agency_code(self) -> str:
        """For `access.requires`."""
        return self.book.agency_id


class Charge(models.Model):
    """A bill offered on one cashless channel: QRIS or virtual account. One bill may be offered on several.

    UNKNOWN (no clear answer of the gateway) is asked again, never charged again; the first payment closes the others.
    """

    class Kind(models.TextChoices):
        """Which way to pay."""

        QRIS_STATIC = "qris-statis", _("QRIS lapak")
        QRIS_DYNAMIC = "qris-dinamis", _("QRIS tagihan")
        VA = "va", _("Virtual account")

    class State(models.TextChoices):
        """Where it stands at the gateway, as far as we know."""

        CREATING = "dibuat", _("Sedang dibuat")
        ACTIVE = "aktif", _("Dapat dibayar")
        PAID = "dibayar", _("Dibayar")
        CLOSING = "menutup", _("Sedang ditutup")
        CLOSED = "ditutup", _("Ditutup")
        EXPIRED = "kedaluwarsa", _("Kedaluwarsa")
        UNKNOWN = "tidak-pasti", _("Belum pasti")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    occupancy = models.ForeignKey(Occupancy, on_delete=models.PROTECT, related_name="charges")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    state = models.CharField(max_length=15, choices=State.choices, default=State.CREATING)
    amount_rupiah = models.BigIntegerField(null=True)  # None: the payer chooses (static QRIS)
    assessments = models.ManyToManyField(Assessment, related_name="charges", blank=True)
    gateway = models.CharField(max_length=40)
    reference = models.CharField(max_length=64, unique=True)  # ours: partnerReferenceNo / virtualAccountNo
    gateway_reference = models.CharField(max_length=64, blank=True)
    qr_content = models.CharField(max_length=512, blank=True)
    expires_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # last status question to the gateway
    state_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["occupancy", "state"], name="charge_occupancy"),
            models.Index(
                fields=["state_at"],
                condition=Q(state__in=("dibuat", "aktif", "menutup", "tidak-pasti")),
                name="charge_unsettled",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} {self.state}"
