"""Forms, their versions, what was answered with them, and the photographs that belong to answers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tidar.common.ids import uuid7


class Form(models.Model):
    """A questionnaire under a name that never changes; what it asks is in its versions."""

    key = models.SlugField(primary_key=True, max_length=60)  # XLSForm's form_id: "rojak-temuan"
    title = models.CharField(max_length=200)
    program = models.SlugField(max_length=60, blank=True)  # the package that brought it, "" made here
    made_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Form]] = models.Manager()

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class FormVersion(models.Model):
    """One reading of one XLSForm. Never edited: a change is the next version; answers keep the version they used."""

    class State(models.TextChoices):
        """Whether it is used."""

        DRAFT = "draf", _("Draf")
        PUBLISHED = "terbit", _("Terbit")
        RETIRED = "lama", _("Tidak dipakai lagi")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()  # 1, 2, 3 … within the form
    version = models.CharField(max_length=60)  # XLSForm's own version text: "2026112501"
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    file_name = models.CharField(max_length=200)
    file = models.BinaryField()  # the XLSForm as it came (≤ 2 MB)
    file_sha256 = models.CharField(max_length=64)
    definition = models.JSONField()  # rules.definition.Definition: what server and phone run
    xform = models.TextField()  # OpenRosa XForm, as pyxform writes it
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[FormVersion]] = models.Manager()

    class Meta:
        ordering = ("form", "-number")
        constraints = (
            models.UniqueConstraint(fields=["form", "number"], name="form_number_once"),
            models.UniqueConstraint(fields=["form", "version"], name="form_version_once"),
            models.UniqueConstraint(fields=["form"], condition=Q(state="terbit"), name="form_one_published"),
        )

    def __str__(self) -> str:
        return f"{self.form_id} v{self.number}"


class ClientKey(models.Model):
    """A key with which one person's ODK Collect reads forms and sends answers. Only its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    area_code = models.CharField(max_length=40, blank=True)  # where its answers belong; "" the whole region
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[ClientKey]] = models.Manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="client_key_expires_later"),
        )

    def __str__(self) -> str:
        return self.name


class Submission(models.Model):
    """What one person answered, once. `id` is the client's own instance id: the same again changes nothing."""

    class State(models.TextChoices):
        """What became of it."""

        RECEIVED = "diterima", _("Diterima")
        HELD = "ditahan", _("Ditahan untuk diperiksa")
        REFUSED = "ditolak", _("Ditolak")

    class Client(models.TextChoices):
        """With what it was filled in."""

        PHONE = "hp", _("Aplikasi di HP")
        ODK = "odk", _("ODK Collect")
        SCREEN = "layar", _("Di layar")
        PAPER = "kertas", _("Kertas, diketik kemudian")

    id = models.UUIDField(primary_key=True, editable=False)
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="submissions")
    client = models.CharField(max_length=6, choices=Client.choices)
    answers = models.JSONField()  # name → text, whole number, list of texts, or null; groups are flat
    problems = models.JSONField(default=list)  # [name, sentence] that the form's own rules found
    content_hash = models.CharField(max_length=64)  # SHA-256 of `raw`, or of the canonical answers
    raw = models.BinaryField(null=True)  # OpenRosa XML as it came
    state = models.CharField(max_length=8, choices=State.choices)
    sentence = models.CharField(max_length=300, blank=True)
    actor_id = models.CharField(max_length=80)
    device = models.CharField(max_length=120, blank=True)  # the phone's id, or OpenRosa's deviceID
    area_code = models.CharField(max_length=40, blank=True)  # of the ODK client's key; "" the whole region
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)
    settlement = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager[Submission]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=["version", "-received_at"], name="submission_newest"),
            models.Index(fields=["-received_at"], condition=Q(state="ditahan"), name="submission_held"),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class Photo(models.Model):
    """A photograph by the SHA-256 of the bytes that were sent; kept without what a phone writes about place and device.

    It may be announced (by an answer) long before it comes, come in parts, and be erased when its time is over: the row
    and its hashes stay, the picture goes. The file is `TIDAR_HOME/formulir/foto/<first two>/<kept_sha256>`.
    """

    class State(models.TextChoices):
        """Where it is."""

        AWAITED = "ditunggu", _("Belum dikirim")
        PARTIAL = "sebagian", _("Sebagian diterima")
        KEPT = "diterima", _("Diterima")
        HELD = "ditahan", _("Ditahan: bukan foto")
        ERASED = "dihapus", _("Dihapus")

    sha256 = models.CharField(primary_key=True, max_length=64)
    state = models.CharField(max_length=8, choices=State.choices)
    sentence = models.CharField(max_length=300, blank=True)
    size_bytes = models.BigIntegerField(default=0)  # of what was sent
    kept_sha256 = models.CharField(max_length=64, blank=True)
    kept_bytes = models.BigIntegerField(default=0)
    actor_id = models.CharField(max_length=80, blank=True)
    announced_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Photo]] = models.Manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="diterima") | Q(kept_at__isnull=False) & ~Q(kept_sha256=""),
                name="photo_kept_has_hash",
            ),
        )

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.state}"


class Attachment(models.Model):
    """A photograph under the name that an answer calls it by."""

    id = models.BigAutoField(primary_key=True)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager[Attachment]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["submission", "name"], name="attachment_name_once"),)

    def __str__(self) -> str:
        return self.name
