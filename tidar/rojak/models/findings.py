"""What was found, done with people, and what came of it; notices of empty houses; who read what is sensitive."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tidar.common.ids import uuid7
from tidar.rojak.models.posts import House, Post, Program, Segment
from tidar.rojak.models.rounds import Round
from tidar.rojak.rules.evidence import Link, link_hash


class FindingKind(models.Model):
    """A kind of finding as the program describes it: its form, how bad, who must know, how long it is kept."""

    class Sensitivity(models.TextChoices):
        """Who may read one."""

        PLACE = "tempat", _("Tentang tempat")
        PERSON = "orang", _("Tentang orang: hanya ketua RW dan perangkat daerah yang berurusan")

    class Becomes(models.TextChoices):
        """What a finding of this kind turns into when somebody passes it on."""

        NOTHING = "", _("Tidak diteruskan")
        REQUEST = "permohonan", _("Permohonan layanan")
        INCIDENT = "insiden", _("Insiden")

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="kinds")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=120)
    icon = models.SlugField(max_length=40)
    form_key = models.SlugField(max_length=60, blank=True)  # of `formulir`; "": a note is enough
    severity = models.PositiveSmallIntegerField(default=2)  # proposed: 1 light, 2 usual, 3 at once
    sensitivity = models.CharField(max_length=6, choices=Sensitivity.choices, default=Sensitivity.PLACE)
    agency = models.ForeignKey("people.Agency", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    becomes = models.CharField(max_length=10, choices=Becomes.choices, blank=True)
    wants_photo = models.BooleanField(default=True)
    near_metres = models.PositiveIntegerField(default=30)
    near_hours = models.PositiveIntegerField(default=72)
    retention_days = models.PositiveIntegerField(default=365)
    order = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)

    objects: ClassVar[models.Manager[FindingKind]] = models.Manager()

    class Meta:
        ordering = ("program", "order", "id")
        constraints = (
            models.UniqueConstraint(fields=["program", "key"], name="finding_kind_once"),
            models.CheckConstraint(condition=Q(severity__range=(1, 3)), name="finding_kind_severity"),
        )

    def __str__(self) -> str:
        return self.key


class Finding(models.Model):
    """Something was seen. `id` is the item's; open and fixed are read from its steps, never stored."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.ForeignKey(FindingKind, on_delete=models.PROTECT, related_name="findings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="findings")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="findings")
    segment = models.ForeignKey(Segment, null=True, on_delete=models.PROTECT, related_name="findings")
    submission = models.ForeignKey("formulir.Submission", null=True, on_delete=models.PROTECT, related_name="+")
    area_code = models.CharField(max_length=40)  # RW of its post, or RT of its segment
    severity = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=500, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    accuracy_metres = models.PositiveIntegerField(null=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)  # retention is over: text, answers, position and photos are gone

    objects: ClassVar[models.Manager[Finding]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=["post", "-happened_at"], name="finding_of_post"),
            models.Index(fields=["kind", "-happened_at"], name="finding_of_kind"),
            models.Index(fields=["segment", "-happened_at"], name="finding_of_segment"),
            models.Index(fields=["-happened_at"], name="finding_newest"),
        )
        constraints = (models.CheckConstraint(condition=Q(severity__range=(1, 3)), name="finding_severity"),)

    def __str__(self) -> str:
        return f"{self.kind_id} {self.happened_at:%Y-%m-%d %H:%M}"

    @property
    def agency_code(self) -> str | None:
        """The agency that is concerned, for `access.requires`."""
        return self.kind.agency_id


class FindingPhoto(models.Model):
    """A photograph of a finding, before or after; announced by the item, kept when its bytes came."""

    class Role(models.TextChoices):
        """What it shows."""

        BEFORE = "sebelum", _("Saat ditemukan")
        AFTER = "sesudah", _("Sesudah dibereskan")

    id = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="photos")
    photo = models.ForeignKey("formulir.Photo", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=7, choices=Role.choices, default=Role.BEFORE)

    objects: ClassVar[models.Manager[FindingPhoto]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["finding", "photo"], name="finding_photo_once"),)

    def __str__(self) -> str:
        return f"{self.finding_id} {self.photo_id[:12]}"


class Evidence(models.Model):
    """One link of a finding's chain: found, photo, request, work order, after-photo, confirmation … Append-only.

    `link_hash` = SHA-256 of the canonical JSON of finding, sequence, kind, happened_at, reference, actor_id,
    content_hash and previous_hash (`own_hash`); `content_hash` is that of the item's bytes, of the photo's bytes, or of
    the canonical `content`.
    """

    class Kind(models.TextChoices):
        """What happened."""

        FOUND = "temuan", _("Ditemukan")
        CHANGED = "perbaikan", _("Isinya diperbaiki")
        PHOTO = "foto", _("Foto")
        DUPLICATE = "duplikat", _("Sama dengan temuan lain")
        REQUEST = "permohonan", _("Diteruskan sebagai permohonan")
        INCIDENT = "insiden", _("Diteruskan sebagai insiden")
        WORK = "perintah-kerja", _("Perintah kerja")
        AFTER = "foto-sesudah", _("Foto sesudah")
        CONFIRMED = "konfirmasi", _("Dipastikan beres")
        REOPENED = "dibuka-lagi", _("Ternyata belum beres")
        ERASED = "dihapus", _("Isi dihapus karena masa simpan habis")

    id = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="evidence")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=15, choices=Kind.choices)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_id = models.CharField(max_length=80)
    reference = models.CharField(max_length=120, blank=True)  # item id, photo's SHA-256, event id, request number
    content = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    link_hash = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[Evidence]] = models.Manager()

    class Meta:
        ordering = ("finding", "sequence")
        constraints = (models.UniqueConstraint(fields=["finding", "sequence"], name="evidence_sequence_once"),)

    def __str__(self) -> str:
        return f"{self.finding_id} #{self.sequence} {self.kind}"

    def own_hash(self) -> str:
        """What `link_hash` must be for what this row says."""
        return link_hash(
            Link(
                self.finding_id, self.sequence, str(self.kind), self.happened_at, self.reference, self.actor_id,
                self.content_hash, self.previous_hash,
            )
        )  # fmt: skip


class EvidenceAnchor(models.Model):
    """That a link was made; the database writes it with the link. Append-only, and no part of the chain.

    A chain shows by itself that a link in its middle is gone; of its last ones only this still tells.
    """

    evidence_id = models.BigIntegerField(primary_key=True)  # no foreign key: it outlives what it stands for
    finding_id = models.UUIDField()
    sequence = models.PositiveIntegerField()
    link_hash = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[EvidenceAnchor]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.finding_id} #{self.sequence}"


class StepNote(models.Model):
    """Words that somebody wrote with a step. The chain keeps only their salted hash, so the words can be erased."""

    step = models.OneToOneField(Evidence, primary_key=True, on_delete=models.PROTECT, related_name="note")
    text = models.CharField(max_length=300)
    salt = models.CharField(max_length=32)

    objects: ClassVar[models.Manager[StepNote]] = models.Manager()

    def __str__(self) -> str:
        return str(self.step_id)


class Activity(models.Model):
    """A talk, a clean-up, a visit: participants are counted, never named."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.SlugField(max_length=40)  # a key of the program's activities
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="activities")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="activities")
    segment = models.ForeignKey(Segment, null=True, on_delete=models.PROTECT, related_name="+")
    participants_count = models.PositiveIntegerField()
    minutes_count = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Activity]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["post", "-happened_at"], name="activity_of_post"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_at:%Y-%m-%d}"


class EmptyHouse(models.Model):
    """A resident asked that an empty house be looked at. Opt-in, sealed, expires by itself, each reading is logged."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="empty_houses")
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="+")
    house = models.ForeignKey(House, null=True, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()  # common.sealing: which house, whom to call; gone (empty) after expiry
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    consented_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[EmptyHouse]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["post", "until_at"], name="empty_house_now"),)
        constraints = (models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="empty_house_lasts"),)

    def __str__(self) -> str:
        return f"{self.post_id} {self.from_at:%Y-%m-%d}"


class SensitiveReading(models.Model):
    """Somebody read something that concerns persons: an empty house, a finding about somebody. Append-only."""

    id = models.BigAutoField(primary_key=True)
    subject_kind = models.CharField(max_length=20)  # "rumah-kosong", "temuan"
    subject_id = models.UUIDField()
    actor_id = models.CharField(max_length=80)
    device = models.CharField(max_length=40, blank=True)  # downloaded to this phone
    why = models.CharField(max_length=120)
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[SensitiveReading]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["subject_kind", "subject_id", "-at"], name="reading_of"),)

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} {self.at:%Y-%m-%d %H:%M}"
