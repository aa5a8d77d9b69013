"""Agencies, users, the roles that users hold for an agency and an area, sign-in links and notices."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from tidar.common.ids import uuid7


class Agency(models.Model):
    """An OPD (organisasi perangkat daerah) or another body that owns data and duties."""

    code = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=40)
    active = models.BooleanField(default=True)

    objects: ClassVar[models.Manager[Agency]] = models.Manager()

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.short_name


class User(AbstractUser):
    """A person with an account. An e-mail address is optional; where given, it is lower-case and nobody else's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phone = models.CharField(max_length=20, blank=True)
    sample = models.BooleanField(default=False)  # made for the demo city

    class Meta:
        ordering = ("first_name", "last_name", "username")
        constraints = (
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="user_email_once"),
            models.UniqueConstraint(Lower("username"), name="user_name_once"),
        )

    @property
    def display_name(self) -> str:
        """The person's name, else the account's."""
        return self.get_full_name() or self.username


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Reads as phrases: `Assignment.objects.in_force(today).of_active_users()`."""

    def in_force(self, today: date) -> AssignmentQuerySet:
        """Those whose days include `today`."""
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=today), from_date__lte=today)

    def not_over(self, today: date) -> AssignmentQuerySet:
        """Those in force on `today` or later."""
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=today))

    def of_active_users(self) -> AssignmentQuerySet:
        """Those of people who may sign in."""
        return self.filter(user__is_active=True)


class Assignment(models.Model):
    """A role held by a user for an agency and an area; empty agency or area means all of them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    role = models.CharField(max_length=40)  # a key of people.roles.ROLES
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments")
    area_code = models.CharField(max_length=40, blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ("from_date", "id")
        indexes = (models.Index(fields=["role"], name="assignment_role"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=models.F("from_date")), name="assignment_dates"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "agency", "area_code"],
                condition=Q(until_date__isnull=True),
                nulls_distinct=False,
                name="assignment_open_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class SignInLink(models.Model):
    """A link that signs one person in, once. Only the SHA-256 of its token is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[SignInLink]] = models.Manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="link_expires_later"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__lt=models.F("expires_at")), name="link_used_in_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} until {self.expires_at:%Y-%m-%d %H:%M}"


class Notice(models.Model):
    """One sentence for one person, told at most once per occasion."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    about = models.CharField(max_length=200)  # the occasion: "feed.late:penduduk:2026-11-24"
    sentence = models.CharField(max_length=400)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Notice]] = models.Manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["user", "-created_at"], name="notice_of_user"),
        )
        constraints = (models.UniqueConstraint(fields=["user", "about"], name="notice_once"),)

    def __str__(self) -> str:
        return self.sentence
