"""Days that are not charged: the market was closed, or a trader is on approved leave. Withdrawn, never deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.formats import date_text
from tidar.retribusi.models import Closure, Market, Occupancy

LONGEST = timedelta(days=366)


class UnableToClose(UnableTo):
    """The days cannot be closed, or opened again, like this."""


@dataclass(frozen=True, slots=True)
class Days:
    """From which day to which, why, and by which decision."""

    from_date: date
    to_date: date
    reason: str
    decision: str = ""


def close_market(*, market: str, days: Days, by: Actor, at: datetime) -> int:
    """The market is closed on these days; nobody in it is charged for them. Returns the closure's id."""
    with transaction.atomic():
        found = Market.objects.select_for_update().filter(pk=market).first()
        if found is None:
            raise UnableToFind(_("Pasar itu tidak ada."))
        by.must("levies.tariffs", agency=found.agency_id, area=found.area_code or None)
        return _kept(Closure(market=found), days, by=by, at=at)


def grant_leave(*, occupancy_id: int, days: Days, by: Actor, at: datetime) -> int:
    """The trader is on approved leave on these days. Returns the closure's id."""
    with transaction.atomic():
        query = Occupancy.objects.select_related("levy_object__levy_kind").select_for_update(of=("self",))
        found = query.filter(pk=occupancy_id).first()
        if found is None:
            raise UnableToFind(_("Penempatan itu tidak ada."))
        by.must("levies.tariffs", agency=found.agency_code, area=found.levy_object.area_code or None)
        if not days.decision.strip():
            raise UnableToClose(_("Tuliskan nomor dan tanggal persetujuan izinnya."))
        return _kept(Closure(occupancy=found), days, by=by, at=at)


def _kept(closure: Closure, days: Days, *, by: Actor, at: datetime) -> int:
    _must_be_sound(days)
    others = Closure.objects.filter(
        market=closure.market, occupancy=closure.occupancy, withdrawn_at=None,
        from_date__lte=days.to_date, to_date__gte=days.from_date,
    )  # fmt: skip
    if (other := others.first()) is not None:
        words = {"first": date_text(other.from_date), "last": date_text(other.to_date), "reason": other.reason}
        raise UnableToClose(_("Hari itu sudah tercatat tutup: %(first)s sampai %(last)s (%(reason)s).") % words)
    closure.from_date, closure.to_date = days.from_date, days.to_date
    closure.reason, closure.decision = days.reason.strip()[:300], days.decision.strip()[:200]
    closure.recorded_at, closure.actor_id = at, by.id[:80]
    closure.save(force_insert=True)
    after = {"market": closure.market_id, "occupancy": closure.occupancy_id, "from": days.from_date, "to": days.to_date}
    record("closure.add", by=by, at=at, subject=("closure", str(closure.pk)), after=after)
    return closure.pk


def _must_be_sound(days: Days) -> None:
    if days.to_date < days.from_date:
        raise UnableToClose(_("Hari terakhir tidak boleh sebelum hari pertama."))
    if days.to_date - days.from_date > LONGEST:
        raise UnableToClose(_("Paling lama satu tahun sekali catat."))
    if not days.reason.strip():
        raise UnableToClose(_("Tuliskan alasannya; akan tercetak di rincian SKRD."))


def withdraw_closure(*, closure_id: int, by: Actor, at: datetime) -> None:
    """The days are charged after all, from the next SKRD on; what was issued stays as it is."""
    with transaction.atomic():
        query = Closure.objects.select_related("market", "occupancy__levy_object__levy_kind")
        closure = query.select_for_update(of=("self",)).filter(pk=closure_id).first()
        if closure is None:
            raise UnableToFind(_("Hari tutup itu tidak ada."))
        agency = closure.market.agency_id if closure.market else None
        if closure.occupancy is not None:
            agency = closure.occupancy.agency_code
        by.must("levies.tariffs", agency=agency)
        if closure.withdrawn_at is not None:
            raise UnableToClose(_("Hari tutup itu sudah ditarik."))
        closure.withdrawn_at = at
        closure.save(update_fields=["withdrawn_at"])
        record("closure.withdraw", by=by, at=at, subject=("closure", str(closure_id)))
