"""Numbers and dates: tables of cases, and what must hold for every number."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.common.formats import MONTHS, number_text
from tidar.hub.rules.dates import date_order, read_date, read_moment, read_month
from tidar.hub.rules.numbers import number_style, read_number, written_id

DECIMALS = st.decimals(min_value=-(10**9), max_value=10**9, places=3, allow_nan=False)


@given(DECIMALS)
def test_indonesian_writing_round_trips(number: Decimal) -> None:
    assert read_number(written_id(number), style="id") == (number, "")


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_grouped_whole_numbers_round_trip_in_any_style(number: int) -> None:
    text = number_text(number)
    for style in ("id", "ambiguous"):
        assert read_number(text, style=style, whole=True) == (Decimal(number), "")


@given(DECIMALS)
def test_what_is_read_without_a_style_is_never_wrong(number: Decimal) -> None:
    """Both writings of a number, read knowing nothing: the number itself, or a refusal; never another number."""
    grouped = f"{number:,}"
    for text in (grouped, grouped.replace(",", "\0").replace(".", ",").replace("\0", ".")):
        read, fault = read_number(text, style="ambiguous")
        assert read == number or (read is None and fault == "angka-ambigu")


@given(st.text(alphabet="0123456789.,- Rp", max_size=12))
def test_any_text_gives_a_number_or_a_fault(text: str) -> None:
    number, fault = read_number(text, style="id")
    assert number is None or fault == ""


@pytest.mark.parametrize(
    ("shapes", "style"),
    [
        ({"9999": 3}, ""),
        ({"9.999": 3}, "ambiguous"),
        ({"9.999": 3, "99,9": 1}, "id"),
        ({"9.999": 3, "9.999.999": 1}, "id"),
        ({"9,999": 3, "9,999.9": 1}, "en"),
        ({"0.999": 1}, "en"),
        ({"99,9": 1, "99.9": 1}, "mixed"),
        ({"teks": 9}, ""),
    ],
)
def test_style_of_a_column(shapes: dict[str, int], style: str) -> None:
    assert number_style(shapes) == style


@given(st.dates(min_value=dt.date(1970, 1, 1), max_value=dt.date(2069, 12, 31)))
def test_every_writing_of_a_day_means_that_day(day: dt.date) -> None:
    written = (
        day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day}-{day.month}-{day:%y}",
        f"{day.day} {MONTHS[day.month - 1]} {day.year}",
        f"{day:%Y%m%d}", f"{day.day} {MONTHS[day.month - 1][:3].upper()} {day:%y}",
    )  # fmt: skip
    assert {read_date(text) for text in written} == {(day, "")}


@given(st.dates(min_value=dt.date(1930, 1, 1), max_value=dt.date(2100, 1, 1)))
def test_excel_serials_mean_their_day_in_both_epochs(day: dt.date) -> None:
    since_1900 = (day - dt.date(1899, 12, 30)).days
    assert read_date(f"\x01{since_1900}") == (day, "")
    if since_1900 > 12_000:
        assert read_date(f"\x01{since_1900 - 1462}", date1904=True) == (day, "")


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("Januari 2026", 1),
        ("Nopember 2026", 11),
        ("Agt-26", 8),
        ("2026-05", 5),
        ("05/2026", 5),
        ("202605", 5),
        ("bulan Mei 2026", 5),
        ("31/12/2026", 12),
    ],
)
def test_months(text: str, month: int) -> None:
    assert read_month(text) == (dt.date(2026, month, 1), "")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05 08:30", (1, 30)), ("2026-01-05T08:30:00+08:00", (0, 30)), ("05/01/2026 08.30 WITA", (0, 30)),
        ("5 Januari 2026 pukul 08.30", (1, 30)), ("2026-01-05T08:30:00Z", (8, 30)),
    ],
)  # fmt: skip
def test_moments_are_kept_in_utc(text: str, moment: tuple[int, int]) -> None:
    assert read_moment(text) == (dt.datetime(2026, 1, 5, *moment, tzinfo=dt.UTC), "")


def test_order_is_decided_by_the_column() -> None:
    assert [date_order(1, 0), date_order(0, 1), date_order(1, 1), date_order(0, 0)] == ["dmy", "mdy", "mixed", "dmy"]
    assert read_date("05/06/2026", order="mixed") == (None, "tanggal-ambigu")
    assert read_date("13/06/2026", order="mdy") == (None, "bukan-tanggal")
