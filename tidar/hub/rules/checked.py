"""What checking needs and what it answers: plain values between `hub.actions.checking` and its callers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tidar.hub.rules.surveying import Skipped

LISTED_REJECTIONS = 20_000  # rejected rows that are listed one by one; the count is always true


@dataclass(frozen=True, slots=True)
class AreaKey:
    """An area by which a cell may mean it: Kemendagri code, BPS code or name."""

    code: str
    bps_code: str
    name: str
    level: str
    parent_code: str
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What the rows are checked against, besides the contract."""

    areas: tuple[AreaKey, ...]
    bounds: tuple[float, float, float, float]  # west, south, east, north
    out: Path  # the Parquet file to write
    delivery_id: str
    value_memory: dict[str, dict[str, str]] = field(default_factory=dict)  # column → {spelling → code}
    previous_profile: dict[str, Any] | None = None  # `CheckResult.profile` of the last published delivery
    utc_offset_hours: int = 7  # of moments written without a zone: WIB 7, WITA 8, WIT 9
    styles: dict[str, str] = field(
        default_factory=dict
    )  # column → style, from `profile["styles"]` of the same delivery


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row for quarantine. `cell`, `column`, `value`, `code` name its first bad cell; `sentence` names them all."""

    row_number: int
    cell: str  # "C17"; "" when the row as a whole is wrong
    column: str  # contract column
    value: str
    code: str
    sentence: str
    original: dict[str, str]  # contract column → text as it came
    suggestion: dict[str, str] = field(default_factory=dict)  # contract column → proposed text


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What became of the rows. `accepted + rejected + skipped` is every row below the heading."""

    accepted_count: int
    rejected_count: int
    rejected: list[Rejection]  # at most `LISTED_REJECTIONS`, by row
    skipped: list[Skipped]  # total rows, notes, blank rows, each with its reason
    notes: list[str]  # what was translated or assumed, in words
    differences: list[str]  # from last time, in words
    profile: dict[str, Any]  # JSON-able statistics per column and `styles`, for next time
    held: str  # "" or the sentence why a person must look
    parquet: Path
