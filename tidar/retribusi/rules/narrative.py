"""One sentence for each number that a leader reads: what it is, whether it is well. Plain Indonesian, pure."""

from __future__ import annotations

from datetime import date

from tidar.common.formats import MONTHS, age_text, number_text
from tidar.common.money import rupiah_text
from tidar.retribusi.rules.custody import Lateness
from tidar.retribusi.rules.targets import Standing

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


def today_words(*, rupiah: int, count: int, week_ago_rupiah: int, day: date) -> str:
    """Today's receipts beside those of the same weekday a week before."""
    if not rupiah:
        return "Belum ada penerimaan yang tercatat pada hari ini."
    said = f"{rupiah_text(rupiah)} dari {number_text(count)} bukti"
    weekday = DAYS[day.weekday()]
    if not week_ago_rupiah:
        return f"{said}; {weekday} pekan lalu tidak ada penerimaan."
    change = 100 * (rupiah - week_ago_rupiah) / week_ago_rupiah
    if abs(change) < 1:
        return f"{said}, sama seperti {weekday} pekan lalu."
    return f"{said}, {number_text(abs(change), decimals=0)} % {_more(change)} daripada {weekday} pekan lalu."


def _more(change: float) -> str:
    return "lebih banyak" if change > 0 else "lebih sedikit"


def month_words(*, rupiah: int, day: date) -> str:
    """What the month brought so far, and a day on average."""
    average = rupiah // day.day
    return f"{MONTHS[day.month - 1]} sampai tanggal {day.day}: rata-rata {rupiah_text(average)} sehari."


def year_words(stands: Standing) -> str:
    """The year against its target, with the pace and what is needed a day."""
    if stands.percent is None:
        return "Target tahun ini belum dicatat."
    share = number_text(stands.percent, decimals=1)
    if not stands.missing_rupiah:
        return f"Target {rupiah_text(stands.target_rupiah)} sudah tercapai ({share} %)."
    expected = number_text(stands.expected_percent, decimals=1)
    return (
        f"{share} % dari target {rupiah_text(stands.target_rupiah)}, {stands.pace} (waktu berjalan {expected} %); "
        f"perlu {rupiah_text(stands.needed_per_day_rupiah)} sehari sampai akhir tahun."
    )


def custody_words(*, bags_rupiah: int, purse_rupiah: int, late: Lateness | None, late_count: int) -> str:
    """Cash that did not reach the treasury yet; `late` is the gravest of who holds it too long."""
    if not bags_rupiah and not purse_rupiah:
        return "Semua uang tunai sudah disetor ke kas daerah."
    said = f"{rupiah_text(bags_rupiah)} pada juru pungut dan {rupiah_text(purse_rupiah)} pada bendahara"
    if late is None or not late_count:
        return f"{said}; semuanya masih dalam batas waktu setor."
    return (
        f"{said}; {late_count} pemegang lewat batas, yang terlama {age_text(late.overdue_seconds)}. Mohon ditanyakan."
    )


def arrears_words(
    *, owed_rupiah: int, overdue_rupiah: int, old_rupiah: int, expired_rupiah: int, is_aged: bool = True
) -> str:
    """Arrears: what is past due, what is older than a year, what passed its expiry of three years.

    Ages are counted at night: before the first night (`is_aged` False) nothing is said of them.
    """
    if not owed_rupiah:
        return "Tidak ada piutang."
    if not is_aged:
        return "Umurnya dihitung malam ini."
    if not overdue_rupiah:
        return "Semuanya belum jatuh tempo."
    said = f"{rupiah_text(overdue_rupiah)} sudah lewat jatuh tempo"
    if old_rupiah:
        said += f", {rupiah_text(old_rupiah)} di antaranya berumur lebih dari setahun"
    if expired_rupiah:
        return f"{said}; {rupiah_text(expired_rupiah)} lewat 3 tahun dan terancam kedaluwarsa."
    return f"{said}."


def cases_words(*, count: int, held_rupiah: int, oldest_seconds: float | None) -> str:
    """Cases that wait for a decision."""
    if not count:
        return "Tidak ada perkara yang menunggu keputusan."
    said = f"{count} perkara menunggu keputusan"
    if oldest_seconds is not None:
        said += f", yang tertua {age_text(oldest_seconds)}"
    return f"{said}; {rupiah_text(held_rupiah)} tertahan di titipan." if held_rupiah else f"{said}."
