"""The stored formula of an SKRD: what gave its amount, computed again at any time, and said in words.

Level of use × tariff (the regional rule's formula), per part of the period with one tariff. The amount is the exact sum
of all parts, rounded down once to whole rupiah, in the payer's favour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tidar.common.formats import MONTHS, date_text, number_text
from tidar.common.money import rupiah_text
from tidar.retribusi.rules.tariffs import FLAT, PER_M2, PER_MONTH

VERSION = 1
OFF_WORDS = {
    "mingguan": "pasar tidak buka menurut hari bukanya",
    "tutup": "pasar ditutup",
    "izin": "izin libur pedagang",
    "tanpa-tarif": "belum ada tarif",
}


@dataclass(frozen=True, slots=True)
class Reduced:
    """Days of a part that were reduced by `percent` under a decision."""

    percent: Decimal
    decision: str
    days: int


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the period under one tariff: its charged days, those left out, and the reduced ones among them.

    `base_days` is the number of market days of the whole month, for a tariff per month; else 0.
    """

    tariff_id: int
    period: str
    rupiah: int
    area_m2: Decimal | None
    from_date: date
    to_date: date
    days: int
    base_days: int
    reduced: tuple[Reduced, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """All that gave an amount: the charged stretch, its parts, and why days were left out (kind → days)."""

    from_date: date
    to_date: date
    parts: tuple[Part, ...]
    off: tuple[tuple[str, int], ...]

    @property
    def days(self) -> int:
        """Charged days."""
        return sum(part.days for part in self.parts)

    @property
    def calendar_days(self) -> int:
        """All days of the stretch."""
        return (self.to_date - self.from_date).days + 1


def exact(part: Part) -> Fraction:
    """What a part comes to before rounding."""
    unit = Fraction(part.rupiah) * (Fraction(part.area_m2 or 0) if part.period in PER_M2 else 1)
    if part.period == FLAT:
        return unit * (1 - sum((Fraction(one.percent) for one in part.reduced), Fraction(0)) / 100)
    return unit * _weight(part) / (part.base_days if part.period in PER_MONTH else 1)


def _weight(part: Part) -> Fraction:
    """Charged days, each counted by what is left of it after its reduction."""
    return part.days - sum((one.days * Fraction(one.percent) / 100 for one in part.reduced), Fraction(0))


def amount_of(formula: Formula) -> int:
    """The amount in whole rupiah: the exact sum rounded down."""
    total = sum((exact(part) for part in formula.parts), Fraction(0))
    return total.numerator // total.denominator


def to_json(formula: Formula) -> dict[str, Any]:
    """As an SKRD keeps it; `from_json` gives the same formula back."""
    return {
        "v": VERSION,
        "dari": formula.from_date.isoformat(),
        "sampai": formula.to_date.isoformat(),
        "bagian": [_part_json(part) for part in formula.parts],
        "libur": dict(formula.off),
    }


def _part_json(part: Part) -> dict[str, Any]:
    made: dict[str, Any] = {
        "tarif": part.tariff_id,
        "per": part.period,
        "rupiah": part.rupiah,
        "dari": part.from_date.isoformat(),
        "sampai": part.to_date.isoformat(),
        "hari": part.days,
    }
    if part.area_m2 is not None:
        made["luas"] = str(part.area_m2)
    if part.base_days:
        made["dasar"] = part.base_days
    if part.reduced:
        made["keringanan"] = [[str(one.percent), one.decision, one.days] for one in part.reduced]
    return made


def from_json(stored: Mapping[str, Any]) -> Formula:
    """The formula that an SKRD keeps."""
    return Formula(
        from_date=date.fromisoformat(stored["dari"]),
        to_date=date.fromisoformat(stored["sampai"]),
        parts=tuple(_part(one) for one in stored["bagian"]),
        off=tuple((str(kind), int(days)) for kind, days in stored["libur"].items()),
    )


def _part(stored: Mapping[str, Any]) -> Part:
    return Part(
        tariff_id=int(stored["tarif"]),
        period=str(stored["per"]),
        rupiah=int(stored["rupiah"]),
        area_m2=Decimal(stored["luas"]) if "luas" in stored else None,
        from_date=date.fromisoformat(stored["dari"]),
        to_date=date.fromisoformat(stored["sampai"]),
        days=int(stored["hari"]),
        base_days=int(stored.get("dasar", 0)),
        reduced=tuple(Reduced(Decimal(p), str(d), int(n)) for p, d, n in stored.get("keringanan", ())),
    )


def formula_words(formula: Formula) -> str:
    """How the amount came about, in sentences that a trader can check with a pencil."""
    sentences = [_left_out(formula)] if formula.off else []
    dated = len(formula.parts) > 1
    sentences += [_part_words(part, dated=dated) for part in formula.parts]
    total = sum((exact(part) for part in formula.parts), Fraction(0))
    if total.denominator != 1:
        sentences.append(f"Jumlah {_rupiah(total)} dibulatkan ke bawah menjadi {rupiah_text(amount_of(formula))}.")
    elif dated:
        sentences.append(f"Jumlah {rupiah_text(amount_of(formula))}.")
    return " ".join(sentences)


def _left_out(formula: Formula) -> str:
    reasons = ", ".join(f"{days} hari {OFF_WORDS.get(kind, kind)}" for kind, days in formula.off)
    return f"Dari {formula.calendar_days} hari tidak dihitung: {reasons}."


def _part_words(part: Part, *, dated: bool) -> str:
    begin = f"{span_text(part.from_date, part.to_date)}: " if dated else ""
    unit = rupiah_text(part.rupiah)
    if part.period in PER_M2:
        unit = f"{number_text(part.area_m2)} m² × {unit}"
    if part.period == FLAT:
        return f"{begin}{unit} sekali bayar{_reductions(part)} = {_rupiah(exact(part))}."
    use = f"{part.days} hari"
    if part.period in PER_MONTH:
        whole = part.days == part.base_days
        use = "1 bulan" if whole else f"{part.days} dari {part.base_days} hari pasar sebulan"
    return f"{begin}{unit} × {use}{_reductions(part)} = {_rupiah(exact(part))}."


def _reductions(part: Part) -> str:
    told = [
        f"{number_text(one.percent)} % untuk {one.days} hari ({one.decision})"
        if part.period != FLAT
        else f"{number_text(one.percent)} % ({one.decision})"
        for one in part.reduced
    ]
    return f", dikurangi {' dan '.join(told)}" if told else ""


def _rupiah(amount: Fraction) -> str:
    """Exact where it is whole; else cut after two decimals, never rounded up."""
    if amount.denominator == 1:
        return rupiah_text(amount.numerator)
    hundredths = amount.numerator * 100 // amount.denominator
    return f"{rupiah_text(hundredths // 100)},{hundredths % 100:02d}"


def span_text(from_date: date, to_date: date) -> str:
    """`24 November 2026`, `November 2026`, `1–15 November 2026` or the two dates in full."""
    if from_date == to_date:
        return date_text(from_date)
    same_month = (from_date.year, from_date.month) == (to_date.year, to_date.month)
    if not same_month:
        return f"{date_text(from_date)} – {date_text(to_date)}"
    month = f"{MONTHS[to_date.month - 1]} {to_date.year}"
    if from_date.day == 1 and is_month(from_date, to_date):
        return month
    return f"{from_date.day}–{to_date.day} {month}"


def is_month(from_date: date, to_date: date) -> bool:
    """Whether the two dates are the first and last of one calendar month."""
    following = date(to_date.year + to_date.month // 12, to_date.month % 12 + 1, 1)
    return from_date == to_date.replace(day=1) and (following - to_date).days == 1
