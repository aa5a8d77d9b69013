"""Which tariff holds for a place on a day: the most specific one in force, and the newest of equals.

A tariff is data with its days and its article (UU 1/2022, article 94: one regional rule sets them); nothing here knows
an amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

DAY, DAY_M2, MONTH, MONTH_M2, FLAT = "hari", "hari-m2", "bulan", "bulan-m2", "sekali"
PER_M2 = frozenset({DAY_M2, MONTH_M2})
PER_MONTH = frozenset({MONTH, MONTH_M2})


@dataclass(frozen=True, slots=True)
class TariffRow:
    """One version of one tariff; `market` None and `place_type` "" mean every one; bounds are area ≥ from, < below."""

    id: int
    levy_kind: str
    market: str | None
    place_type: str
    area_from_m2: Decimal | None
    area_below_m2: Decimal | None
    period: str
    amount_rupiah: int
    valid_from_date: date
    valid_to_date: date | None
    legal_basis: str


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What of a place decides its tariff."""

    levy_kind: str
    market: str | None
    place_type: str
    area_m2: Decimal | None


@dataclass(frozen=True, slots=True)
class TariffSpan:
    """Days, first and last included, in which one tariff holds; None: no tariff is in force."""

    from_date: date
    to_date: date
    tariff: TariffRow | None


def fits(tariff: TariffRow, facts: PlaceFacts) -> bool:
    """Whether a tariff is meant for such a place, whatever the day. A bound needs a known area."""
    if tariff.levy_kind != facts.levy_kind:
        return False
    if tariff.market not in (None, facts.market) or tariff.place_type not in ("", facts.place_type):
        return False
    return _within(tariff, facts.area_m2)


def _within(tariff: TariffRow, area_m2: Decimal | None) -> bool:
    low, high = tariff.area_from_m2, tariff.area_below_m2
    if low is None and high is None:
        return True
    return area_m2 is not None and (low is None or area_m2 >= low) and (high is None or area_m2 < high)


def in_force(tariff: TariffRow, day: date) -> bool:
    """Whether `day` is among the tariff's days."""
    return tariff.valid_from_date <= day and (tariff.valid_to_date is None or day <= tariff.valid_to_date)


def tariff_for(tariffs: Iterable[TariffRow], facts: PlaceFacts, *, day: date) -> TariffRow | None:
    """The tariff of a place on a day: market before place type before area bounds, then the newest; else None."""
    found = [tariff for tariff in tariffs if in_force(tariff, day) and fits(tariff, facts)]
    return max(found, key=_rank, default=None)


def _rank(tariff: TariffRow) -> tuple[bool, bool, bool, date, int]:
    bounded = tariff.area_from_m2 is not None or tariff.area_below_m2 is not None
    return tariff.market is not None, tariff.place_type != "", bounded, tariff.valid_from_date, tariff.id


def tariff_spans(
    tariffs: Sequence[TariffRow], facts: PlaceFacts, *, from_date: date, to_date: date
) -> tuple[TariffSpan, ...]:
    """The days from one date to another, cut wherever the tariff changes; they follow each other without a gap."""
    fitting = [tariff for tariff in tariffs if fits(tariff, facts)]
    cuts = {from_date}
    for tariff in fitting:
        ends = [tariff.valid_from_date]
        if tariff.valid_to_date is not None and tariff.valid_to_date < to_date:
            ends.append(tariff.valid_to_date + timedelta(days=1))
        cuts.update(day for day in ends if from_date < day <= to_date)
    days = sorted(cuts)
    lasts = [day - timedelta(days=1) for day in days[1:]] + [to_date]
    spans = [TariffSpan(day, last, tariff_for(fitting, facts, day=day)) for day, last in zip(days, lasts, strict=True)]
    return _joined(spans)


def _joined(spans: list[TariffSpan]) -> tuple[TariffSpan, ...]:
    joined: list[TariffSpan] = []
    for span in spans:
        if joined and joined[-1].tariff == span.tariff:
            joined[-1] = TariffSpan(joined[-1].from_date, span.to_date, span.tariff)
        else:
            joined.append(span)
    return tuple(joined)


def is_old(tariff: TariffRow, *, day: date, years: int) -> bool:
    """Whether the tariff has held for more than `years` on `day`: the law asks for a review by then."""
    first = tariff.valid_from_date
    return (day.year - first.year, day.month, day.day) > (years, first.month, first.day)
