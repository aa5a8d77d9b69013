"""The fake city with what a real post has: the program's own kinds and forms, lanes with a shape, roster, tasks."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.rojak.app.fake_city import FakePatrol, open_finding
from tidar.formulir.rules.xlsform import read_xlsform

PROGRAM = Path(__file__).resolve().parents[3] / "programs" / "rojak"
LANES = (
    "Kemiri Kerep I", "Kemiri Kerep II", "Kemiri Kerep III", "Jalan Kemiri Raya", "Gang Mawar", "Gang Melati",
    "Tepi Kali Manggis", "Lapangan RW 04", "Gang Kenanga", "Jalan Sriwijaya",
)  # fmt: skip
SHAPES = (
    ((0, 0), (3, 0)), ((0, 1), (3, 1)), ((0, 2), (3, 2)), ((3, -1), (3, 4)), ((0, 0), (0, 2)), ((1.5, 0), (1.5, 1)),
    ((-1, -1), (0.5, -1.2), (2, -0.8), (3, -1)), ((3, 3), (4.2, 3), (4.2, 4)), ((3, 1), (5, 1)), ((5, -1), (5, 4)),
)  # fmt: skip
HOURS_SINCE = (120, 70, 3, None, 26, 30, 200, None, 5, 40)  # of the last check; None: never
HOURS_LEFT = (-60, -20, 30, -50, 4, 20, -120, -10, 28, 2)  # until it is due


@cache
def kinds() -> list[dict[str, Any]]:
    """The program's kinds, as the pack names them."""
    rows = tomllib.loads((PROGRAM / "patrol.toml").read_text())["kinds"]
    return [
        {"key": row["key"], "title": row["title"], "icon": row["icon"], "severity": row.get("severity", 2),
         "form": row.get("form", ""), "sensitive": row.get("sensitivity") == "orang",
         "wants_photo": row.get("wants_photo", True), "near_metres": row.get("near_metres", 30),
         "near_hours": row.get("near_hours", 72), "tells": row.get("agency", "")}
        for row in rows
    ]  # fmt: skip


@cache
def forms() -> dict[str, Any]:
    """The program's forms as phones get them."""
    wanted = {kind["form"] for kind in kinds()} - {""}
    read = {key: read_xlsform((PROGRAM / "forms" / f"{key}.md").read_bytes(), file_name="a.md") for key in wanted}
    return {
        key: {"version": found.definition["version"], "definition": found.definition} for key, found in read.items()
    }  # fmt: skip


def lane(index: int, now: datetime) -> list[Any]:
    """Lane `index` of the post."""
    number, turn = divmod(index, len(LANES))
    line = [[110.2168 + x * 0.0006 + number * 0.004, -7.4722 + y * 0.0006] for x, y in SHAPES[turn]]
    since, left = HOURS_SINCE[turn], HOURS_LEFT[turn]
    last = (now - timedelta(hours=since)).isoformat(timespec="seconds") if since else None
    due = (now + timedelta(hours=left)).isoformat(timespec="seconds")
    title = LANES[turn] + (f" {number + 1}" if number else "")
    return [f"L{index + 1:03d}", title, 1 + (turn in (3, 6)) + (turn == 6), due, last, line]


def spots(index: int, row: list[Any], count: int) -> list[list[Any]]:
    """Stickers along a lane."""
    line = row[5]
    (x0, y0), (x1, y1) = line[0], line[-1]
    at = [(step + 0.5) / count for step in range(count)]
    return [
        [f"T{index * count + step + 1:04d}", f"Titik {step + 1}", row[0], x0 + (x1 - x0) * t, y0 + (y1 - y0) * t]
        for step, t in enumerate(at)
    ]


@dataclass
class FullPatrol(FakePatrol):
    """`segments` lanes with `checkpoints` stickers altogether."""

    segments: int = 10
    checkpoints: int = 20

    def pack(self) -> dict[str, Any]:
        """A working post."""
        now = self.now()
        lanes = [lane(i, now) for i in range(self.segments)]
        each = max(1, self.checkpoints // self.segments)
        rows = [row for i, one in enumerate(lanes) for row in spots(i, one, each)]
        start = now.replace(minute=0, second=0, microsecond=0)
        turn = {
            "rule": 5, "date": start.date().isoformat(), "starts": start.isoformat(), "members": [1, 2, 3],
            "ends": (start + timedelta(hours=3)).isoformat(),
        }  # fmt: skip
        later = (start + timedelta(days=2)).isoformat(), (start + timedelta(days=2, hours=3)).isoformat()
        found = [open_finding(i, self.segments) for i in range(self.findings)]
        for index, row in enumerate(found):
            place = rows[index % len(rows)]
            row[1:5] = [kinds()[2 + index % 6]["key"], place[2], round(place[3] * 1e6), round(place[4] * 1e6)]
            row[6] = (now - timedelta(hours=2 + index % 60)).isoformat(timespec="seconds")
        notice = {"segment": "L005", "label": "No. 12", "until": (now + timedelta(days=2)).isoformat()}
        return super().pack() | {
            "segments": lanes, "checkpoints": rows, "kinds": kinds(), "forms": forms(), "findings": found,
            "planned": [turn, turn | {"starts": later[0], "ends": later[1], "members": [2, 4]}],
            "members": [[1, "Bu Yati"], [2, "Bu Sri Wahyuni"], [3, "Mbak Tutik"], [4, "Bu Endang"]],
            "tasks": [["L007", now.isoformat(), True], ["L002", now.isoformat(), False]],
            "notices": [notice | {"from": (now - timedelta(days=1)).isoformat()}],
            "activities": [{"key": "penyuluhan", "title": "Penyuluhan"}, {"key": "kerja-bakti", "title": "Kerja bakti"},
                           {"key": "kunjungan-rumah", "title": "Kunjungan rumah"}],
        }  # fmt: skip
