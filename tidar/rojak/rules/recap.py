"""Numbers of a month that let posts be compared, and what must not be told of small groups. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from tidar.common.formats import number_text

SMALL = 5  # a count of people below this could point at somebody


@dataclass(frozen=True, slots=True)
class PostMonth:
    """One post's month. Findings about persons are in none of these numbers."""

    post: str
    code: str
    area: str
    rounds: int
    hours: float
    metres: int
    segments: int
    checked: int  # segments with a certain check in the month
    checks: int
    gaps: int  # overdue or never checked at the month's end
    members: int  # who was there at least once
    found: tuple[tuple[str, int], ...]
    fixed: int
    open: int
    late: int
    fix_days: float | None  # median, of what was fixed in the month
    participants: int

    @property
    def found_count(self) -> int:
        """All findings of the month."""
        return sum(count for _, count in self.found)

    @property
    def coverage_percent(self) -> float | None:
        """Segments with a certain check, of all."""
        return 100 * self.checked / self.segments if self.segments else None

    @property
    def found_per_ten_hours(self) -> float | None:
        """Findings per ten hours of patrol: comparable between posts that walk more and less."""
        return 10 * self.found_count / self.hours if self.hours else None

    @property
    def members_text(self) -> str:
        """How many were there; a number that could point at somebody is not told."""
        return "—" if not self.rounds else f"kurang dari {SMALL}" if self.members < SMALL else number_text(self.members)


def total(rows: list[PostMonth], *, title: str) -> PostMonth:
    """The month of several posts together; medians cannot be added, so none is given."""
    found: dict[str, int] = {}
    for row in rows:
        for kind, count in row.found:
            found[kind] = found.get(kind, 0) + count
    add = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("rounds", "hours", "metres", "segments", "checked", "checks", "gaps", "members", "fixed", "open",
                     "late", "participants")
    }  # fmt: skip
    kinds = tuple(sorted(found.items(), key=lambda one: (-one[1], one[0])))
    return PostMonth(post=title, code="", area="", found=kinds, fix_days=None, **add)


def month_of(text: str) -> tuple[date, date] | None:
    """First and last day of `2026-11`, None for what is no month."""
    year, _, month = text.partition("-")
    if len(text) != 7 or not (year.isdecimal() and month.isdecimal()) or not 1 <= int(month) <= 12 or int(year) < 2000:
        return None
    return date(int(year), int(month), 1), date(int(year), int(month), monthrange(int(year), int(month))[1])


def month_text(day: date) -> str:
    """`2026-11`."""
    return f"{day.year:04}-{day.month:02}"


def shifted(first: date, months: int) -> date:
    """The first day of the month so many months later."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


EFFORT_HEADS = ("Pos", "Ronda", "Jam", "km", "Bagian diperiksa", "Pernah diperiksa", "Celah", "Anggota")
FINDING_HEADS = ("Pos", "Ditemukan", "per 10 jam", "Beres", "Hari sampai beres", "Terbuka", "Lewat waktu")
NOTES = (
    "Temuan yang menyangkut orang tidak termasuk dalam rekap ini, juga tidak dalam jumlahnya.",
    "Pernah diperiksa: bagian rute yang sedikitnya sekali diperiksa dengan letak pasti, dari semua yang berlaku.",
    "Lama tiap bagian ada dalam batas waktunya ialah cakupan; itu ada di halaman celah pos.",
    "Celah: bagian yang pada akhir masa rekap sudah lewat waktu periksanya atau belum pernah diperiksa.",
    "Temuan per 10 jam ronda membuat pos yang banyak dan sedikit berjalan dapat dibandingkan.",
    f"Jumlah anggota di bawah {SMALL} tidak disebut. Hari sampai beres: median dari temuan yang beres pada bulan itu.",
)


def percent_text(value: float | None) -> str:
    """`64 %`, an em dash for nothing."""
    return "—" if value is None else f"{number_text(round(value))} %"


def decimal_text(value: float | None) -> str:
    """`1,4`, an em dash for nothing."""
    return "—" if value is None else number_text(value, decimals=1)


def effort_cells(row: PostMonth) -> list[str]:
    """A row under `EFFORT_HEADS`."""
    return [
        row.post, number_text(row.rounds), decimal_text(row.hours), decimal_text(row.metres / 1000),
        f"{number_text(row.checked)} dari {number_text(row.segments)}", percent_text(row.coverage_percent),
        number_text(row.gaps), row.members_text,
    ]  # fmt: skip


def finding_cells(row: PostMonth) -> list[str]:
    """A row under `FINDING_HEADS`."""
    return [
        row.post, number_text(row.found_count), decimal_text(row.found_per_ten_hours), number_text(row.fixed),
        decimal_text(row.fix_days), number_text(row.open), number_text(row.late),
    ]  # fmt: skip


def sentences(row: PostMonth, rows: list[PostMonth]) -> list[str]:
    """What stands out, in words; each number is one of the tables'."""
    said = []
    idle = [one.post for one in rows if not one.rounds]
    if idle:
        said.append(f"Tidak ada ronda bulan ini di: {', '.join(idle)}.")
    worst = max(rows, key=lambda one: (one.gaps, one.post), default=None)
    if worst is not None and worst.gaps:
        said.append(
            f"Celah terbanyak di {worst.post}: {number_text(worst.gaps)} dari {number_text(worst.segments)} bagian."
        )
    if row.found:
        kind, count = row.found[0]
        said.append(f"Paling sering ditemukan: {kind[:1].lower()}{kind[1:]}, {number_text(count)} kali.")
    if row.late:
        said.append(f"{number_text(row.late)} temuan lewat batas waktu beres dan masih terbuka.")
    if row.participants:
        said.append(f"Kegiatan dengan warga diikuti {number_text(row.participants)} peserta.")
    return said
