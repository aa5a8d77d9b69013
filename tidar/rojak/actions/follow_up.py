"""The photograph that shows that a finding was mended."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.formulir import api as formulir
from tidar.rojak.actions.evidence import link
from tidar.rojak.actions.findings import UnableToFollowUp, locked, may_be_handled
from tidar.rojak.actions.telling import tell_finding
from tidar.rojak.models import Evidence, FindingPhoto
from tidar.rojak.queries.findings import state_of
from tidar.rojak.rules import findings as rules

LARGEST_BYTES = 5_000_000


def show_mended(*, finding_id: uuid.UUID, data: bytes, by: Actor, at: datetime) -> Evidence:
    """Keep an after-photo, without what a phone writes about place and device, as a step of the chain.

    The same photograph again is the same step. What is no photograph gets the sentence of `formulir`; nothing changes.
    """
    if not data or len(data) > LARGEST_BYTES:
        raise UnableToFollowUp(_("Pilih satu foto JPEG, paling besar 5 MB."))
    sha256 = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        may_be_handled(finding_id, by)
        # the photograph first, then the finding: who brings a photograph always locks in this order
        kept = formulir.receive_photo_part(sha256=sha256, start=0, total=len(data), data=data, by=by, at=at)
        finding = locked(finding_id, by)
        if known := finding.evidence.filter(kind=Evidence.Kind.AFTER, reference=sha256).first():
            return known
        if (state := state_of(finding)) not in rules.STILL_OPEN:
            raise UnableToFollowUp(_("Tidak bisa: temuan ini berkeadaan “%s”.") % rules.WORDS[state])
        if kept.state != "diterima":
            raise UnableToFollowUp(kept.sentence or _("Foto itu tidak dapat dibaca."))
        if finding.photos.filter(photo_id=sha256).exists():
            raise UnableToFollowUp(_("Foto itu sudah ada sebagai foto saat ditemukan."))
        FindingPhoto.objects.create(finding=finding, photo_id=sha256, role=FindingPhoto.Role.AFTER)
        made = link(
            finding_id=finding.pk, kind=Evidence.Kind.AFTER, happened_at=at, at=at, by=by, reference=sha256,
            content={"sent_sha256": sha256}, content_hash=kept.kept_sha256,
        )  # fmt: skip
        record(
            "rojak.finding.foto-sesudah", by=by, at=at, subject=("finding", str(finding.pk)), after={"step": made.pk}
        )
        tell_finding(
            "patrol.finding_changed",
            finding=finding,
            subject=f"{finding.kind.title}, {finding.post.title}",
            at=at,
            source=f"rojak.evidence:{made.pk}",
            data={"step": made.kind},
        )
    return made
