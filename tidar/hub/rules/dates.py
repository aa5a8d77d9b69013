"""Days, months and moments as people write them: ISO, 5/1/2024, "5 Januari 2024", Jan-24, and Excel's serial
numbers.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from tidar.hub.rules.book import BLANKS, DAY, FAULT, NO_VALUE, NUMBER
from tidar.hub.rules.numbers import NOTHING

_NAMES = {
    "januari": 1, "jan": 1, "january": 1, "februari": 2, "pebruari": 2, "feb": 2, "peb": 2, "february": 2, "maret": 3,
    "mar": 3,
    "mrt": 3, "march": 3, "april": 4, "apr": 4, "mei": 5, "may": 5, "juni": 6, "jun": 6, "june": 6, "juli": 7, "jul": 7,
    "july": 7, "agustus": 8, "agt": 8, "ags": 8, "agu": 8, "aug": 8, "august": 8, "september": 9, "sep": 9, "sept": 9,
    "oktober": 10, "okt": 10, "oct": 10, "october": 10, "november": 11, "nopember": 11, "nov": 11, "nop": 11,
    "desember": 12,
    "des": 12, "dec": 12, "december": 12,
}  # fmt: skip
_WEEKDAY = re.compile(r"^(?:senin|selasa|rabu|kamis|jumat|jum'at|sabtu|minggu|ahad)\s*,?\s*", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_PARTS = re.compile(r"(\d{1,2})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{4}|\d{2})")
_NAMED = re.compile(r"(\d{1,2})[-\s./]*([A-Za-z]+)[-\s./,]*(\d{4}|\d{2})")
_NAMED_US = re.compile(r"([A-Za-z]+)\s+(\d{1,2}),\s*(\d{4})")
_MONTH_NAMED = re.compile(r"(?:bulan\s+)?([A-Za-z]+)[-\s./,']*(\d{4}|\d{2})", re.IGNORECASE)
_MONTH_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})")
_MONTH_PARTS = re.compile(r"(\d{1,2})[-/.](\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_TIME = re.compile(
    r"(.*?)[T,\s]+(?:pukul\s+|jam\s+)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*(Z|WIB|WITA|WIT|[+-]\d{2}:?\d{0,2})?"
)
_ZONES = {"WIB": 7, "WITA": 8, "WIT": 9}
_EXCEL_EPOCH = date(1899, 12, 30)
_1904_DAYS = 1_462


def read_date(text: str, *, order: str = "dmy", date1904: bool = False) -> tuple[date | None, str]:
    """The day, or None and the word of the fault ("" means: a way to write "nothing").

    `order`: "dmy", "mdy", or "mixed" (the column shows both; a date that could be either is not read).
    """
    fault = _fault_of_mark(text)
    if fault is not None:
        return None, fault
    if text[:1] == NUMBER or re.fullmatch(r"[2-5]\d{4}", text.strip(BLANKS)):
        return _serial(text.lstrip(NUMBER).strip(BLANKS), date1904=date1904)
    text = _WEEKDAY.sub("", text.lstrip(DAY).strip(BLANKS))
    day, fault = _written_date(text, order)
    if day is None and (match := _TIME.fullmatch(text)):
        return _written_date(match[1], order)  # a moment in a column of days: its day, as written
    return day, fault


def _written_date(text: str, order: str) -> tuple[date | None, str]:
    if match := _ISO.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _PARTS.fullmatch(text):
        return _ordered(int(match[1]), int(match[2]), _year(match[3]), order)
    if (match := _NAMED.fullmatch(text)) and match[2].lower() in _NAMES:
        return _day(_year(match[3]), _NAMES[match[2].lower()], int(match[1]))
    if (match := _NAMED_US.fullmatch(text)) and match[1].lower() in _NAMES:
        return _day(int(match[3]), _NAMES[match[1].lower()], int(match[2]))
    if (match := _COMPACT.fullmatch(text)) and match[3]:
        return _day(int(match[1]), int(match[2]), int(match[3]))
    return None, "bukan-tanggal"


def _ordered(first: int, second: int, year: int, order: str) -> tuple[date | None, str]:
    if first > 12 or second > 12:
        day, month = (first, second) if first > 12 else (second, first)
        if order != "mixed" and (order == "dmy") != (first > 12):
            return None, "bukan-tanggal"
        return _day(year, month, day)
    if order == "mixed" and first != second:
        return None, "tanggal-ambigu"
    return _day(year, second, first) if order != "mdy" else _day(year, first, second)


def date_order(over_first: int, over_second: int) -> str:
    """The order of a column: how many dates have a first part above 12, and how many a second part. Default dmy."""
    if over_first and over_second:
        return "mixed"
    return "mdy" if over_second else "dmy"


def read_month(text: str, *, order: str = "dmy", date1904: bool = False) -> tuple[date | None, str]:
    """The first day of the month meant; a full date means its month."""
    fault = _fault_of_mark(text)
    if fault is not None:
        return None, fault
    bare = text.lstrip(DAY + NUMBER).strip(BLANKS)
    if (match := _MONTH_NAMED.fullmatch(bare)) and match[1].lower() in _NAMES:
        return _day(_year(match[2]), _NAMES[match[1].lower()], 1)
    if match := _MONTH_ISO.fullmatch(bare):
        return _day(int(match[1]), int(match[2]), 1)
    if match := _MONTH_PARTS.fullmatch(bare):
        return _day(int(match[2]), int(match[1]), 1)
    if (match := _COMPACT.fullmatch(bare)) and not match[3] and 1900 <= int(match[1]) <= 2100:
        return _day(int(match[1]), int(match[2]), 1)
    day, fault = read_date(text, order=order, date1904=date1904)
    return (
        (day.replace(day=1), "")
        if day
        else (None, fault.replace("tanggal", "bulan") if fault == "bukan-tanggal" else fault)
    )


def read_moment(
    text: str, *, order: str = "dmy", offset_hours: int = 7, date1904: bool = False
) -> tuple[datetime | None, str]:
    """The moment in UTC; without a zone it is taken in the region's. A bare day is its midnight there."""
    fault = _fault_of_mark(text)
    if fault is not None:
        return None, fault
    local = timezone(timedelta(hours=offset_hours))
    if text[:1] == NUMBER:
        return _serial_moment(text[1:], local, date1904=date1904)
    bare = text.lstrip(DAY).strip(BLANKS)
    match = _TIME.fullmatch(bare)
    day, fault = read_date(match[1] if match else bare, order=order, date1904=date1904)
    if day is None:
        return None, fault.replace("tanggal", "waktu") if fault == "bukan-tanggal" else fault
    hour, minute, second = (int(match[2]), int(match[3]), int(match[4] or 0)) if match else (0, 0, 0)
    if hour > 23 or minute > 59 or second > 59:
        return None, "bukan-waktu"
    zone = _zone(match[5], local) if match and match[5] else local
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone).astimezone(UTC), ""


def _serial_moment(text: str, local: timezone, *, date1904: bool) -> tuple[datetime | None, str]:
    day, fault = _serial(text, date1904=date1904)
    if day is None:
        return None, fault
    start = datetime(day.year, day.month, day.day, tzinfo=local)
    return (start + timedelta(seconds=round(float(text) % 1 * 86_400))).astimezone(UTC), ""


def _zone(text: str, local: timezone) -> timezone:
    if text in _ZONES:
        return timezone(timedelta(hours=_ZONES[text]))
    if text == "Z":
        return timezone.utc
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 14 or minutes > 59:
        return local
    return timezone((-1 if text[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))


def _fault_of_mark(text: str) -> str | None:
    """ "" for a way to write "nothing", a fault for a formula without result, None when there is something to read."""
    if text[:1] == NO_VALUE:
        return "rumus-tanpa-nilai"
    if text[:1] == FAULT:
        return "galat-rumus"
    return "" if text.strip(BLANKS).lower() in NOTHING else None


def _serial(text: str, *, date1904: bool) -> tuple[date | None, str]:
    """Excel's day number. Only 1927…2119 is believed; a year or a small count is not a date."""
    try:
        number = float(text)
    except ValueError:
        return None, "bukan-tanggal"
    days = int(number) + (_1904_DAYS if date1904 else 0)
    if not 10_000 <= days <= 80_000:
        return None, "bukan-tanggal"
    return _EXCEL_EPOCH + timedelta(days=days), ""


def _year(text: str) -> int:
    """Two digits mean 1970…2069."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)


def _day(year: int, month: int, day: int) -> tuple[date | None, str]:
    if not 1800 <= year <= 2200:
        return None, "bukan-tanggal"
    try:
        return date(year, month, day), ""
    except ValueError:
        return None, "bukan-tanggal"
