"""What one occupancy owes for a day or a month: pure, from the tariff, the calendar, leaves and reliefs.

A day is charged when the place is occupied, the market is open that weekday, the market is not closed, the trader is
not on approved leave, and a tariff is in force. Of several reliefs on one day the greatest counts; they never add up.
A tariff per month is charged only for a whole calendar month, by its charged days out of the market days of the month.
A flat tariff is charged once, by the tariff of the first charged day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from tidar.retribusi.rules.formula import Formula, Part, Reduced, amount_of, is_month
from tidar.retribusi.rules.tariffs import FLAT, PER_M2, PER_MONTH, PlaceFacts, TariffRow, TariffSpan, tariff_spans

YEARS = (2000, 2199)  # of a period; another one is a slip of the keyboard
LEFT_OUT = {
    "sudah": "sudah mempunyai SKRD untuk masa ini",
    "tumpang-tindih": "sebagian harinya sudah ditetapkan dalam SKRD lain",
    "sekali": "retribusi sekali bayar sudah pernah ditetapkan",
    "tanpa-tarif": "belum ada tarif yang berlaku",
    "tanpa-luas": "tarifnya per m², tetapi luas lapak belum dicatat",
    "bulanan": "bertarif bulanan; ditetapkan dalam penetapan sebulan penuh",
    "mingguan": "pasar tidak buka pada hari itu",
    "tutup": "pasar ditutup",
    "izin": "pedagang izin libur",
    "bebas": "dibebaskan dengan keputusan",
    "nol": "tarifnya nol rupiah",
}


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days from one to another, both included."""

    from_date: date
    to_date: date

    def has(self, day: date) -> bool:
        """Whether `day` is among them."""
        return self.from_date <= day <= self.to_date

    def days(self) -> Iterator[date]:
        """Each day in turn."""
        for n in range((self.to_date - self.from_date).days + 1):
            yield self.from_date + timedelta(days=n)


@dataclass(frozen=True, slots=True)
class ReliefSpan:
    """A reduction in percent (100: exempt) on some days, by a decision."""

    days: DaySpan
    percent: Decimal
    decision: str


@dataclass(frozen=True, slots=True)
class MarketDays:
    """When a market is open: ISO weekdays (none named: every day), less the days on which it was closed."""

    open_weekdays: tuple[int, ...] = ()
    closed: tuple[DaySpan, ...] = ()

    def opens_on(self, day: date) -> bool:
        """Whether `day` is one of its weekdays."""
        return not self.open_weekdays or day.isoweekday() in self.open_weekdays


@dataclass(frozen=True, slots=True)
class Use:
    """How a place was used in a period: occupied from/to, days of leave, reliefs."""

    occupied: DaySpan
    leaves: tuple[DaySpan, ...] = ()
    reliefs: tuple[ReliefSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Computed:
    """An amount with its formula, or zero with the reason why nothing is issued (a key of `LEFT_OUT`)."""

    amount_rupiah: int
    days: int
    tariff_id: int
    formula: Formula
    left_out: str = ""


@dataclass(slots=True)
class _Counts:
    """Days of one stretch as they are counted."""

    days: int = 0
    off: dict[str, int] = field(default_factory=dict)
    reduced: dict[tuple[Decimal, str], int] = field(default_factory=dict)


def amount(
    tariffs: Sequence[TariffRow], facts: PlaceFacts, *, period: DaySpan, use: Use, market: MarketDays
) -> Computed:
    """What is owed for the occupied days of `period`; see the module for what is charged. Never negative."""
    from_date, to_date = max(period.from_date, use.occupied.from_date), min(period.to_date, use.occupied.to_date)
    spans = tariff_spans(tariffs, facts, from_date=from_date, to_date=to_date) if from_date <= to_date else ()
    parts: list[Part] = []
    off: dict[str, int] = {}
    for span in spans:
        counts = _count(span, use=use, market=market)
        for kind, days in counts.off.items():
            off[kind] = off.get(kind, 0) + days
        if span.tariff is not None and counts.days and not _flat_already(span.tariff, parts):
            parts.append(_part(span, span.tariff, facts, counts=counts, base=_base_days(span, period, market)))
    formula = Formula(from_date, to_date, tuple(parts), tuple(sorted(off.items())))
    reason = _reason(formula, facts, whole_month=is_month(period.from_date, period.to_date))
    if reason:
        return Computed(0, 0, 0, formula, reason)
    return Computed(amount_of(formula), formula.days, parts[0].tariff_id, formula)


def _flat_already(tariff: TariffRow, parts: list[Part]) -> bool:
    return tariff.period == FLAT and any(part.period == FLAT for part in parts)


def _count(span: TariffSpan, *, use: Use, market: MarketDays) -> _Counts:
    counts = _Counts()
    for day in DaySpan(span.from_date, span.to_date).days():
        kind = _off_kind(day, use=use, market=market) or ("" if span.tariff else "tanpa-tarif")
        if kind:
            counts.off[kind] = counts.off.get(kind, 0) + 1
            continue
        counts.days += 1
        relief = max((r for r in use.reliefs if r.days.has(day)), key=_size, default=None)
        if relief is not None:
            key = (relief.percent, relief.decision)
            counts.reduced[key] = counts.reduced.get(key, 0) + 1
    return counts


def _size(relief: ReliefSpan) -> tuple[Decimal, str]:
    return relief.percent, relief.decision


def _off_kind(day: date, *, use: Use, market: MarketDays) -> str:
    if not market.opens_on(day):
        return "mingguan"
    if any(span.has(day) for span in market.closed):
        return "tutup"
    return "izin" if any(span.has(day) for span in use.leaves) else ""


def _base_days(span: TariffSpan, period: DaySpan, market: MarketDays) -> int:
    """Market days of the month, closures not subtracted: what a whole month's tariff is for."""
    if span.tariff is None or span.tariff.period not in PER_MONTH:
        return 0
    return sum(market.opens_on(day) for day in period.days())


def _part(span: TariffSpan, tariff: TariffRow, facts: PlaceFacts, *, counts: _Counts, base: int) -> Part:
    reduced = tuple(Reduced(p, d, n) for (p, d), n in sorted(counts.reduced.items()))
    days = counts.days
    if tariff.period == FLAT:  # once, whatever the number of days; relief counts when it covers all of them
        days = 1
        reduced = tuple(Reduced(r.percent, r.decision, 1) for r in reduced[-1:] if r.days == counts.days)
    return Part(
        tariff_id=tariff.id,
        period=tariff.period,
        rupiah=tariff.amount_rupiah,
        area_m2=facts.area_m2 if tariff.period in PER_M2 else None,
        from_date=span.from_date,
        to_date=span.to_date,
        days=days,
        base_days=base,
        reduced=reduced,
    )


def _reason(formula: Formula, facts: PlaceFacts, *, whole_month: bool) -> str:
    """Why nothing can be issued, or ""."""
    if not formula.parts:
        return _off_reason(formula)
    if facts.area_m2 is None and any(part.period in PER_M2 for part in formula.parts):
        return "tanpa-luas"
    if not whole_month and any(part.period in PER_MONTH for part in formula.parts):
        return "bulanan"
    if amount_of(formula) > 0:
        return ""
    return "bebas" if any(part.reduced for part in formula.parts) else "nol"


def _off_reason(formula: Formula) -> str:
    """The reason that took most days; a missing tariff is told first, since somebody must mend it."""
    off = dict(formula.off)
    if off.get("tanpa-tarif"):
        return "tanpa-tarif"
    return max(off, key=lambda kind: off[kind], default="tanpa-tarif")
