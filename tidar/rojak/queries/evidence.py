"""`tidar check evidence`: whatever was noted on patrol is still what was signed, seen and linked; a sentence if not."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from tidar.common.signed_records import FIRST_PREVIOUS, canonical, content_hash, is_signed
from tidar.formulir import api as formulir
from tidar.rojak.models import Check, Device, Evidence, EvidenceAnchor, Finding, PatrolItem
from tidar.rojak.queries.retention import over
from tidar.rojak.rules.items import Item, read_item, receipt_number

State = PatrolItem.State
Kind = Evidence.Kind
OF_ITEMS = (Kind.FOUND, Kind.CHANGED)
OF_PHOTOS = (Kind.PHOTO, Kind.AFTER)
CHUNK = 1_000


def check_evidence(*, at: datetime) -> tuple[str, ...]:
    """Items (hash and signature), the rows made of them, photographs' bytes, and every chain; named where broken."""
    return (*check_items(at=at), *check_rows(), *formulir.check_photos(), *check_chains())


def check_items(*, at: datetime) -> tuple[str, ...]:
    """Every item's bytes have their hash and, but for what was refused, the signature of its phone.

    Bytes whose time is over at `at` are gone (empty); their hash stays. Empty ones before their time are named.
    """
    early = PatrolItem.objects.filter(body=b"").exclude(over(at=at)).order_by("id")
    emptied = [
        f"item {receipt_number(number)} ({item_id}): it was emptied before its time"
        for number, item_id in early.values_list("id", "item_id").iterator(CHUNK)
    ]
    keys = {pk: bytes(key) for pk, key in Device.objects.values_list("pk", "public_key")}
    fields = ("id", "item_id", "device_id", "body", "content_hash", "signature", "state")
    return *emptied, *(
        fault
        for row in PatrolItem.objects.values_list(*fields).order_by("id").iterator(CHUNK)
        if (fault := _item_fault(row, keys))
    )


def _item_fault(row: tuple[Any, ...], keys: dict[uuid.UUID, bytes]) -> str:
    number, item_id, device, body, content, signature, state = row
    name = f"item {receipt_number(number)} ({item_id})"
    body = bytes(body)
    if not body:
        return ""
    if content_hash(body) != content:
        return f"{name}: its bytes were changed"
    if device is None or state == State.REFUSED:
        return ""
    signed = signature is not None and is_signed(body, signature=bytes(signature), public_key=keys[device])
    return "" if signed else f"{name}: its signature does not hold"


def check_rows() -> tuple[str, ...]:
    """Findings and checks say what their accepted item says."""
    return (*_differing(Finding, ("finding",), _finding_said), *_differing(Check, ("check",), _check_said))


def _differing(model: Any, kinds: tuple[str, ...], said: Any) -> Iterator[str]:
    accepted = PatrolItem.objects.filter(kind__in=kinds, state=State.ACCEPTED).order_by("id")
    batch: list[tuple[uuid.UUID, bytes]] = []
    for item_id, body in accepted.values_list("item_id", "body").iterator(CHUNK):
        batch.append((item_id, bytes(body)))
        if len(batch) == CHUNK:
            yield from _compared(model, batch, said)
            batch = []
    yield from _compared(model, batch, said)


def _compared(model: Any, batch: Iterable[tuple[uuid.UUID, bytes]], said: Any) -> Iterator[str]:
    bodies = dict(batch)
    related = ("segment", "kind") if model is Finding else ("segment", "checkpoint")
    rows = model.objects.select_related(*related).in_bulk(list(bodies))
    name = model.__name__.lower()
    for item_id, body in bodies.items():
        if not body:
            continue
        row = rows.get(item_id)
        if row is None:
            yield f"{name} {item_id}: the accepted item made no row"
        elif wrong := [what for what, here, signed in said(row, read_item(body)) if here != signed]:
            yield f"{name} {item_id}: {', '.join(wrong)} is not what was signed"


def _finding_said(row: Finding, item: Item) -> list[tuple[str, object, object]]:
    if row.erased_at is not None:
        return []
    data, spot = item.data, item.position
    segment = row.segment.code if row.segment else ""
    return [
        ("kind", row.kind.key, data["kind"]),
        ("segment", segment, data["segment"] if segment else segment),
        ("severity", row.severity, data["severity"]),
        ("note", row.note, data["note"]),
        ("position", (row.lon, row.lat), (spot.lon, spot.lat) if spot else (None, None)),
        ("time", row.happened_at, item.at),
    ]


def _check_said(row: Check, item: Item) -> list[tuple[str, object, object]]:
    spot = item.position
    return [
        ("segment", row.segment.code, item.data["segment"]),
        ("manner", row.how, item.data["how"]),
        ("position", (row.lon, row.lat), (spot.lon, spot.lat) if spot else (None, None)),
        ("time", row.happened_at, item.at),
    ]


def check_chains() -> tuple[str, ...]:
    """Every link follows the one before it, none that was made is gone, and what it stands for has its hash."""
    faults: list[str] = []
    ends: dict[uuid.UUID, tuple[int, str]] = {}
    items = set(PatrolItem.objects.filter(kind="finding").values_list("item_id", "content_hash"))
    for row in Evidence.objects.order_by("finding_id", "sequence").iterator(CHUNK):
        sequence, previous = ends.get(row.finding_id, (0, FIRST_PREVIOUS))
        if wrong := _link_fault(row, sequence=sequence, previous=previous, items=items):
            faults.append(f"finding {row.finding_id}, link {row.sequence} ({row.kind}): {wrong}")
        ends[row.finding_id] = row.sequence, row.link_hash
    faults += _gone()
    begun = set(ends)
    faults += [
        f"finding {pk}: it has no chain"
        for pk in Finding.objects.values_list("pk", flat=True).iterator(CHUNK)
        if pk not in begun
    ]
    return tuple(faults)


def _gone() -> Iterator[str]:
    """Links that were made and are not there any more, wherever in the chain; and those whose making nobody saw."""
    same = {"pk": OuterRef("evidence_id"), "finding_id": OuterRef("finding_id"), "link_hash": OuterRef("link_hash")}
    lost = EvidenceAnchor.objects.filter(~Exists(Evidence.objects.filter(**same))).order_by("finding_id", "sequence")
    for finding, sequence in lost.values_list("finding_id", "sequence").iterator(CHUNK):
        yield f"finding {finding}, link {sequence}: it was made and is gone, or is another one now"
    seen = EvidenceAnchor.objects.filter(evidence_id=OuterRef("pk"))
    strange = Evidence.objects.filter(~Exists(seen)).order_by("finding_id", "sequence")
    for finding, sequence in strange.values_list("finding_id", "sequence").iterator(CHUNK):
        yield f"finding {finding}, link {sequence}: nothing says that it was made when it says so"


def _link_fault(row: Evidence, *, sequence: int, previous: str, items: set[tuple[uuid.UUID, str]]) -> str:
    if row.sequence != sequence + 1:
        return "a link before it is missing"
    if row.previous_hash != previous:
        return "it does not follow the link before it"
    if row.link_hash != row.own_hash():
        return "it was changed"
    if row.kind in OF_ITEMS:
        return "" if (row.finding_id, row.content_hash) in items else "there is no such version of its item"
    if row.kind in OF_PHOTOS:
        photo = formulir.photo(row.reference)
        return "" if photo is not None and photo.kept_sha256 == row.content_hash else "its photograph is another one"
    return "" if content_hash(canonical(row.content)) == row.content_hash else "its content was changed"
