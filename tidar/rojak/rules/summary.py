"""The short text of a round for the neighbours' chat group: counts and places, never a person, a house or a note. Pure.

What goes in is already free of persons (`RoundSummary` has no field that could hold one); the text adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from tidar.common.formats import date_text, number_text

WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


@dataclass(frozen=True, slots=True)
class Gap:
    """The segment that has waited longest; `days` past due, None: never checked."""

    segment: str
    days: int | None


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """A round in numbers, in the program's own words; moments are the region's."""

    post: str
    words: Mapping[str, str]
    started_at: datetime
    ended_at: datetime | None
    checked_count: int
    segment_count: int
    uncertain_count: int
    distance_metres: int | None
    findings: tuple[tuple[str, int], ...]  # (kind's title, how many); nothing about persons
    activities: tuple[tuple[str, int], ...]  # (title, participants)
    worst_gap: Gap | None
    following_at: datetime | None


def word(words: Mapping[str, str], key: str, fallback: str) -> str:
    """A program's own word for `key`."""
    return words.get(key) or fallback


def capital(text: str) -> str:
    """The first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def day_text(moment: datetime) -> str:
    """`Rabu, 25 November 2026`."""
    return f"{WEEKDAYS[moment.weekday()]}, {date_text(moment)}"


def clock_text(moment: datetime) -> str:
    """`08.15`."""
    return moment.strftime("%H.%M")


def when_text(found: RoundSummary) -> str:
    """`Rabu, 25 November 2026, 08.15–09.40`; without an end: `mulai 08.15`."""
    if found.ended_at is None:
        return f"{day_text(found.started_at)}, mulai {clock_text(found.started_at)}"
    return f"{day_text(found.started_at)}, {clock_text(found.started_at)}–{clock_text(found.ended_at)}"


def checked_text(found: RoundSummary) -> str:
    """`12 dari 18 lorong diperiksa, 3,2 km`."""
    segment = word(found.words, "segment", "bagian rute")
    text = f"{number_text(found.checked_count)} dari {number_text(found.segment_count)} {segment} diperiksa"
    if found.distance_metres is not None:
        text += f", {number_text(found.distance_metres / 1000, decimals=1)} km"
    return text


def gap_text(found: RoundSummary) -> str:
    """The worst gap in a sentence."""
    gap = found.worst_gap
    if gap is None:
        return f"Semua {word(found.words, 'segment', 'bagian rute')} sudah diperiksa sesuai jadwal"
    if gap.days is None:
        return f"Belum pernah diperiksa: {gap.segment}"
    late = "sejak hari ini" if gap.days == 0 else f"{number_text(gap.days)} hari"
    return f"Paling lama menunggu: {gap.segment}, {late}"


def findings_text(found: RoundSummary) -> str:
    """`3 temuan: 2 sampah, 1 lampu mati`."""
    if not found.findings:
        return "Tidak ada temuan"
    total = sum(count for _, count in found.findings)
    listed = ", ".join(f"{number_text(count)} {title[:1].lower()}{title[1:]}" for title, count in found.findings)
    return f"{number_text(total)} temuan: {listed}"


def activity_lines(found: RoundSummary) -> tuple[str, ...]:
    """`Penyuluhan, 12 peserta`, one for each activity."""
    return tuple(f"{title}, {number_text(count)} peserta" for title, count in found.activities)


def summary_text(found: RoundSummary) -> str:
    """The whole message, as it is pasted into the group; `*…*` is how the group shows bold."""
    title = f"{capital(word(found.words, 'round', 'ronda'))} {found.post}"
    lines = [f"*{title}*", when_text(found), "", f"✓ {checked_text(found)}"]
    if found.uncertain_count:
        lines.append(f"? {number_text(found.uncertain_count)} di antaranya letaknya tidak pasti")
    lines += [f"! {gap_text(found)}", f"• {findings_text(found)}"]
    lines += [f"• {line}" for line in activity_lines(found)]
    if found.following_at is not None:
        lines += ["", f"Berikutnya: {day_text(found.following_at)}, {clock_text(found.following_at)}"]
    return "\n".join(lines)


def share_address(text: str) -> str:
    """A link that opens the chat program with this text, to whichever group the person chooses."""
    return f"https://wa.me/?text={quote(text, safe='')}"
