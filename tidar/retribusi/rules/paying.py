"""What a payment may be, before anything is looked up; and the words of a receipt. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tidar.common.formats import date_text, month_name
from tidar.common.money import rupiah_text

HIGHEST_RUPIAH = 1_000_000_000_000
AHEAD = timedelta(minutes=5)  # how far a clock that is not ours may run before ours
TAKEN = ("tunai", "karcis", "qris", "va", "kartu")  # channels that bring new money
# Whether payment `p` brings new money or gives it back: not what came before (an advance, titipan), and not the taking
# back of what had left its taker's hands, for then the cash stays where it is booked and only its purpose changes.
NEW_MONEY_SQL = """(p.channel NOT IN ('uang-muka', 'titipan') AND (p.reverses_id IS NULL OR p.cash_account_id = (
    SELECT taken.cash_account_id FROM retribusi_payment taken WHERE taken.id = p.reverses_id)))"""
REFUSABLE = ("tunai", "karcis")  # money on the table can still be given back; a bank's message tells of what happened
LIST_DAYS = 92  # of a list of payments: a quarter at once, so that no page reads years
FIRST_DAY = date(2000, 1, 1)


def days_listed(first: date | None, last: date | None, *, today: date) -> tuple[date, date]:
    """The days of a list that somebody asked for: this month unless told otherwise, never more than `LIST_DAYS`.

    With one end told, the other follows from it: until today, or from the first of the month.
    """
    until = max(min(last or today, today), FIRST_DAY)
    since = max(min(first or until.replace(day=1), today), FIRST_DAY)
    if first is None:
        return since, until
    longest = since + timedelta(days=LIST_DAYS - 1)
    return since, min(until, longest)


def amount_fault(amount: object) -> str:
    """Why `amount` is no amount of whole rupiah that can be paid, as a sentence; "" when it is one.

    Only an `int` is money: a `bool`, a `float` and a text are refused even where their value would do.
    """
    if type(amount) is not int:
        return "Jumlah uang harus rupiah bulat tanpa pecahan."
    if amount == 0:
        return "Jumlah uang tidak boleh nol."
    if amount < 0:
        return "Jumlah uang tidak boleh negatif."
    if amount > HIGHEST_RUPIAH:
        return f"Jumlah uang melebihi batas {rupiah_text(HIGHEST_RUPIAH)}."
    return ""


def time_fault(happened_at: datetime, *, at: datetime, channel: str) -> str:
    """Why the claimed time cannot be; "" when it can. A bank's time is never refused: its money is here already."""
    if happened_at.tzinfo is None:
        return "Waktu pembayaran harus menyebut zona waktunya."
    if channel in REFUSABLE and happened_at > at + AHEAD:
        return "Waktu pembayaran belum terjadi. Periksa jam perangkat."
    return ""


# Why `retribusi_pay` refused, as sentences.
REFUSALS = {
    "no-occupancy": "Penempatan lapak itu tidak ada di register.",
    "other-agency": "Lapak itu dikelola perangkat daerah lain.",
    "foreign": "Ada SKRD yang bukan milik lapak ini.",
    "cancelled": "Ada SKRD yang sudah dibatalkan. Muat ulang tagihannya.",
    "closed": "Ada SKRD yang sudah lunas. Muat ulang tagihannya.",
    "unsigned": "Ada SKRD yang belum ditandatangani, jadi belum dapat dibayar.",
    "taken": "Nomor bukti atau nomor pembayaran itu sudah dipakai pembayaran lain.",
    "conflict": "Pembayaran dengan kunci yang sama sudah tercatat dengan isi yang lain.",
}


def period_words(from_date: date, to_date: date) -> str:
    """`24 November 2026`, `November 2026` for a whole month, else `1 November 2026 – 10 November 2026`."""
    if from_date == to_date:
        return date_text(from_date)
    if from_date.day == 1 and (to_date + timedelta(days=1)).day == 1 and _same_month(from_date, to_date):
        return f"{month_name(from_date.month)} {from_date.year}"
    return f"{date_text(from_date)} – {date_text(to_date)}"


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)
