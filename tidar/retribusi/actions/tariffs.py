"""Tariffs as dated data: a new version from a day, reliefs by decision. What is in force is never rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.formats import date_text
from tidar.retribusi.models import Assessment, LevyKind, LevyObject, Market, Tariff

ONE_DAY = timedelta(days=1)


class UnableToSetTariff(UnableTo):
    """The version overlaps another, begins too early, or says something impossible."""


@dataclass(frozen=True, slots=True)
class NewTariff:
    """One version of one tariff. `market` None: every market; `place_type` "": every type."""

    levy_kind: str
    market: str | None
    place_type: str
    period: str
    amount_rupiah: int
    valid_from_date: date
    legal_basis: str
    valid_to_date: date | None = None
    area_from_m2: Decimal | None = None
    area_below_m2: Decimal | None = None


def versions_of(new: NewTariff) -> QuerySet[Tariff]:
    """All versions for the same levy, market, place type and area, oldest first."""
    return Tariff.objects.filter(
        levy_kind_id=new.levy_kind,
        market_id=new.market,
        place_type=new.place_type,
        area_from_m2=new.area_from_m2,
        area_below_m2=new.area_below_m2,
    ).order_by("valid_from_date")


def version_from(new: NewTariff) -> Tariff | None:
    """The version that begins on the same day, or None."""
    return versions_of(new).filter(valid_from_date=new.valid_from_date).first()


def keep_version(new: NewTariff, *, source: str, at: datetime) -> Tariff:
    """Insert the version, end the one before it the day before, and end it itself before a later one. No checks."""
    versions = list(versions_of(new))
    before = [v for v in versions if v.valid_from_date < new.valid_from_date]
    after = [v for v in versions if v.valid_from_date > new.valid_from_date]
    last_day = new.valid_to_date
    if after:
        limit = after[0].valid_from_date - ONE_DAY
        last_day = min(last_day, limit) if last_day else limit
    if before and (before[-1].valid_to_date is None or before[-1].valid_to_date >= new.valid_from_date):
        Tariff.objects.filter(pk=before[-1].pk).update(valid_to_date=new.valid_from_date - ONE_DAY)
    return Tariff.objects.create(
        levy_kind_id=new.levy_kind, market_id=new.market, place_type=new.place_type, period=new.period,
        area_from_m2=new.area_from_m2, area_below_m2=new.area_below_m2, amount_rupiah=new.amount_rupiah,
        valid_from_date=new.valid_from_date, valid_to_date=last_day, legal_basis=new.legal_basis.strip()[:300],
        recorded_at=at, source=source[:120],
    )  # fmt: skip


def add_tariff(*, new: NewTariff, by: Actor, at: datetime) -> int:
    """A new version from a day; the version before it ends the day before. Returns its id.

    Raises `UnableToSetTariff` when a version begins that day or later (overlap), when SKRD were issued by the present
    version for days from then on (stale), or when a value is impossible.
    """
    with transaction.atomic():
        kind = LevyKind.objects.select_for_update().filter(pk=new.levy_kind).first()  # one new version at a time
        if kind is None:
            raise UnableToFind(_("Jenis retribusi itu tidak ada."))
        by.must("levies.tariffs", agency=kind.agency_id)
        _must_be_sound(new)
        _must_come_last(new)
        _must_not_be_stale(new)
        tariff = keep_version(new, source=f"user:{by.id}", at=at)
        after = {"tariff": str(tariff), "valid_from": new.valid_from_date, "legal_basis": tariff.legal_basis}
        record("tariff.add", by=by, at=at, subject=("tariff", str(tariff.pk)), after=after)
    return tariff.pk


def _must_be_sound(new: NewTariff) -> None:
    if new.amount_rupiah < 0 or new.amount_rupiah > 1_000_000_000:
        raise UnableToSetTariff(_("Besaran tarif harus rupiah bulat, tidak negatif, dan kurang dari satu miliar."))
    if new.period not in Tariff.Period.values:
        raise UnableToSetTariff(_("Pilih tarif itu untuk apa: per hari, per bulan, atau sekali bayar."))
    if new.place_type and new.place_type not in LevyObject.PlaceType.values:
        raise UnableToSetTariff(_("Jenis tempat itu tidak dikenal."))
    if new.market and not Market.objects.filter(pk=new.market).exists():
        raise UnableToSetTariff(_("Pasar itu tidak ada."))
    if len(new.legal_basis.strip()) < 5:
        raise UnableToSetTariff(_("Tuliskan dasar hukumnya: peraturan dan pasalnya, seperti akan tercetak di SKRD."))
    if new.valid_to_date is not None and new.valid_to_date < new.valid_from_date:
        raise UnableToSetTariff(_("Hari terakhir tarif tidak boleh sebelum hari pertamanya."))
    area = (new.area_from_m2, new.area_below_m2)
    if any(a is not None and a < 0 for a in area) or (None not in area and area[0] >= area[1]):  # type: ignore[operator]
        raise UnableToSetTariff(_("Batas luas terbalik: luas mulai harus kurang dari luas batas."))


def _must_come_last(new: NewTariff) -> None:
    later = versions_of(new).filter(valid_from_date__gte=new.valid_from_date).last()
    if later is not None:
        raise UnableToSetTariff(
            _("Sudah ada tarif untuk tempat yang sama mulai %s. Tarif baru harus mulai sesudahnya.")
            % date_text(later.valid_from_date)
        )


def _must_not_be_stale(new: NewTariff) -> None:
    issued = Assessment.objects.filter(tariff__in=versions_of(new), period_to_date__gte=new.valid_from_date).exclude(
        closed_by="batal"
    )
    last = issued.aggregate(last=Max("period_to_date"))["last"]
    if last is not None:
        raise UnableToSetTariff(
            _("SKRD dengan tarif lama sudah terbit sampai %(last)s. Tarif baru paling cepat mulai %(next)s.")
            % {"last": date_text(last), "next": date_text(last + ONE_DAY)}
        )
