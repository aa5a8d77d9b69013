"""What phones (and paper) brought: devices, items exactly as they came, and the rounds, checks and tracks they made."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tidar.common.ids import uuid7
from tidar.rojak.models.posts import Checkpoint, Member, Post, RosterRule, Segment


class Device(models.Model):
    """A phone of the patrol: its Ed25519 key signs what it sends. `id` is made on the phone."""

    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    area_code = models.CharField(max_length=40)  # where its person patrolled when it was registered
    name = models.CharField(max_length=80)
    code = models.CharField(max_length=8, unique=True)  # "R07": on receipts
    public_key = models.BinaryField()
    registered_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar[models.Manager[Device]] = models.Manager()

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code


class PatrolItem(models.Model):
    """One version of one item exactly as it was signed, and what became of it. The only door to everything below.

    `item_id` is made on the phone. The same bytes again get the same answer. Other bytes are accepted only as a version
    that names the accepted one (`base_hash`); otherwise they are a conflict: listed, decided by a person, never lost.
    """

    class State(models.TextChoices):
        """What became of this version."""

        ACCEPTED = "diterima", _("Diterima")
        REPLACED = "diganti", _("Diganti versi berikutnya")
        CONFLICT = "bentrok", _("Bentrok dengan versi lain")
        HELD = "ditahan", _("Ditahan untuk diperiksa")
        REFUSED = "ditolak", _("Ditolak")

    class Manner(models.TextChoices):
        """How it came."""

        PHONE = "hp", _("Aplikasi di HP")
        ODK = "odk", _("ODK Collect")
        PAPER = "kertas", _("Kertas, diketik kemudian")

    id = models.BigAutoField(primary_key=True)  # also the receipt number
    item_id = models.UUIDField()
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="items")
    manner = models.CharField(max_length=6, choices=Manner.choices)
    kind = models.CharField(max_length=12)  # rules.items.KINDS; "" unreadable
    revision = models.PositiveIntegerField()
    body = models.BinaryField()
    content_hash = models.CharField(max_length=64)
    base_hash = models.CharField(max_length=64)
    signature = models.BinaryField(null=True)
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    actor_id = models.CharField(max_length=80)
    happened_at = models.DateTimeField(null=True)  # as claimed
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices)
    sentence = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)
    settlement = models.CharField(max_length=300, blank=True)
    waits_for = models.UUIDField(null=True)  # held until the start of this round comes; then it is looked at again

    objects: ClassVar[models.Manager[PatrolItem]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=["device", "item_id"], name="patrol_item_device"),
            models.Index(
                fields=["post", "-id"], condition=Q(state__in=("bentrok", "ditahan")), name="patrol_item_open"
            ),
            models.Index(fields=["waits_for"], condition=Q(waits_for__isnull=False), name="patrol_item_waits"),
        )
        constraints = (
            models.UniqueConstraint(fields=["item_id", "content_hash"], name="patrol_item_once"),
            models.UniqueConstraint(fields=["item_id"], condition=Q(state="diterima"), name="patrol_item_one_accepted"),
        )

    def __str__(self) -> str:
        return f"{self.item_id} r{self.revision} {self.state}"


class Round(models.Model):
    """One walk of a post. Open while `ended_at` is empty and its time is not over; nobody's clock writes that down."""

    id = models.UUIDField(primary_key=True, editable=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="rounds")
    rule = models.ForeignKey(RosterRule, null=True, on_delete=models.PROTECT, related_name="+")
    planned_start_at = models.DateTimeField(null=True)
    planned_end_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    manner = models.CharField(max_length=6, choices=PatrolItem.Manner.choices)
    distance_metres = models.PositiveIntegerField(null=True)  # by its own track's certain parts; None: unknown
    note = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Round]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=["post", "-started_at"], name="round_of_post"),
            models.Index(fields=["-started_at"], name="round_newest"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="round_ends_later"
            ),
        )

    def __str__(self) -> str:
        return f"{self.post_id} {self.started_at:%Y-%m-%d %H:%M}"


class Leg(models.Model):
    """From here on another leader or phone carries the round; it lasts until the next leg or the round's end."""

    id = models.UUIDField(primary_key=True, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="legs")
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="+")
    leader = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Leg]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["round", "from_at"], name="leg_of_round"),)

    def __str__(self) -> str:
        return f"{self.round_id} {self.from_at:%H:%M}"


class Attendance(models.Model):
    """A member was on a round. Goes when the program's retention is over; counts in the lake stay."""

    id = models.BigAutoField(primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="attendance")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    present_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Attendance]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["round", "member"], name="attendance_once"),)

    def __str__(self) -> str:
        return f"{self.round_id} {self.member_id}"


class TrackPart(models.Model):
    """A stretch of a round's track, evidence of the round and of nobody in it. Goes when its retention is over."""

    id = models.UUIDField(primary_key=True, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="track")
    from_at = models.DateTimeField()
    points = models.JSONField()  # [[seconds after from_at, lon × 10⁶, lat × 10⁶, accuracy in metres], …]

    objects: ClassVar[models.Manager[TrackPart]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["round", "from_at"], name="track_of_round"),)

    def __str__(self) -> str:
        return f"{self.round_id} {self.from_at:%H:%M}"


class Check(models.Model):
    """A segment was looked at. `is_certain`: with a fix that is good and near enough, scanned or tapped."""

    class How(models.TextChoices):
        """How the phone knew."""

        QR = "qr", _("Stiker dipindai")
        TAP = "ketuk", _("Diketuk di layar")
        PAPER = "kertas", _("Dari kertas")

    id = models.UUIDField(primary_key=True, editable=False)
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="checks")
    checkpoint = models.ForeignKey(Checkpoint, null=True, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="checks")
    how = models.CharField(max_length=6, choices=How.choices)
    is_certain = models.BooleanField()
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    accuracy_metres = models.PositiveIntegerField(null=True)  # None: no fix; worse than the program's worst: unknown

    objects: ClassVar[models.Manager[Check]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=["segment", "-happened_at"], include=["is_certain"], name="check_last"),
            models.Index(fields=["round"], name="check_of_round"),
            BrinIndex(fields=["happened_at"], name="check_time"),
        )

    def __str__(self) -> str:
        return f"{self.segment_id} {self.happened_at:%Y-%m-%d %H:%M}"


class GapTask(models.Model):
    """Somebody was asked to look at a gap. Done is a check after it was asked, derived, never ticked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="tasks")
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[GapTask]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["segment", "-asked_at"], name="gap_task_segment"),)

    def __str__(self) -> str:
        return f"{self.segment_id} {self.asked_at:%Y-%m-%d %H:%M}"


class Sos(models.Model):
    """A call for help from a round; open until somebody of the RW or the city says that it was answered."""

    id = models.UUIDField(primary_key=True, editable=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    accuracy_metres = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=300, blank=True)
    seen_at = models.DateTimeField(null=True)  # somebody has it in hand: the bell is silent
    seen_by = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answer = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager[Sos]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["-happened_at"], condition=Q(answered_at__isnull=True), name="sos_open"),)

    def __str__(self) -> str:
        return f"{self.post_id} {self.happened_at:%Y-%m-%d %H:%M}"


class LakeCursor(models.Model):
    """Up to where a lake table of the patrol was exported."""

    table = models.CharField(primary_key=True, max_length=60)
    position = models.JSONField(default=dict)
    moved_at = models.DateTimeField()

    objects: ClassVar[models.Manager[LakeCursor]] = models.Manager()

    def __str__(self) -> str:
        return self.table
