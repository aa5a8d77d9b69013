"""The register: what is levied, who pays, for which place, by which right, since when."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tidar.common.ids import uuid7


class LevyKind(models.Model):
    """A kind of levy with its account code (Permendagri chart of accounts); from a program's data."""

    code = models.SlugField(primary_key=True, max_length=40)  # "pelayanan-pasar", "persampahan", "parkir-tepi-jalan"
    title = models.CharField(max_length=120)
    account_code = models.CharField(max_length=40)  # "4.1.02.01.05.0001"
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    object_word = models.CharField(max_length=40)  # what one object is called: "lapak", "rumah", "titik parkir"
    legal_basis = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.title


class Market(models.Model):
    """A market (or another site that collectors walk): name, place, the days it is open."""

    code = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=120)
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    area_code = models.CharField(max_length=40)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    open_weekdays = models.JSONField(default=list)  # ISO numbers, 1 = Monday; empty: every day

    def __str__(self) -> str:
        return self.name

    @property
    def agency_code(self) -> str:
        """For `access.requires`: the agency that runs it."""
        return self.agency_id


class Payer(models.Model):
    """Who owes (wajib retribusi). NIK is encrypted; `nik_digest` (keyed) finds duplicates without reading it."""

    id = models.BigAutoField(primary_key=True)
    npwrd = models.CharField(max_length=30, unique=True)  # number of the payer in the region
    name = models.CharField(max_length=160)
    nik_encrypted = models.BinaryField(null=True)
    nik_digest = models.CharField(max_length=64, blank=True, db_index=True)
    nik_last4 = models.CharField(max_length=4, blank=True)
    phone = models.CharField(max_length=20, blank=True, db_index=True)  # E.164
    address = models.CharField(max_length=300, blank=True)
    agency = models.ForeignKey(  # that registered the payer; who may see one that holds nothing yet
        "people.Agency", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    registered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Payer]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.npwrd} {self.name}"


class LevyObject(models.Model):
    """What is levied: a stall, a house's rubbish, a parking spot, a rented asset."""

    class PlaceType(models.TextChoices):
        """Kinds of trading place; other levies leave it empty."""

        KIOS = "kios", _("Kios")
        LOS = "los", _("Los")
        LESEHAN = "lesehan", _("Lesehan")
        KONTER = "konter", _("Konter")

    id = models.BigAutoField(primary_key=True)
    levy_kind = models.ForeignKey(LevyKind, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, null=True, on_delete=models.PROTECT, related_name="objects_of")
    block = models.CharField(max_length=20, blank=True)
    number = models.CharField(max_length=30)  # as painted on the stall: "A-001"
    place_type = models.CharField(max_length=10, choices=PlaceType.choices, blank=True)
    area_m2 = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    area_code = models.CharField(max_length=40, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    qr_code = models.CharField(max_length=32, unique=True)  # what the sticker says after TIDAR:, unguessable
    route_order = models.PositiveIntegerField(default=0)  # order in which a collector walks the block
    registered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)  # no longer exists
    source = models.CharField(max_length=120, blank=True)  # "delivery:<uuid>:<row>", "census:<uuid>", "manual"

    objects: ClassVar[models.Manager[LevyObject]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["levy_kind", "market", "number"], name="object_number_once", nulls_distinct=False
            ),
        )
        indexes = (models.Index(fields=["market", "block", "route_order"], name="object_route"),)

    def __str__(self) -> str:
        return f"{self.market_id or self.levy_kind_id} {self.number}"

    @property
    def agency_code(self) -> str:
        """For `access.requires`: the agency that collects its levy."""
        return self.levy_kind.agency_id


class Occupancy(models.Model):
    """Who holds an object from when to when, by which right. Payer and object never change (trigger).

    Two occupancies of one object never overlap (exclusion constraint in the migration).
    """

    class Right(models.TextChoices):
        """What the right to the place rests on."""

        PERMIT = "izin", _("Surat izin / SIP")
        CARD = "kartu", _("Kartu pedagang / BKPR")
        LEASE = "sewa", _("Perjanjian sewa")
        UNPROVEN = "belum", _("Belum dibuktikan")

    id = models.BigAutoField(primary_key=True)
    levy_object = models.ForeignKey(LevyObject, on_delete=models.PROTECT, related_name="occupancies")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="occupancies")
    from_date = models.DateField()
    to_date = models.DateField(null=True)  # last day; None: until further notice
    end_reason = models.CharField(max_length=300, blank=True)
    right = models.CharField(max_length=10, choices=Right.choices, default=Right.UNPROVEN)
    right_number = models.CharField(max_length=80, blank=True)
    right_until = models.DateField(null=True)
    receivable = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="+"
    )  # piutang:<kind>:<npwrd>
    revenue = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="+"
    )  # pendapatan-lo:<code>:<market>
    advance = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")  # uang-muka:<levy>:…
    va_number = models.CharField(max_length=28, blank=True, db_index=True)  # virtual account, per trader
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=120, blank=True)

    objects: ClassVar[models.Manager[Occupancy]] = models.Manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(to_date__isnull=True) | Q(to_date__gte=F("from_date")),
                name="occupancy_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        return f"{self.levy_object_id} ← {self.payer_id} {self.from_date}"

    @property
    def agency_code(self) -> str:
        """For `access.requires`: the agency that collects its levy."""
        return self.levy_object.levy_kind.agency_id


class RightRenewal(models.Model):
    """A right that was given or renewed, and by what the holder was seen at the stall before. Append-only (trigger).

    Permits renewed for people who do not occupy the stall are an audit finding (`domain.md` 2.3).
    """

    id = models.BigAutoField(primary_key=True)
    occupancy = models.ForeignKey(Occupancy, on_delete=models.PROTECT, related_name="renewals")
    right = models.CharField(max_length=10, choices=Occupancy.Right.choices)
    right_number = models.CharField(max_length=80, blank=True)
    right_until = models.DateField(null=True)
    seen_date = models.DateField()  # the day on which the holder was seen there
    seen_how = models.CharField(max_length=300)  # "Pendataan …", or who looked and what they saw
    recorded_at = models.DateTimeField()
    actor_id = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.occupancy_id} {self.right} {self.right_number}"


class Census(models.Model):
    """One walk through a market to count its traders until exact."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="censuses")
    title = models.CharField(max_length=120)
    begun_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    begun_by = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["market"], condition=Q(closed_at=None), name="census_one_open_per_market"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def agency_code(self) -> str:
        """For `access.requires`: the agency that runs the market."""
        return self.market.agency_id

    @property
    def area_code(self) -> str:
        """For `access.requires`."""
        return self.market.area_code


class CensusEntry(models.Model):
    """What was seen at one stall: confirmed, or what differs from the register. Its id comes from the phone."""

    class Finding(models.TextChoices):
        """What the walker found."""

        AS_REGISTERED = "sesuai", _("Sesuai")
        EMPTY = "kosong", _("Kosong")
        OTHER_TRADER = "pedagang-lain", _("Ditempati orang lain")
        OTHER_FACTS = "data-beda", _("Data berbeda")
        NOT_REGISTERED = "belum-terdaftar", _("Belum terdaftar")
        GONE = "tidak-ada", _("Lapak tidak ada")

    id = models.UUIDField(primary_key=True, editable=False)
    census = models.ForeignKey(Census, on_delete=models.PROTECT, related_name="entries")
    levy_object = models.ForeignKey(LevyObject, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=30)
    finding = models.CharField(max_length=20, choices=Finding.choices)
    seen = models.JSONField(default=dict)  # {"trader": …, "place_type": …, "area_m2": …, "note": …}
    photo_hash = models.CharField(max_length=64, blank=True)  # SHA-256; bytes at TIDAR_HOME/census/<hash>.jpg
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_id = models.CharField(max_length=80)
    settled_at = models.DateTimeField(null=True)  # the difference was applied to the register or dismissed
    settlement = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = (models.Index(fields=["census", "levy_object", "-recorded_at"], name="census_latest"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.finding}"


class ImportLine(models.Model):
    """One line of the agency's spreadsheet against the register: what it would do, what it did, or why it waits."""

    class State(models.TextChoices):
        """What became of the line."""

        APPLIED = "masuk", _("Masuk register")
        SAME = "sama", _("Sudah sama")
        DUPLICATE = "ganda", _("Diduga ganda")
        CONFLICT = "bertentangan", _("Bertentangan")
        DISMISSED = "diabaikan", _("Diabaikan")
        UNDONE = "dibatalkan", _("Dibatalkan")

    id = models.BigAutoField(primary_key=True)
    delivery_id = models.UUIDField(db_index=True)
    row_number = models.PositiveIntegerField()
    state = models.CharField(max_length=15, choices=State.choices)
    sentence = models.CharField(max_length=300, blank=True)  # why, in words
    number = models.CharField(max_length=30, blank=True)
    market = models.ForeignKey(Market, null=True, on_delete=models.PROTECT, related_name="+")
    levy_object = models.ForeignKey(LevyObject, null=True, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("people.Agency", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    facts = models.JSONField(default=dict)  # what the line says, as understood; its NIK stays sealed
    done = models.JSONField(default=dict)  # what it did to the register, so that it can be undone
    recorded_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settlement = models.CharField(max_length=300, blank=True)
    settled_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["delivery_id", "row_number"], name="import_line_once"),)
        indexes = (models.Index(fields=["state", "-id"], name="import_line_waiting"),)

    def __str__(self) -> str:
        return f"{self.delivery_id}:{self.row_number} {self.state}"

    @property
    def agency_code(self) -> str | None:
        """For `access.requires`: the agency whose spreadsheet it is."""
        return self.agency_id

    @property
    def from_day(self) -> date | None:
        """Since when the trader is at the stall, as the line says."""
        text = self.facts.get("from_date", "")
        return date.fromisoformat(text) if text else None
