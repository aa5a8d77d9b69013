"""A photograph that became kept is a link in the chain of every finding that announced it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tidar.common.actor import Actor
from tidar.common.rows import read_rows
from tidar.rojak.actions.evidence import NewLink, link_all
from tidar.rojak.models import Evidence, FindingPhoto

KINDS = {FindingPhoto.Role.BEFORE: Evidence.Kind.PHOTO, FindingPhoto.Role.AFTER: Evidence.Kind.AFTER}


def link_photos(sha256s: Sequence[str], by: Actor, at: datetime) -> None:
    """Runs in the transaction that keeps the photographs; a finding that names one later links it itself."""
    order = "row.photo_id = ANY(%s) ORDER BY row.finding_id, row.id"
    waiting = read_rows(FindingPhoto, order, [list(sha256s)], of="photo")
    links = [
        NewLink(
            one.finding_id, KINDS[FindingPhoto.Role(one.role)], at, one.photo_id, {"sent_sha256": one.photo_id},
            one.photo.kept_sha256,
        )
        for one in waiting
    ]  # fmt: skip
    if links:
        link_all(links=links, by=by, at=at)
