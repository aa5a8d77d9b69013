"""A patrol as a program and a region write it (`patrol.toml`): words, patrol time, settings, kinds, posts. Pure values.

The program says how its people speak and what they look for; the region's file says which agency is concerned here and
where is patrolled. Python knows neither lanes nor rivers.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date, time

import msgspec

WORDS = (
    "patrol", "post", "round", "segment", "checkpoint", "house", "member", "leader", "finding", "gap", "resident",
)  # fmt: skip
SENSITIVITIES, BECOMES = ("tempat", "orang"), ("", "permohonan", "insiden")
DAYS = ("1", "2", "3", "4", "5", "6", "7", "libur")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
Line = tuple[tuple[float, float], ...]


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the file; a misspelt name is an error, never ignored."""


class Window(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When is patrolled: ISO weekdays and hours of the region's zone, `ends` not included."""

    weekdays: tuple[int, ...]
    starts: time
    ends: time


class ActivityRow(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of campaign activity; participants are counted, never named."""

    key: str
    title: str


class Settings(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers of a program, with the engine's own where a program says nothing."""

    worst_fix_metres: int = 30  # a fix that is worse, or none, is "tidak diketahui"
    near_metres: int = 40  # a tap this near to its checkpoint or line, with a good fix, is certain
    round_hours: int = 4  # a round that nobody ended is over so many hours after it began
    track_retention_days: int = 90
    attendance_retention_days: int = 730
    empty_house_most_days: int = 31  # the longest notice of an empty house
    default_due_hours: int = 24  # proposed for a new segment
    fix_days: dict[str, int] = msgspec.field(default_factory=lambda: {"1": 30, "2": 14, "3": 3})  # by severity


class KindRow(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of finding; `agency` is who usually is concerned, a region may say otherwise."""

    key: str
    title: str
    icon: str
    form: str = ""
    severity: int = 2
    sensitivity: str = "tempat"
    agency: str = ""
    becomes: str = ""
    wants_photo: bool = True
    near_metres: int = 30
    near_hours: int = 72
    retention_days: int = 365


class ProgramPatrol(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`patrol.toml` of a program."""

    words: dict[str, str]
    windows: tuple[Window, ...]
    kinds: tuple[KindRow, ...]
    agency: str = ""
    settings: Settings = Settings()
    activities: tuple[ActivityRow, ...] = ()


class CheckpointRow(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sticker; without a code one is drawn."""

    title: str
    code: str = ""
    lon: float | None = None
    lat: float | None = None


class SegmentRow(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece of the route; `rt` is the number of its RT, 0 for none."""

    code: str
    title: str
    rt: int = 0
    importance: int = 1
    due_hours: int = 0  # 0: the program's default
    line: Line = ()
    houses: tuple[str, ...] = ()
    checkpoints: tuple[CheckpointRow, ...] = ()


class MemberRow(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A volunteer; `account` is the user name of a person who has one."""

    name: str
    account: str = ""


class RosterRow(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who patrols on these days, by their names in the post's list."""

    days: tuple[str, ...]
    starts: time
    ends: time
    members: tuple[str, ...]


class PostRow(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A post with everything about it. `example`: made up, for the demo city only."""

    code: str
    title: str
    area: str
    from_date: date
    example: bool = False
    area_name: str = ""  # of an RW that the region's list of areas lacks; empty is "RW 04"
    rt: tuple[int, ...] = ()  # numbers of its RT
    lon: float | None = None
    lat: float | None = None
    source: str = ""
    segments: tuple[SegmentRow, ...] = ()
    members: tuple[MemberRow, ...] = ()
    roster: tuple[RosterRow, ...] = ()


class Adopted(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a region runs a program: its agency, who is concerned by a kind, other patrol time."""

    agency: str = ""
    agencies: dict[str, str] = {}  # by the kind's key
    windows: tuple[Window, ...] = ()
    posts: tuple[PostRow, ...] = ()


class RegionPatrol(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`patrol.toml` of a region: adopted programs by their folder's name."""

    adopts: dict[str, Adopted] = {}


def program_patrol(text: str) -> ProgramPatrol:
    """A program's patrol; raises `ValueError` with the place that is wrong."""
    return msgspec.convert(tomllib.loads(text), ProgramPatrol)


def region_patrol(text: str) -> RegionPatrol:
    """A region's patrol; raises `ValueError` with the place that is wrong."""
    return msgspec.convert(tomllib.loads(text), RegionPatrol)


def window_values(windows: tuple[Window, ...]) -> list[dict[str, object]]:
    """Patrol time as `Program.windows` keeps it."""
    return [{"weekdays": list(w.weekdays), "starts": f"{w.starts:%H:%M}", "ends": f"{w.ends:%H:%M}"} for w in windows]


def setting_values(program: ProgramPatrol) -> dict[str, object]:
    """Settings as `Program.settings` keeps them; `activities` is a list of `{key, title}`."""
    return {
        **msgspec.to_builtins(program.settings),
        "activities": [msgspec.to_builtins(activity) for activity in program.activities],
    }


def settings_of(kept: dict[str, object]) -> Settings:
    """`Program.settings` as numbers; what an older version did not know has the engine's value."""
    return msgspec.convert({k: v for k, v in kept.items() if k in Settings.__struct_fields__}, Settings)


def patrol_problems(program: ProgramPatrol, adopted: Adopted) -> list[str]:
    """What does not fit together, one Indonesian sentence each."""
    return [
        *_program_problems(program),
        *_window_problems((*program.windows, *adopted.windows)),
        *(f"Jenis temuan '{key}' tidak ada di program." for key in _unknown_kinds(program, adopted)),
        *(problem for post in adopted.posts for problem in _post_problems(post)),
        *_twice("Kode pos", [post.code for post in adopted.posts]),
    ]


def _unknown_kinds(program: ProgramPatrol, adopted: Adopted) -> list[str]:
    return sorted(set(adopted.agencies) - {kind.key for kind in program.kinds})


def _program_problems(program: ProgramPatrol) -> Iterator[str]:
    for word in WORDS:
        if not program.words.get(word, "").strip():
            yield f"Kata '{word}' belum diisi."
    yield from _twice("Jenis temuan", [kind.key for kind in program.kinds])
    yield from _twice("Kegiatan", [activity.key for activity in program.activities])
    for kind in program.kinds:
        if not SLUG.fullmatch(kind.key) or not 1 <= kind.severity <= 3:
            yield f"Jenis temuan '{kind.key}': kunci atau tingkatnya tidak sah (tingkat 1 sampai 3)."
        if kind.sensitivity not in SENSITIVITIES or kind.becomes not in BECOMES:
            yield f"Jenis temuan '{kind.key}': kepekaan atau tujuannya tidak dikenal."
        if kind.retention_days < 1:
            yield f"Jenis temuan '{kind.key}': masa simpannya paling sedikit satu hari."


def _window_problems(windows: tuple[Window, ...]) -> Iterator[str]:
    if not windows:
        yield "Waktu ronda belum diisi."
    for window in windows:
        if window.ends <= window.starts or not window.weekdays or not set(window.weekdays) <= set(range(1, 8)):
            yield f"Waktu ronda {window.starts:%H:%M}-{window.ends:%H:%M} tidak sah (hari 1 sampai 7)."


def _post_problems(post: PostRow) -> Iterator[str]:
    where = f"Pos '{post.code}'"
    if not SLUG.fullmatch(post.code):
        yield f"{where}: kodenya hanya boleh huruf kecil, angka, dan tanda hubung."
    yield from _twice(f"{where}: ruas", [segment.code for segment in post.segments])
    yield from _twice(f"{where}: anggota", [member.name for member in post.members])
    names = {member.name for member in post.members}
    for rule in post.roster:
        if rule.ends <= rule.starts or not set(rule.days) <= set(DAYS):
            yield f"{where}: jadwal {', '.join(rule.days)} {rule.starts:%H:%M} tidak sah."
        for name in sorted(set(rule.members) - names):
            yield f"{where}: '{name}' ada di jadwal tetapi bukan anggota."
    for segment in post.segments:
        if not 1 <= segment.importance <= 3 or segment.due_hours < 0:
            yield f"{where}: ruas '{segment.code}' tidak sah."
        if segment.rt and segment.rt not in post.rt:
            yield f"{where}: ruas '{segment.code}' menyebut RT {segment.rt:03d} yang tidak ada di pos itu."


def _twice(what: str, keys: list[str]) -> Iterator[str]:
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"{what} '{key}' ditulis dua kali."
