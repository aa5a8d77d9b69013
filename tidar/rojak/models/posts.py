"""Where is patrolled and by whom: programs, posts, segments, checkpoints, houses, members, roster."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tidar.common.ids import uuid7


class Program(models.Model):
    """A patrol program as its package describes it; nothing in the engine knows whether lanes or rivers are walked."""

    key = models.SlugField(primary_key=True, max_length=60)  # "rojak", "rojak-sungai"
    title = models.CharField(max_length=200)
    words = models.JSONField()  # "segment": "lorong", "round": "ronda", "post": "pos", … as its people say it
    windows = models.JSONField()  # [{"weekdays": [1..7], "starts": "08:00", "ends": "16:00"}]: when it patrols
    settings = models.JSONField()  # rules.program.Settings: worst fix, near, retention, activities …
    agency = models.ForeignKey("people.Agency", null=True, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)

    objects: ClassVar[models.Manager[Program]] = models.Manager()

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class Post(models.Model):
    """A group that patrols one RW (or one stretch of a river) from one place."""

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="posts")
    code = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    area_code = models.CharField(max_length=40)  # of its RW or village
    is_example = models.BooleanField(default=False)  # made up for a demo city, and said so wherever it is shown
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager[Post]] = models.Manager()

    class Meta:
        ordering = ("title", "id")
        indexes = (models.Index(fields=["area_code"], name="post_area"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__isnull=False, lat__isnull=False, lon__range=(-180, 180), lat__range=(-90, 90)),
                name="post_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")), name="post_dates"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Segment(models.Model):
    """A piece of the route that must be looked at again within `due_hours` of patrol time after each check."""

    id = models.BigAutoField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="segments")
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    area_code = models.CharField(max_length=40, blank=True)  # of its RT, where it has one
    line = models.JSONField(default=list, blank=True)  # [[lon, lat], …] WGS 84; empty: not drawn yet
    length_metres = models.PositiveIntegerField(default=0)
    importance = models.PositiveSmallIntegerField(default=1)  # 1 usual, 2 important, 3 most important
    due_hours = models.PositiveIntegerField()  # hours of the program's patrol time, not of the clock
    public_code = models.CharField(max_length=16, unique=True)  # of the residents' page; says nothing by itself
    order = models.PositiveIntegerField(default=0)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager[Segment]] = models.Manager()

    class Meta:
        ordering = ("post", "order", "id")
        constraints = (
            models.UniqueConstraint(fields=["post", "code"], name="segment_code_once"),
            models.CheckConstraint(condition=Q(importance__range=(1, 3), due_hours__gt=0), name="segment_is_due"),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")), name="segment_dates"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Checkpoint(models.Model):
    """A sticker with a QR code on a segment; being there is one scan, or one tap where the sticker is gone."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="checkpoints")
    code = models.CharField(max_length=16, unique=True)  # what the sticker says
    title = models.CharField(max_length=120)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    order = models.PositiveIntegerField(default=0)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager[Checkpoint]] = models.Manager()

    class Meta:
        ordering = ("segment", "order", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__isnull=False, lat__isnull=False, lon__range=(-180, 180), lat__range=(-90, 90)),
                name="checkpoint_on_earth",
            ),
        )

    def __str__(self) -> str:
        return self.title


class House(models.Model):
    """A house by what is painted on it ("No. 12"), never by who lives there: for the lane list and for visits."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="houses")
    label = models.CharField(max_length=60)
    order = models.PositiveIntegerField(default=0)
    until_date = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager[House]] = models.Manager()

    class Meta:
        ordering = ("segment", "order", "id")
        constraints = (models.UniqueConstraint(fields=["segment", "label"], name="house_label_once"),)

    def __str__(self) -> str:
        return self.label


class Member(models.Model):
    """A volunteer of a post. Their name leaves the post's own pages nowhere; erasing keeps the row without it."""

    id = models.BigAutoField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey("people.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20, blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Member]] = models.Manager()

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class RosterRule(models.Model):
    """Who patrols when: every week on one day, or on every holiday that falls on a patrol day."""

    class Day(models.TextChoices):
        """ISO weekdays, and public holidays, which go before the weekday."""

        MONDAY = "1", _("Senin")
        TUESDAY = "2", _("Selasa")
        WEDNESDAY = "3", _("Rabu")
        THURSDAY = "4", _("Kamis")
        FRIDAY = "5", _("Jumat")
        SATURDAY = "6", _("Sabtu")
        SUNDAY = "7", _("Minggu")
        HOLIDAY = "libur", _("Hari libur")

    id = models.BigAutoField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="roster")
    day = models.CharField(max_length=5, choices=Day.choices)
    starts = models.TimeField()
    ends = models.TimeField()
    members = models.ManyToManyField(Member, related_name="+")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager[RosterRule]] = models.Manager()

    class Meta:
        ordering = ("post", "day", "starts", "id")
        constraints = (models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="roster_lasts"),)

    def __str__(self) -> str:
        return f"{self.post_id} {self.day} {self.starts:%H:%M}"


class RosterSwap(models.Model):
    """One member takes another's turn on one date, once both agree."""

    class State(models.TextChoices):
        """Where the two are."""

        ASKED = "diminta", _("Menunggu jawaban")
        AGREED = "setuju", _("Disetujui")
        REFUSED = "ditolak", _("Tidak bisa")
        WITHDRAWN = "ditarik", _("Ditarik kembali")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(RosterRule, on_delete=models.PROTECT, related_name="swaps")
    date = models.DateField()
    from_member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    to_member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)

    objects: ClassVar[models.Manager[RosterSwap]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["rule", "date"], name="swap_of_day"),)
        constraints = (
            models.CheckConstraint(condition=~Q(from_member=F("to_member")), name="swap_two_people"),
            models.UniqueConstraint(
                fields=["rule", "date", "from_member"], condition=Q(state__in=("diminta", "setuju")), name="swap_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule_id} {self.date} {self.state}"
