"""Exemptions and reductions by decision of the head of region (UU 1/2022 article 96). Withdrawn, never deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.retribusi.models import LevyKind, Market, Occupancy, Relief


class UnableToRelieve(UnableTo):
    """The relief cannot be granted or withdrawn like this."""


@dataclass(frozen=True, slots=True)
class NewRelief:
    """For one occupancy, one market, or (both None) everybody who owes the levy."""

    levy_kind: str
    percent: Decimal
    from_date: date
    to_date: date
    decision: str
    reason: str
    market: str | None = None
    occupancy_id: int | None = None


def grant_relief(*, relief: NewRelief, by: Actor, at: datetime) -> int:
    """A relief on the days of the decision; returns its id. Raises `UnableToRelieve` with what is missing."""
    with transaction.atomic():
        kind = LevyKind.objects.filter(pk=relief.levy_kind).first()
        if kind is None:
            raise UnableToFind(_("Jenis retribusi itu tidak ada."))
        by.must("levies.tariffs", agency=kind.agency_id)
        _must_be_sound(relief)
        made = Relief.objects.create(
            levy_kind=kind, market_id=relief.market, occupancy_id=relief.occupancy_id, percent=relief.percent,
            from_date=relief.from_date, to_date=relief.to_date, decision=relief.decision.strip()[:200],
            reason=relief.reason.strip()[:300], recorded_at=at, actor_id=by.id[:80],
        )  # fmt: skip
        after = {
            "levy_kind": kind.pk, "market": relief.market, "occupancy": relief.occupancy_id,
            "percent": relief.percent, "from": relief.from_date, "to": relief.to_date, "decision": made.decision,
        }  # fmt: skip
        record("relief.grant", by=by, at=at, subject=("relief", str(made.pk)), after=after)
    return made.pk


def _must_be_sound(relief: NewRelief) -> None:
    if not 0 < relief.percent <= 100:
        raise UnableToRelieve(_("Keringanan lebih dari 0 dan paling banyak 100 persen."))
    if relief.to_date < relief.from_date:
        raise UnableToRelieve(_("Hari terakhir tidak boleh sebelum hari pertama."))
    if len(relief.decision.strip()) < 5 or not relief.reason.strip():
        raise UnableToRelieve(_("Tuliskan nomor dan tanggal keputusan, dan alasannya."))
    if relief.market and not Market.objects.filter(pk=relief.market).exists():
        raise UnableToFind(_("Pasar itu tidak ada."))
    if (
        relief.occupancy_id
        and not Occupancy.objects.filter(pk=relief.occupancy_id, levy_object__levy_kind=relief.levy_kind).exists()
    ):
        raise UnableToFind(_("Penempatan itu tidak ada, atau bukan untuk jenis retribusi ini."))


def withdraw_relief(*, relief_id: int, by: Actor, at: datetime) -> None:
    """The relief no longer counts, from the next SKRD on; what was issued stays as it is."""
    with transaction.atomic():
        relief = Relief.objects.select_related("levy_kind").select_for_update(of=("self",)).filter(pk=relief_id).first()
        if relief is None:
            raise UnableToFind(_("Keringanan itu tidak ada."))
        by.must("levies.tariffs", agency=relief.levy_kind.agency_id)
        if relief.withdrawn_at is not None:
            raise UnableToRelieve(_("Keringanan itu sudah ditarik."))
        relief.withdrawn_at = at
        relief.save(update_fields=["withdrawn_at"])
        record("relief.withdraw", by=by, at=at, subject=("relief", str(relief_id)))
