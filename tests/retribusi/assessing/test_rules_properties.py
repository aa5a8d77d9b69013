"""Amounts under any calendar, leaves, reliefs and tariffs, beside a naive day-by-day model."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidar.retribusi.rules.assessing import DaySpan, MarketDays, ReliefSpan, Use, amount
from tidar.retribusi.rules.formula import amount_of, formula_words, from_json, is_month, to_json
from tidar.retribusi.rules.tariffs import PlaceFacts, TariffRow, tariff_for

FIRST = date(2026, 11, 1)
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
PERIODS = st.sampled_from([DaySpan(FIRST, date(2026, 11, 30)), *(DaySpan(d, d) for d in (FIRST, date(2026, 11, 17)))])
PERCENTS = st.decimals(min_value="0.01", max_value="100", places=2)
AREAS = st.one_of(st.none(), st.decimals(min_value="0.25", max_value="500", places=2))


@st.composite
def spans(draw) -> DaySpan:
    """Days around November 2026."""
    first = FIRST + timedelta(days=draw(st.integers(-20, 40)))
    return DaySpan(first, first + timedelta(days=draw(st.integers(0, 40))))


@st.composite
def tariffs(draw, *, periods: tuple[str, ...]) -> list[TariffRow]:
    """Up to three tariffs, some of them for other places."""
    made = []
    for number in range(draw(st.integers(0, 3))):
        days = draw(spans())
        made.append(
            TariffRow(
                id=number + 1, levy_kind="pasar", market=draw(st.sampled_from([None, "rejo", "lain"])),
                place_type=draw(st.sampled_from(["", "kios", "los"])), area_from_m2=None,
                area_below_m2=draw(st.one_of(st.none(), st.just(Decimal(50)))), period=draw(st.sampled_from(periods)),
                amount_rupiah=draw(st.integers(0, 2_000_000)), valid_from_date=days.from_date,
                valid_to_date=draw(st.one_of(st.none(), st.just(days.to_date))), legal_basis="Perda",
            )
        )  # fmt: skip
    return made


RELIEFS = st.lists(st.builds(ReliefSpan, spans(), PERCENTS, st.sampled_from(["SK 1", "SK 2"])), max_size=3)
USES = st.builds(Use, spans(), st.lists(spans(), max_size=2).map(tuple), RELIEFS.map(tuple))
MARKETS = st.builds(
    MarketDays,
    st.sets(st.integers(1, 7)).map(lambda found: tuple(sorted(found))),
    st.lists(spans(), max_size=2).map(tuple),
)
DAILY, ALL = ("hari", "hari-m2"), ("hari", "hari-m2", "bulan", "bulan-m2", "sekali")


def naive(rows: list[TariffRow], facts: PlaceFacts, period: DaySpan, use: Use, market: MarketDays) -> Fraction:
    """Day by day, with fractions."""
    total = Fraction(0)
    for day in period.days():
        shut = not market.opens_on(day) or any(s.has(day) for s in (*market.closed, *use.leaves))
        row = tariff_for(rows, facts, day=day)
        if shut or row is None or not use.occupied.has(day):
            continue
        percent = max((r.percent for r in use.reliefs if r.days.has(day)), default=Decimal(0))
        area = Fraction(facts.area_m2 or 0) if row.period == "hari-m2" else 1
        total += row.amount_rupiah * area * (1 - Fraction(percent) / 100)
    return total


@patient
@given(tariffs(periods=DAILY), PERIODS, USES, MARKETS, AREAS)
def test_daily_amounts_are_the_sum_of_their_days_rounded_down_once(rows, period, use, market, area) -> None:
    facts = PlaceFacts("pasar", "rejo", "kios", area)
    made = amount(rows, facts, period=period, use=use, market=market)
    if made.left_out == "tanpa-luas":
        return
    assert made.amount_rupiah == int(naive(rows, facts, period, use, market))


@patient
@given(tariffs(periods=ALL), PERIODS, USES, MARKETS, AREAS)
def test_the_stored_formula_gives_the_stored_amount_and_words(rows, period, use, market, area) -> None:
    facts = PlaceFacts("pasar", "rejo", "kios", area)
    made = amount(rows, facts, period=period, use=use, market=market)
    assert from_json(to_json(made.formula)) == made.formula
    assert (made.amount_rupiah == 0) == bool(made.left_out)
    if not made.left_out:
        assert amount_of(from_json(to_json(made.formula))) == made.amount_rupiah
        assert formula_words(made.formula).endswith(".")


@patient
@given(tariffs(periods=ALL), PERIODS, USES, MARKETS, AREAS)
def test_every_day_of_the_stretch_is_charged_or_left_out_with_its_reason(rows, period, use, market, area) -> None:
    made = amount(rows, PlaceFacts("pasar", "rejo", "kios", area), period=period, use=use, market=market)
    if made.left_out or any(part.period == "sekali" for part in made.formula.parts):
        return
    assert made.formula.days + sum(days for _kind, days in made.formula.off) == made.formula.calendar_days


@patient
@given(tariffs(periods=ALL), USES, MARKETS, AREAS, spans())
def test_a_closure_or_a_leave_never_makes_it_dearer(rows, use, market, area, more) -> None:
    period = DaySpan(FIRST, date(2026, 11, 30))
    assert is_month(period.from_date, period.to_date)
    facts = PlaceFacts("pasar", "rejo", "kios", area)
    before = amount(rows, facts, period=period, use=use, market=market).amount_rupiah
    leave = Use(use.occupied, (*use.leaves, more), use.reliefs)
    shut = MarketDays(market.open_weekdays, (*market.closed, more))
    if any(row.period == "sekali" for row in rows):
        return
    assert amount(rows, facts, period=period, use=leave, market=market).amount_rupiah <= before
    assert amount(rows, facts, period=period, use=use, market=shut).amount_rupiah <= before
