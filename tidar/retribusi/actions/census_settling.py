"""What follows from a walk: a difference is applied to the register, or dismissed with a reason."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.places import api as places
from tidar.retribusi.actions.census import Finding, UnableToCount, settled
from tidar.retribusi.actions.register import (
    NewObject,
    NewPayer,
    Right,
    must_know_payer,
    occupy_proven,
    register_object,
    register_payer,
    vacate,
)
from tidar.retribusi.actions.rights import close_object, correct_object, correct_payer
from tidar.retribusi.models import CensusEntry, LevyKind, LevyObject, Occupancy, Payer
from tidar.retribusi.queries.census import latest_entries
from tidar.retribusi.queries.register import holder_on

REASON = "Menurut pendataan lapangan"  # kept: Indonesian for everybody


def apply_entry(
    *, entry_id: uuid.UUID, by: Actor, at: datetime, payer_id: int | None = None, levy_kind: str = "pelayanan-pasar"
) -> CensusEntry:
    """Bring the register to what was seen. Another trader needs `payer_id`, or is registered by the name that was said.

    Raises `UnableToCount` when the entry is settled already or a newer one of that stall stands beside it.
    """
    with transaction.atomic():
        entry = _waiting(entry_id, by=by)
        day = entry.happened_at.astimezone(places.region().zone).date()
        if entry.finding == Finding.EMPTY:
            said = _emptied(entry, day, by=by, at=at)
        elif entry.finding == Finding.OTHER_TRADER:
            said = _taken_over(entry, day, payer_id, by=by, at=at)
        elif entry.finding == Finding.OTHER_FACTS:
            said = _corrected(entry, day, by=by, at=at)
        elif entry.finding == Finding.NOT_REGISTERED:
            said = _added(entry, day, payer_id, levy_kind, by=by, at=at)
        elif entry.finding == Finding.GONE:
            said = _gone(entry, day, by=by, at=at)
        else:
            raise UnableToCount(_("Catatan ini sesuai; tidak ada yang perlu diterapkan."))
        settled(entry, said, by=by, at=at)
    return entry


def dismiss_entry(*, entry_id: uuid.UUID, reason: str, by: Actor, at: datetime) -> CensusEntry:
    """The difference changes nothing, for a reason."""
    if not reason.strip():
        raise UnableToCount(_("Tuliskan alasan mengapa perbedaan ini diabaikan."))
    with transaction.atomic():
        entry = _waiting(entry_id, by=by)
        settled(entry, f"Diabaikan: {reason.strip()}", by=by, at=at)
    return entry


def _waiting(entry_id: uuid.UUID, *, by: Actor) -> CensusEntry:
    query = CensusEntry.objects.select_related("census__market", "levy_object__levy_kind", "levy_object__market")
    entry = query.select_for_update(of=("self",)).filter(pk=entry_id).first()
    if entry is None:
        raise UnableToFind(_("Catatan itu tidak ada."))
    by.must("levies.register", agency=entry.census.agency_code, area=entry.census.area_code or None)
    if entry.settled_at is not None:
        raise UnableToCount(_("Catatan ini sudah diputuskan."))
    if entry.levy_object_id and latest_entries(entry.census_id).get(entry.levy_object_id) != entry.pk:
        raise UnableToCount(_("Ada catatan yang lebih baru untuk lapak ini; pakai yang itu."))
    return entry


def _emptied(entry: CensusEntry, day: date, *, by: Actor, at: datetime) -> str:
    held = _held(entry)
    holder = holder_on(held.pk, day)
    if holder is None:
        return "Sudah kosong di register."
    _leave(holder, day, by=by, at=at)
    return f"Dikosongkan; {holder.payer.npwrd} berhenti menempati."


def _leave(holder: Occupancy, day: date, *, by: Actor, at: datetime) -> None:
    """The last day is the day before it was seen; what was assessed beyond it stays owed until it is cancelled."""
    last = max(day - timedelta(days=1), holder.from_date)
    vacate(occupancy_id=holder.pk, last_date=last, reason=REASON, by=by, at=at)


def _taken_over(entry: CensusEntry, day: date, payer_id: int | None, *, by: Actor, at: datetime) -> str:
    held = _held(entry)
    holder = holder_on(held.pk, day)
    if holder is not None and holder.payer_id == payer_id:
        raise UnableToCount(_("Orang itu sudah tercatat menempati lapak ini."))
    if holder is not None:
        _leave(holder, day, by=by, at=at)
        holder.refresh_from_db()
        day = max(day, (holder.to_date or day) + timedelta(days=1))
    payer = _trader(entry, payer_id, by=by, at=at)
    _occupied(entry, held.pk, payer.pk, day, by=by, at=at)
    return f"Ditempati {payer.npwrd} sejak terlihat."


def _trader(entry: CensusEntry, payer_id: int | None, *, by: Actor, at: datetime) -> Payer:
    if payer_id is None:
        new = NewPayer(entry.seen.get("trader", ""), phone=entry.seen.get("phone", ""))
        return Payer.objects.get(pk=register_payer(payer=new, agency=entry.census.agency_code, by=by, at=at))
    return must_know_payer(payer_id, by=by)


def _occupied(entry: CensusEntry, object_id: int, payer_id: int, day: date, *, by: Actor, at: datetime) -> None:
    right = Right(source=f"census:{entry.pk}")
    occupy_proven(object_id=object_id, payer_id=payer_id, from_date=day, right=right, by=by, at=at)


def _corrected(entry: CensusEntry, day: date, *, by: Actor, at: datetime) -> str:
    held, seen = _held(entry), entry.seen
    obj = NewObject(
        levy_kind=held.levy_kind_id, market=held.market_id, number=held.number, block=held.block,
        place_type=seen.get("place_type", held.place_type),
        area_m2=Decimal(seen["area_m2"]) if "area_m2" in seen else held.area_m2, area_code=held.area_code,
        lon=entry.lon if entry.lon is not None else held.lon, lat=entry.lat if entry.lat is not None else held.lat,
    )  # fmt: skip
    correct_object(object_id=held.pk, obj=obj, by=by, at=at)
    holder = holder_on(held.pk, day)
    if holder is not None and seen.get("phone"):
        new = NewPayer(holder.payer.name, phone=seen["phone"], address=holder.payer.address)
        correct_payer(payer_id=holder.payer_id, payer=new, by=by, at=at)
    return "Data lapak diperbaiki."


def _added(entry: CensusEntry, day: date, payer_id: int | None, levy_kind: str, *, by: Actor, at: datetime) -> str:
    if not LevyKind.objects.filter(pk=levy_kind).exists():
        raise UnableToFind(_("Jenis retribusi itu tidak ada."))
    seen = entry.seen
    new = NewObject(
        levy_kind=levy_kind, market=entry.census.market_id, number=entry.number, block=seen.get("block", ""),
        place_type=seen.get("place_type", ""), area_m2=Decimal(seen["area_m2"]) if "area_m2" in seen else None,
        lon=entry.lon, lat=entry.lat, source=f"census:{entry.pk}",
    )  # fmt: skip
    object_id = register_object(obj=new, by=by, at=at)
    entry.levy_object_id = object_id
    entry.save(update_fields=["levy_object"])
    if payer_id is None and not seen.get("trader"):
        return "Lapak didaftarkan, kosong."
    payer = _trader(entry, payer_id, by=by, at=at)
    _occupied(entry, object_id, payer.pk, day, by=by, at=at)
    return f"Lapak didaftarkan, ditempati {payer.npwrd}."


def _gone(entry: CensusEntry, day: date, *, by: Actor, at: datetime) -> str:
    held = _held(entry)
    if (holder := holder_on(held.pk, day)) is not None:
        _leave(holder, day, by=by, at=at)
    close_object(object_id=held.pk, reason=REASON, by=by, at=at)
    return "Lapak ditutup: tidak ada di lapangan."


def _held(entry: CensusEntry) -> LevyObject:
    if entry.levy_object is None:
        raise UnableToCount(_("Catatan ini tidak menunjuk lapak yang terdaftar."))
    return entry.levy_object
