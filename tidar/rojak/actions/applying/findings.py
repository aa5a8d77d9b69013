"""Findings with their answers, photographs and the first links of their chain; a revision is a link, too."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from tidar.common.rows import add_rows
from tidar.formulir import api as formulir
from tidar.rojak.actions.applying.taken import Applying, Taken, said, tell
from tidar.rojak.actions.evidence import NewLink, begin_chains, link_all
from tidar.rojak.actions.telling import finding_fields
from tidar.rojak.models import Evidence, Finding, FindingPhoto, PatrolItem

Kind = Evidence.Kind
REVISED = (
    "kind_id", "segment_id", "submission_id", "area_code", "severity", "note", "lon", "lat", "accuracy_metres",
    "happened_at",
)  # fmt: skip


def apply_findings(taken: Sequence[Taken], applying: Applying) -> None:
    """New findings begin a chain; a revision changes the finding and adds a link that names its bytes."""
    photos = _announced(taken, applying)
    rows = [_finding(one, applying) for one in taken]
    fresh = [one for one in taken if not one.is_revision]
    add_rows([row for one, row in zip(taken, rows, strict=True) if not one.is_revision])
    for one, row in zip(taken, rows, strict=True):
        if one.is_revision:
            Finding.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in REVISED})
    new_photos = _attach(taken)
    person, at = applying.sender.person, applying.sender.at
    kept = {sha256: photo.kept_sha256 for sha256, photo in photos.items() if photo.kept_sha256}
    begin_chains(links=list(_links(fresh, new_photos, kept)), by=person, at=at)
    if revised := [one for one in taken if one.is_revision]:
        link_all(links=list(_links(revised, new_photos, kept)), by=person, at=at)
    _tell(taken, rows, applying)


def _finding(one: Taken, applying: Applying) -> Finding:
    item, data, post = one.item, one.item.data, applying.post(one)
    kind, segment, spot = applying.known.kind(item), applying.known.segment(item), item.position
    if kind is None:
        raise LookupError(f"item {item.id} names no kind")
    return Finding(
        id=item.id, kind=kind, post=post, round_id=item.round, segment=segment,
        submission_id=_submitted(one, applying), severity=data["severity"], note=data["note"],
        area_code=segment.area_code if segment and segment.area_code else post.area_code,
        lon=spot.lon if spot else None, lat=spot.lat if spot else None,
        accuracy_metres=spot.accuracy_metres if spot else None, happened_at=item.at, received_at=applying.sender.at,
    )  # fmt: skip


def _submitted(one: Taken, applying: Applying) -> uuid.UUID | None:
    """Its answers, under the item's own id; those of a revision are a submission of their own."""
    item, sender = one.item, applying.sender
    if not item.data["form"]:  # what ODK Collect sent is a submission already, also when it counts only later
        of_collect = one.row.manner == PatrolItem.Manner.ODK and formulir.submission(item.id) is not None
        return item.id if of_collect else None
    given = formulir.Given(
        client=sender.manner,
        happened_at=item.at,
        device=sender.device_id,
        photos=_named(item.photos, item.data["answers"].values()),
        area_code=applying.post(one).area_code,
    )
    kept = formulir.submit(
        id=uuid.uuid5(item.id, item.hash) if one.is_revision else item.id,
        form=(item.data["form"], item.data["version"]),
        answers=item.data["answers"], given=given, by=sender.person, at=sender.at,
    )  # fmt: skip
    return kept.id


def _named(photos: Sequence[str], answers: Iterable[object]) -> dict[str, str]:
    """Photographs by name: what an answer names is called by its SHA-256, every other by its place in the row."""
    said = {one for one in answers if isinstance(one, str)}
    return {sha256 if sha256 in said else f"foto-{number}.jpg": sha256 for number, sha256 in enumerate(photos, start=1)}


def _announced(taken: Sequence[Taken], applying: Applying) -> dict[str, formulir.PhotoView]:
    """Before any finding is locked: who brings a photograph locks it first, too."""
    named = {sha256 for one in taken for sha256 in one.item.photos}
    sender = applying.sender
    return formulir.announce_photos(sha256s=named, by=sender.person, at=sender.at) if named else {}


def _attach(taken: Sequence[Taken]) -> set[tuple[uuid.UUID, str]]:
    """Photographs that an earlier version did not have; none is ever taken off."""
    named = [(one.item.id, sha256) for one in taken for sha256 in one.item.photos]
    if not named:
        return set()
    revised = [one.item.id for one in taken if one.is_revision]
    before = set(FindingPhoto.objects.filter(finding__in=revised).values_list("finding_id", "photo_id"))
    new = [pair for pair in named if pair not in before]
    add_rows([FindingPhoto(finding_id=finding, photo_id=sha256) for finding, sha256 in new])
    return set(new)


def _links(taken: Iterable[Taken], new_photos: set[tuple[uuid.UUID, str]], kept: dict[str, str]) -> Iterable[NewLink]:
    """Found or changed, and at once the photographs whose bytes are here already."""
    for one in taken:
        item, word = one.item, Kind.CHANGED if one.is_revision else Kind.FOUND
        content = {"item": one.row.pk, "revision": item.revision}
        yield NewLink(item.id, word, item.at, f"{item.id}:{item.revision}", content, item.hash)
        for sha256 in item.photos:
            if sha256 in kept and (item.id, sha256) in new_photos:
                yield NewLink(item.id, Kind.PHOTO, item.at, sha256, {"sent_sha256": sha256}, kept[sha256])


def _tell(taken: Sequence[Taken], rows: Sequence[Finding], applying: Applying) -> None:
    for kind, revision in (("patrol.found", False), ("patrol.finding_changed", True)):
        told = [
            (one, finding_fields(row, subject=f"{row.kind.title}, {row.post.title}", data=said(one, row.post)))
            for one, row in zip(taken, rows, strict=True)
            if one.is_revision == revision
        ]
        tell(kind, told, applying)
