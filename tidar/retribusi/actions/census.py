"""Counting traders until exact: a walk through a market, what was seen at each stall, and what follows from it."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAgree, UnableToFind
from tidar.common.ids import uuid7
from tidar.common.photos import NotAPhoto, stripped_jpeg
from tidar.retribusi.models import Census, CensusEntry, LevyObject, Market
from tidar.retribusi.rules import register as rules

Finding = CensusEntry.Finding
AHEAD = timedelta(minutes=10)  # how far a phone's clock may be in front
SEEN_KEYS = ("trader", "phone", "place_type", "area_m2", "block", "note")


class UnableToCount(UnableTo):
    """The census or the entry cannot be kept like this."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What was seen at one stall; `id` and `happened_at` come from the phone."""

    id: uuid.UUID
    finding: str
    happened_at: datetime
    object_id: int | None = None
    number: str = ""
    seen: dict[str, str] = field(default_factory=dict)
    lon: float | None = None
    lat: float | None = None


def begin_census(*, market: str, title: str, by: Actor, at: datetime) -> uuid.UUID:
    """A new walk through a market; one at a time. Raises `UnableToCount` while another is open."""
    with transaction.atomic():
        found = Market.objects.filter(pk=market).first()
        if found is None:
            raise UnableToFind(_("Pasar itu tidak ada."))
        by.must("levies.register", agency=found.agency_id, area=found.area_code or None)
        census = Census(id=uuid7(), market=found, title=title.strip()[:120] or found.name, begun_at=at)
        census.begun_by = by.id[:80]
        try:
            with transaction.atomic():
                census.save(force_insert=True)
        except IntegrityError as error:
            raise UnableToCount(_("Pendataan %s masih berjalan. Tutup dulu.") % found.name) from error
        record("census.begin", by=by, at=at, subject=("census", str(census.pk)), after={"market": market})
    return census.pk


def close_census(*, census_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """The walk is over; entries made before now may still arrive from phones. Differences can still be settled."""
    with transaction.atomic():
        census = census_for(census_id, by=by)
        if Census.objects.filter(pk=census.pk, closed_at=None).update(closed_at=at):
            record("census.close", by=by, at=at, subject=("census", str(census.pk)))


def census_for(census_id: uuid.UUID, *, by: Actor) -> Census:
    """The census, for somebody who may write in it."""
    census = Census.objects.select_related("market").filter(pk=census_id).first()
    if census is None:
        raise UnableToFind(_("Pendataan itu tidak ada."))
    by.must("levies.register", agency=census.agency_code, area=census.area_code or None)
    return census


def record_entry(
    *, census_id: uuid.UUID, entry: NewEntry, by: Actor, at: datetime, photo: bytes | None = None
) -> tuple[CensusEntry, bool]:
    """Keep what was seen; returns the entry and whether it is new. The newest entry of a stall counts.

    The same id with the same content is the same entry; with other content it raises `UnableToAgree`. Raises
    `UnableToCount` for what cannot be: an unknown finding, a stall of another market, a moment outside the walk.
    """
    census = census_for(census_id, by=by)
    fresh = _checked(census, entry, at=at)
    fresh.photo_hash = keep_photo(photo) if photo else ""
    fresh.actor_id = by.id[:80]
    with transaction.atomic():
        try:
            with transaction.atomic():
                fresh.save(force_insert=True)
        except IntegrityError:
            return _known(fresh), False
    return fresh, True


def _known(fresh: CensusEntry) -> CensusEntry:
    known = CensusEntry.objects.get(pk=fresh.pk)
    names = ("census_id", "levy_object_id", "number", "finding", "seen", "photo_hash", "happened_at")
    if any(getattr(known, name) != getattr(fresh, name) for name in names):
        raise UnableToAgree(_("Catatan dengan nomor yang sama sudah ada dengan isi lain."))
    return known


def _checked(census: Census, entry: NewEntry, *, at: datetime) -> CensusEntry:
    if entry.finding not in Finding.values:
        raise UnableToCount(_("Temuan '%s' tidak dikenal.") % entry.finding)
    if entry.happened_at > at + AHEAD:
        raise UnableToCount(_("Jam di ponsel terlalu maju. Betulkan jamnya."))
    if entry.happened_at < census.begun_at - AHEAD or (census.closed_at and entry.happened_at > census.closed_at):
        raise UnableToCount(_("Catatan itu dibuat di luar waktu pendataan ini."))
    held = None
    if entry.object_id is not None:
        held = LevyObject.objects.filter(pk=entry.object_id, market=census.market).first()
        if held is None:
            raise UnableToCount(_("Lapak itu bukan di pasar ini."))
    seen = _seen(entry.seen)
    number = held.number if held else rules.stall_number(entry.number, block=seen.get("block", ""))[:30]
    _must_say_enough(entry.finding, held, number, seen)
    return CensusEntry(
        id=entry.id, census=census, levy_object=held, number=number, finding=entry.finding, seen=seen,
        lon=entry.lon, lat=entry.lat, happened_at=entry.happened_at, recorded_at=at,
    )  # fmt: skip


def _must_say_enough(finding: str, held: LevyObject | None, number: str, seen: dict[str, str]) -> None:
    if finding == Finding.NOT_REGISTERED:
        if not number:
            raise UnableToCount(_("Tuliskan nomor lapaknya."))
    elif held is None:
        raise UnableToCount(_("Pilih lapak yang dilihat."))
    if finding == Finding.OTHER_TRADER and not seen.get("trader"):
        raise UnableToCount(_("Tuliskan nama orang yang menempati."))
    if finding == Finding.OTHER_FACTS and not seen.keys() & {"place_type", "area_m2", "phone", "note"}:
        raise UnableToCount(_("Tuliskan apa yang berbeda."))


def _seen(given: dict[str, str]) -> dict[str, str]:
    seen = {key: " ".join(str(given.get(key, "")).split())[:300] for key in SEEN_KEYS}
    seen = {key: value for key, value in seen.items() if value}
    if seen.get("place_type", "kios") not in LevyObject.PlaceType.values:
        raise UnableToCount(_("Jenis tempat itu tidak dikenal."))
    if "area_m2" in seen:
        seen["area_m2"] = _area(seen["area_m2"])
    if "phone" in seen and not (phone := rules.phone_e164(seen["phone"])):
        raise UnableToCount(_("Nomor telepon itu bukan nomor Indonesia yang sah."))
    return seen | ({"phone": phone} if "phone" in seen else {})


def _area(text: str) -> str:
    try:
        area = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise UnableToCount(_("Luas harus angka, misalnya 4,5.")) from error
    if not 0 < area < 100_000:
        raise UnableToCount(_("Luas harus lebih dari nol dan kurang dari 100.000 m²."))
    return str(area.quantize(Decimal("0.01")))


def keep_photo(data: bytes) -> str:
    """Keep a photograph without its metadata under its hash; returns the hash. Raises `UnableToCount`."""
    try:
        picture = stripped_jpeg(data)
    except NotAPhoto as error:
        raise UnableToCount(str(error)) from error
    name = hashlib.sha256(picture).hexdigest()
    path = photo_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"{name}.{uuid7().hex}")
        fresh.write_bytes(picture)
        fresh.replace(path)
    return name


def photo_path(name: str) -> Path:
    """Where the photograph with that hash is."""
    return Path(settings.TIDAR_HOME) / "census" / f"{name}.jpg"


def settled(entry: CensusEntry, said: str, *, by: Actor, at: datetime, after: dict[str, Any] | None = None) -> None:
    """Mark an entry as settled, with one audit entry; called inside the transaction of what follows from it."""
    entry.settled_at, entry.settlement = at, said[:300]
    entry.save(update_fields=["settled_at", "settlement"])
    facts = {"settlement": entry.settlement} | (after or {})
    record("census_entry.settle", by=by, at=at, subject=("census_entry", str(entry.pk)), after=facts)
