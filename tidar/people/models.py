"""Agencies, users and the roles that users hold for an agency and an area."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

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
    """A person with an account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phone = models.CharField(max_length=20, blank=True)
    sample = models.BooleanField(default=False)  # made for the demo city

    @property
    def display_name(self) -> str:
        """The person's name, else the account's."""
        return self.get_full_name() or self.username


class Assignment(models.Model):
    """A role held by a user for an agency and an area; empty agency or area means all of them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    role = models.CharField(max_length=40)  # a key of people.roles.ROLES
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments")
    area_code = models.CharField(max_length=40, blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager[Assignment]] = models.Manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=models.F("from_date")), name="assignment_dates"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
