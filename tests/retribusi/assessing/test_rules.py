"""Tariffs, days and amounts: tables of cases; no database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tidar.retribusi.rules.assessing import Computed, DaySpan, MarketDays, ReliefSpan, Use, amount
from tidar.retribusi.rules.formula import formula_words, from_json, is_month, span_text, to_json
from tidar.retribusi.rules.tariffs import PlaceFacts, TariffRow, is_old, tariff_for, tariff_spans

NOVEMBER = DaySpan(date(2026, 11, 1), date(2026, 11, 30))  # begins on a Sunday
TODAY = DaySpan(date(2026, 11, 25), date(2026, 11, 25))  # a Wednesday
ALWAYS = MarketDays()
NOT_SUNDAY = MarketDays((1, 2, 3, 4, 5, 6))
KIOS = PlaceFacts("pasar", "rejo", "kios", Decimal("6.00"))


def tariff(amount_rupiah: int = 5_000, period: str = "hari", **more) -> TariffRow:
    """A tariff for every place since 2025; give what matters."""
    facts = {
        "id": 1, "levy_kind": "pasar", "market": None, "place_type": "", "area_from_m2": None, "area_below_m2": None,
        "valid_from_date": date(2025, 1, 1), "valid_to_date": None, "legal_basis": "Perda 1/2024 pasal 7",
    }  # fmt: skip
    return TariffRow(period=period, amount_rupiah=amount_rupiah, **(facts | more))


def days(first: int, last: int | None = None) -> DaySpan:
    """Days of November 2026."""
    return DaySpan(date(2026, 11, first), date(2026, 11, last or first))


def owed(*tariffs: TariffRow, period: DaySpan = NOVEMBER, market: MarketDays = ALWAYS, facts=KIOS, **use) -> Computed:
    """What the place owes; occupied all the period unless told."""
    use.setdefault("occupied", period)
    return amount(tariffs, facts, period=period, use=Use(**use), market=market)


def half(span: DaySpan, percent: str = "50") -> ReliefSpan:
    return ReliefSpan(span, Decimal(percent), "SK 12/2026")


@pytest.mark.parametrize(
    ("made", "rupiah", "charged"),
    [
        (owed(tariff(), period=TODAY), 5_000, 1),
        (owed(tariff()), 150_000, 30),
        (owed(tariff(), market=NOT_SUNDAY), 125_000, 25),
        (owed(tariff(500, "hari-m2")), 90_000, 30),
        (owed(tariff(), occupied=days(16, 30)), 75_000, 15),
        (owed(tariff(), occupied=DaySpan(date(2020, 1, 1), date(2026, 11, 3))), 15_000, 3),
        (owed(tariff(), market=MarketDays((), (days(10, 12),))), 135_000, 27),
        (owed(tariff(), leaves=(days(1, 7), days(5, 9))), 105_000, 21),
        (owed(tariff(), reliefs=(half(days(1, 10)),)), 125_000, 30),
        (owed(tariff(), reliefs=(half(NOVEMBER, "33.33"),)), 100_005, 30),
        (
            owed(tariff(), reliefs=(half(NOVEMBER), half(days(1), "100"))),
            72_500,
            30,
        ),  # the greatest counts, not the sum
        (owed(tariff(60_000, "bulan")), 60_000, 30),
        (owed(tariff(60_000, "bulan"), market=NOT_SUNDAY), 60_000, 25),
        (owed(tariff(60_000, "bulan"), market=NOT_SUNDAY, leaves=(days(2, 7),)), 45_600, 19),
        (owed(tariff(60_000, "bulan"), occupied=days(21, 30)), 20_000, 10),
        (owed(tariff(10_000, "bulan-m2")), 60_000, 30),
        (owed(tariff(250_000, "sekali")), 250_000, 1),
        (owed(tariff(250_000, "sekali"), period=TODAY, reliefs=(half(TODAY, "25"),)), 187_500, 1),
        (owed(tariff(100_000, "bulan"), occupied=days(1, 10)), 33_333, 10),  # 33.333,33… rounded down
    ],
)
def test_what_is_owed(made: Computed, rupiah: int, charged: int) -> None:
    assert (made.amount_rupiah, made.days, made.left_out) == (rupiah, charged, "")


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (owed(), "tanpa-tarif"),
        (owed(tariff(valid_from_date=date(2027, 1, 1))), "tanpa-tarif"),
        (owed(tariff(500, "hari-m2"), facts=PlaceFacts("pasar", "rejo", "kios", None)), "tanpa-luas"),
        (owed(tariff(60_000, "bulan"), period=TODAY), "bulanan"),
        (owed(tariff(), period=days(22), market=NOT_SUNDAY), "mingguan"),
        (owed(tariff(), period=TODAY, market=MarketDays((), (TODAY,))), "tutup"),
        (owed(tariff(), period=TODAY, leaves=(TODAY,)), "izin"),
        (owed(tariff(), reliefs=(half(NOVEMBER, "100"),)), "bebas"),
        (owed(tariff(0)), "nol"),
    ],
)
def test_nothing_is_owed_and_the_reason_is_known(made: Computed, reason: str) -> None:
    assert (made.amount_rupiah, made.left_out) == (0, reason)


def test_a_tariff_that_changes_within_the_month_splits_it() -> None:
    old = tariff(4_000, id=1, valid_to_date=date(2026, 11, 10))
    made = owed(old, tariff(5_000, id=2, valid_from_date=date(2026, 11, 11)))
    assert made.amount_rupiah == 10 * 4_000 + 20 * 5_000
    assert [(p.tariff_id, p.days) for p in made.formula.parts] == [(1, 10), (2, 20)]
    assert formula_words(made.formula) == (
        "1–10 November 2026: Rp4.000 × 10 hari = Rp40.000. "
        "11–30 November 2026: Rp5.000 × 20 hari = Rp100.000. Jumlah Rp140.000."
    )


def test_days_before_the_first_tariff_are_not_charged_and_said() -> None:
    made = owed(tariff(valid_from_date=date(2026, 11, 21)))
    assert made.amount_rupiah == 50_000
    assert formula_words(made.formula) == (
        "Dari 30 hari tidak dihitung: 20 hari belum ada tarif. Rp5.000 × 10 hari = Rp50.000."
    )


def test_words_say_days_left_out_reliefs_and_rounding() -> None:
    market = MarketDays((1, 2, 3, 4, 5, 6), (days(10, 11),))
    made = owed(tariff(333, "hari-m2"), market=market, leaves=(days(30),), reliefs=(half(days(2, 4), "12.5"),))
    assert formula_words(made.formula) == (
        "Dari 30 hari tidak dihitung: 1 hari izin libur pedagang, 5 hari pasar tidak buka menurut hari bukanya, "
        "2 hari pasar ditutup. 6 m² × Rp333 × 22 hari, dikurangi 12,50 % untuk 3 hari (SK 12/2026) = Rp43.206,75. "
        "Jumlah Rp43.206,75 dibulatkan ke bawah menjadi Rp43.206."
    )
    assert made.amount_rupiah == 43_206


def test_a_month_is_said_as_a_month() -> None:
    assert formula_words(owed(tariff(60_000, "bulan")).formula) == "Rp60.000 × 1 bulan = Rp60.000."
    part = owed(tariff(60_000, "bulan"), occupied=days(21, 30)).formula
    assert formula_words(part) == "Rp60.000 × 10 dari 30 hari pasar sebulan = Rp20.000."


def test_the_stored_formula_is_the_formula() -> None:
    made = owed(tariff(333, "hari-m2"), market=NOT_SUNDAY, reliefs=(half(days(2, 4), "12.5"),))
    assert from_json(to_json(made.formula)) == made.formula


@pytest.mark.parametrize(
    ("tariffs", "expected"),
    [
        ([tariff(id=1), tariff(id=2, place_type="kios")], 2),
        ([tariff(id=1, market="rejo"), tariff(id=2, place_type="kios")], 1),
        ([tariff(id=1, place_type="kios"), tariff(id=2, area_from_m2=Decimal(4))], 1),
        ([tariff(id=1), tariff(id=2, area_from_m2=Decimal(4), area_below_m2=Decimal(6))], 1),
        ([tariff(id=1), tariff(id=2, area_from_m2=Decimal(6), area_below_m2=Decimal(9))], 2),
        ([tariff(id=1, valid_from_date=date(2026, 1, 1)), tariff(id=2)], 1),
        ([tariff(id=1), tariff(id=2, market="rejo", valid_to_date=date(2026, 11, 24))], 1),
        ([tariff(id=1, market="lain"), tariff(id=2, levy_kind="sampah"), tariff(id=3, place_type="los")], None),
    ],
)
def test_the_most_specific_tariff_in_force_holds(tariffs: list[TariffRow], expected: int | None) -> None:
    found = tariff_for(tariffs, KIOS, day=TODAY.from_date)
    assert (found.id if found else None) == expected


def test_a_bound_needs_a_known_area() -> None:
    unknown = PlaceFacts("pasar", "rejo", "kios", None)
    assert tariff_for([tariff(area_below_m2=Decimal(9))], unknown, day=TODAY.from_date) is None


def test_spans_follow_each_other_without_a_gap() -> None:
    rows = [tariff(id=1, valid_to_date=date(2026, 11, 9)), tariff(id=2, valid_from_date=date(2026, 11, 20))]
    spans = tariff_spans(rows, KIOS, from_date=NOVEMBER.from_date, to_date=NOVEMBER.to_date)
    assert [(s.from_date.day, s.to_date.day, s.tariff.id if s.tariff else None) for s in spans] == [
        (1, 9, 1), (10, 19, None), (20, 30, 2),
    ]  # fmt: skip


def test_a_tariff_grows_old_after_three_years() -> None:
    row = tariff(valid_from_date=date(2023, 11, 25))
    assert not is_old(row, day=date(2026, 11, 25), years=3)
    assert is_old(row, day=date(2026, 11, 26), years=3)


def test_periods_in_words() -> None:
    assert span_text(*(date(2026, 11, 25),) * 2) == "25 November 2026"
    assert span_text(date(2026, 2, 1), date(2026, 2, 28)) == "Februari 2026"
    assert span_text(date(2026, 11, 3), date(2026, 11, 9)) == "3–9 November 2026"
    assert span_text(date(2026, 11, 3), date(2026, 12, 9)) == "3 November 2026 – 9 Desember 2026"
    assert is_month(date(2026, 12, 1), date(2026, 12, 31))
    assert not is_month(date(2026, 11, 1), date(2026, 12, 31))
