"""Rights to a stall and corrections of the register: renew, resume, correct, close, and look at a NIK with a purpose.

A right is renewed only for a holder who was seen at the stall: permits renewed for people who do not occupy it are an
audit finding (`domain.md` 2.3; minimum behaviour 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tidar.common import sealing
from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.common.formats import date_text
from tidar.places import api as places
from tidar.retribusi.actions.door import shut_after_phone
from tidar.retribusi.actions.register import (
    NIK_PURPOSE,
    NewObject,
    NewPayer,
    Right,
    UnableToOccupy,
    UnableToRegister,
    checked_object,
    checked_payer,
    locked_occupancy,
    must_own_nik,
    set_nik,
    tell_occupancy,
)
from tidar.retribusi.models import LevyObject, Occupancy, Payer, RightRenewal
from tidar.retribusi.queries.register import last_seen, may_see_payer, parameter

SEEN_WITHIN = "seen-within-days"


class UnableToRenew(UnableTo):
    """The right cannot be renewed: nobody saw the holder at the stall lately, or the dates make no sense."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Who looked confirms that the holder was at the stall on a day, and how they know."""

    day: date
    how: str


def renew_right(*, occupancy_id: int, right: Right, seen: Seen | None, by: Actor, at: datetime) -> int:
    """Give or renew the right of an occupancy; returns the renewal's id.

    Demands a census that found the holder there, or somebody's confirmation, within the region's days
    ("seen-within-days"); otherwise raises `UnableToRenew`, as for an ended occupancy or a right that is over already.
    """
    today = at.astimezone(places.region().zone).date()
    with transaction.atomic():
        occupancy = locked_occupancy(occupancy_id, by=by)
        _must_be_renewable(occupancy, right, today)
        evidence = _evidence(occupancy, seen, today)
        before = {"right": occupancy.right, "number": occupancy.right_number, "until": occupancy.right_until}
        occupancy.right, occupancy.right_number = right.kind, right.number.strip()[:80]
        occupancy.right_until = right.until
        occupancy.save(update_fields=["right", "right_number", "right_until"])
        renewal = RightRenewal.objects.create(
            occupancy=occupancy, right=right.kind, right_number=occupancy.right_number, right_until=right.until,
            seen_date=evidence.day, seen_how=evidence.how[:300], recorded_at=at, actor_id=by.id[:80],
        )  # fmt: skip
        after = {"right": right.kind, "number": right.number, "until": right.until, "seen": evidence.day}
        subject = ("occupancy", str(occupancy_id))
        record("occupancy.renew_right", by=by, at=at, subject=subject, before=before, after=after)
    return renewal.pk


def _must_be_renewable(occupancy: Occupancy, right: Right, today: date) -> None:
    if occupancy.to_date is not None and occupancy.to_date < today:
        raise UnableToRenew(_("Penempatan itu sudah berakhir, jadi haknya tidak dapat diperpanjang."))
    if right.kind not in Occupancy.Right.values or right.kind == Occupancy.Right.UNPROVEN:
        raise UnableToRenew(_("Pilih dasar hak yang diberikan."))
    if not right.number.strip():
        raise UnableToRenew(_("Tuliskan nomor surat atau kartunya."))
    if right.until is not None and right.until < today:
        raise UnableToRenew(_("Hak itu sudah berakhir pada %s.") % date_text(right.until))


def _evidence(occupancy: Occupancy, seen: Seen | None, today: date) -> Seen:
    days = int(parameter(SEEN_WITHIN, today))
    earliest = max(today - timedelta(days=days), occupancy.from_date)
    if seen is not None:
        if len(seen.how.strip()) < 5:
            raise UnableToRenew(_("Tuliskan siapa yang melihat dan bagaimana."))
        if not earliest <= seen.day <= today:
            words = {"day": date_text(seen.day), "days": days}
            raise UnableToRenew(
                _("Terlihat pada %(day)s tidak cukup: harus dalam %(days)d hari terakhir dan sejak ia menempati.")
                % words
            )
        return Seen(seen.day, seen.how.strip())
    found = last_seen(occupancy)
    if found is not None and found.day >= earliest:
        return Seen(found.day, found.how)
    raise UnableToRenew(
        _(
            "Pemegang hak belum terlihat di lapaknya dalam %d hari terakhir. "
            "Data dulu di lapangan, atau catat siapa yang melihatnya dan kapan."
        ) % days
    )  # fmt: skip


def resume_occupancy(*, occupancy_id: int, by: Actor, at: datetime) -> None:
    """Take back a vacating that was a mistake; refused when somebody else holds the stall after it."""
    with transaction.atomic():
        occupancy = locked_occupancy(occupancy_id, by=by)
        if occupancy.to_date is None:
            raise UnableToOccupy(_("Penempatan itu masih berjalan."))
        before = {"to_date": occupancy.to_date, "reason": occupancy.end_reason}
        occupancy.to_date, occupancy.end_reason = None, ""
        try:
            with transaction.atomic():
                occupancy.save(update_fields=["to_date", "end_reason"])
        except IntegrityError as error:
            raise UnableToOccupy(_("Lapak itu sudah ditempati orang lain sesudahnya.")) from error
        record("occupancy.resume", by=by, at=at, subject=("occupancy", str(occupancy_id)), before=before)
        tell_occupancy("levy.occupied", occupancy, at=at)


def correct_payer(*, payer_id: int, payer: NewPayer, by: Actor, at: datetime) -> None:
    """Correct name, telephone and address; a NIK only when one is given (it is never shown to be copied).

    Another telephone shuts the payer's own door for whoever came in by the old one.
    Raises `UnableToRegister` as `register_payer` does.
    """
    fresh = checked_payer(payer)
    with transaction.atomic():
        stored = _payer(payer_id, by=by, permission="levies.register")
        old_phone = stored.phone
        changed = [name for name in ("name", "phone", "address") if getattr(stored, name) != getattr(fresh, name)]
        for name in changed:
            setattr(stored, name, getattr(fresh, name))
        must_own_nik(payer.nik, payer_id=payer_id)
        if payer.nik.strip() and fresh.nik_digest != stored.nik_digest:
            set_nik(stored, payer.nik)
            changed.append("identity_number")
        try:
            with transaction.atomic():
                stored.save()
        except IntegrityError as error:
            raise UnableToRegister(_("NIK itu milik wajib retribusi lain.")) from error
        if "phone" in changed:
            shut_after_phone(payer_id=payer_id, old_phone=old_phone, by=by, at=at)
        if changed:
            record("payer.correct", by=by, at=at, subject=("payer", str(payer_id)), after={"changed": changed})


def _payer(payer_id: int, *, by: Actor, permission: str) -> Payer:
    stored = Payer.objects.select_for_update().filter(pk=payer_id).first()
    if stored is None:
        raise UnableToFind(_("Wajib retribusi itu tidak ada."))
    if not may_see_payer(by, stored, permission=permission):
        raise UnableToAllow(_("Anda tidak memiliki wewenang untuk tindakan ini."))
    return stored


def reveal_nik(*, payer_id: int, purpose: str, by: Actor, at: datetime) -> str:
    """The NIK in full, for a purpose that stays in the audit trail with who looked and when."""
    if len(purpose.strip()) < 5:
        raise UnableToRegister(_("Tuliskan untuk apa NIK ini dibuka; tujuannya dicatat."))
    with transaction.atomic():
        stored = _payer(payer_id, by=by, permission="levies.register")
        if stored.nik_encrypted is None:
            raise UnableToRegister(_("NIK wajib retribusi ini belum tercatat."))
        after = {"purpose": purpose.strip()[:300]}
        record("payer.reveal_identity", by=by, at=at, subject=("payer", str(payer_id)), after=after)
        return sealing.opened(stored.nik_encrypted, purpose=NIK_PURPOSE)


def correct_object(*, object_id: int, obj: NewObject, by: Actor, at: datetime) -> None:
    """Correct place type, area, block, position. Kind, market and number stay: they are on stickers and documents."""
    with transaction.atomic():
        stored = _object(object_id, by=by)
        fresh = checked_object(obj, stored.levy_kind, stored.market, at=at)
        names = ("place_type", "area_m2", "block", "area_code", "lon", "lat")
        before = {name: getattr(stored, name) for name in names}
        for name in names:
            setattr(stored, name, getattr(fresh, name))
        stored.save(update_fields=names)
        after = {name: getattr(stored, name) for name in names}
        if before != after:
            record("object.correct", by=by, at=at, subject=("levy_object", str(object_id)), before=before, after=after)


def close_object(*, object_id: int, reason: str, by: Actor, at: datetime) -> None:
    """The object no longer exists. Raises `UnableToOccupy` while somebody holds it."""
    if not reason.strip():
        raise UnableToOccupy(_("Tuliskan alasan mengapa lapak ditutup."))
    with transaction.atomic():
        stored = _object(object_id, by=by)
        if stored.occupancies.filter(to_date=None).exists():
            raise UnableToOccupy(_("%s masih ditempati. Kosongkan dulu.") % stored.number)
        stored.closed_at = at
        stored.save(update_fields=["closed_at"])
        record("object.close", by=by, at=at, subject=("levy_object", str(object_id)), after={"reason": reason.strip()})


def reopen_object(*, object_id: int, by: Actor, at: datetime) -> None:
    """A closed object exists after all."""
    with transaction.atomic():
        stored = _object(object_id, by=by)
        stored.closed_at = None
        stored.save(update_fields=["closed_at"])
        record("object.reopen", by=by, at=at, subject=("levy_object", str(object_id)))


def _object(object_id: int, *, by: Actor) -> LevyObject:
    query = LevyObject.objects.select_related("levy_kind", "market")
    stored = query.select_for_update(of=("self",)).filter(pk=object_id).first()
    if stored is None:
        raise UnableToFind(_("Objek itu tidak ada."))
    by.must("levies.register", agency=stored.agency_code, area=stored.area_code or None)
    return stored
