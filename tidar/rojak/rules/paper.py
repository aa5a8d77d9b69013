"""A round that was written on paper, as the items a phone would have made of it. Pure.

The form carries the round's id; everything on it gets an id from that (UUIDv5), so that the same sheet typed twice is
one round. What the sheet does not say is not made up: a check without an hour has the round's first one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from tidar.rojak.rules.items import body_of


@dataclass(frozen=True, slots=True)
class PaperCheck:
    """A segment that was ticked; the hour where one is written."""

    segment: str
    at: time | None = None


@dataclass(frozen=True, slots=True)
class PaperFinding:
    """A line of the sheet's second half."""

    kind: str
    severity: int
    segment: str = ""
    note: str = ""
    at: time | None = None


@dataclass(frozen=True, slots=True)
class PaperActivity:
    """Something done with people; they are counted."""

    kind: str
    participants: int
    minutes: int = 0
    segment: str = ""


@dataclass(frozen=True, slots=True)
class PaperRound:
    """A whole sheet. `leader` and `present` are ids of members; hours are of `date` in the region's zone."""

    id: uuid.UUID
    date: date
    starts: time
    ends: time
    leader: int | None
    present: tuple[int, ...]
    checks: tuple[PaperCheck, ...] = ()
    findings: tuple[PaperFinding, ...] = ()
    activities: tuple[PaperActivity, ...] = ()
    note: str = ""


def bodies(paper: PaperRound, *, post: str, rule: int | None, zone: ZoneInfo) -> list[bytes]:
    """The sheet's items in the order in which they happened to be written: the start, what was seen, the end."""

    def at(hour: time | None) -> str:
        moment = datetime.combine(paper.date, hour or paper.starts, zone)
        return moment.isoformat(timespec="seconds")

    start = {
        "planned": rule, "date": paper.date.isoformat(), "leader": paper.leader, "present": list(paper.present),
    }  # fmt: skip
    made = [body_of(id=paper.id, kind="round_start", at=at(paper.starts), post=post, data=start)]
    made += [
        body_of(id=_id(paper, name), kind=kind, at=at(hour), post=post, data=data, more={"round": paper.id})
        for name, kind, hour, data in _lines(paper)
    ]
    end = {"note": paper.note, "distance_m": None}
    more = {"round": paper.id}
    made.append(body_of(id=_id(paper, "selesai"), kind="round_end", at=at(paper.ends), post=post, data=end, more=more))
    return made


def _lines(paper: PaperRound) -> Iterator[tuple[str, str, time | None, dict[str, Any]]]:
    """Name (of the line on the sheet), kind, hour and data of everything between start and end."""
    for check in paper.checks:
        data: dict[str, Any] = {"segment": check.segment, "checkpoint": "", "how": "kertas", "position": None}
        yield f"periksa:{check.segment}", "check", check.at, data
    for number, found in enumerate(paper.findings):
        data = {
            "kind": found.kind, "segment": found.segment, "position": None, "severity": found.severity, "form": "",
            "version": "", "answers": {}, "photos": [], "note": found.note,
        }  # fmt: skip
        yield f"temuan:{number}", "finding", found.at, data
    for number, done in enumerate(paper.activities):
        data = {
            "kind": done.kind, "segment": done.segment, "participants": done.participants, "minutes": done.minutes,
            "note": "",
        }  # fmt: skip
        yield f"kegiatan:{number}", "activity", None, data


def _id(paper: PaperRound, name: str) -> uuid.UUID:
    return uuid.uuid5(paper.id, name)
