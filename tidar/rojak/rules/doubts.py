"""Why an item waits for a person, and whether a fix is proof of having been there. Pure; sentences for the phone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidar.rojak.rules.findings import metres_between
from tidar.rojak.rules.items import Item, Position
from tidar.rojak.rules.lines import Bounds, is_inside

AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason to hold an item. `is_final`: a person may refuse it, but it cannot be applied as it is."""

    sentence: str
    is_final: bool = False
    waits: bool = False  # for the start of its round, by itself


UNKNOWN_ROUND = Doubt("Menunggu ronda: catatan mulai rondanya belum sampai.", is_final=True, waits=True)
FOREIGN_ROUND = Doubt("Ronda itu milik pos lain.", is_final=True)
NO_ROUND = Doubt("Catatan ini harus menyebut rondanya.", is_final=True)
GONE = Doubt("Akun pengirimnya sudah tidak ada; ketua RW memeriksanya dulu.")
FOREIGN_POST = Doubt("Pos itu bukan wilayah ronda pengirimnya.")
REVOKED = Doubt("HP ini sudah dicabut; catatannya diperiksa dulu.")
STRANGE_LEADER = Doubt("Pemimpin ronda bukan anggota pos ini.")
STRANGE_MEMBER = Doubt("Ada yang hadir tetapi bukan anggota pos ini.")
STRANGE_TURN = Doubt("Jadwal yang disebut bukan jadwal pos ini.")
ENDS_EARLY = Doubt("Ronda selesai sebelum mulai; periksa jam HP.")
OUTSIDE = Doubt("Posisinya di luar wilayah daerah ini.")
OTHER_KIND = Doubt("Versi sebelumnya catatan lain jenisnya.", is_final=True)


def unknown(what: str, code: str, *, is_final: bool = True) -> Doubt:
    """Something is named that is not in the registers."""
    return Doubt(f"{what} “{code[:60]}” tidak dikenal.", is_final=is_final)


def form_problems(problems: Sequence[tuple[str, str]]) -> Doubt:
    """What the form's own rules found."""
    said = "; ".join(f"{name}: {sentence}" for name, sentence in problems[:3])
    return Doubt(f"Isian formulir belum benar: {said}"[:250])


def time_doubts(item: Item, *, at: datetime) -> list[Doubt]:
    """Later than now, or so old that nobody can still judge it."""
    if item.at > at + AHEAD:
        return [Doubt("Waktunya di depan jam kota; periksa jam HP.")]
    return [Doubt("Umurnya lebih dari 30 hari.")] if item.at < at - OLDEST else []


def place_doubts(item: Item, *, bounds: Bounds) -> list[Doubt]:
    """Outside of the region, at any point of a track."""
    spots = [(one.lon, one.lat) for one in (item.position,) if one is not None]
    if item.kind == "track":
        spots += [(point[1] / 1e6, point[2] / 1e6) for point in item.data["points"]]
    return [] if all(is_inside(lon, lat, bounds) for lon, lat in spots) else [OUTSIDE]


def sentence_of(doubts: Sequence[Doubt]) -> str:
    """All doubts in one text of at most 300 characters."""
    return " ".join(dict.fromkeys(doubt.sentence for doubt in doubts))[:300]


def is_certain(
    position: Position | None, *, worst_metres: int, near_metres: int, targets: Sequence[tuple[float, float]]
) -> bool:
    """Whether a fix proves that somebody was there: good enough, and near one of the `targets` where they are known."""
    if position is None or position.accuracy_metres > worst_metres:
        return False
    reach = near_metres + position.accuracy_metres
    return not targets or any(
        metres_between(position.lon, position.lat, other_lon=lon, other_lat=lat) <= reach for lon, lat in targets
    )


def along(line: Sequence[Sequence[float]], *, step_metres: float = 20.0) -> list[tuple[float, float]]:
    """Points of a line no further apart than `step_metres`, for measuring how near something is to it."""
    found: list[tuple[float, float]] = []
    for (lon, lat), (next_lon, next_lat) in itertools.pairwise(line):
        pieces = max(1, round(metres_between(lon, lat, other_lon=next_lon, other_lat=next_lat) / step_metres + 0.5))
        found += [(lon + (next_lon - lon) * n / pieces, lat + (next_lat - lat) * n / pieces) for n in range(pieces)]
    return [*found, *((point[0], point[1]) for point in line[-1:])]
