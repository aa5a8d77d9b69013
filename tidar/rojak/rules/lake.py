"""The lake tables of the patrol, and how a row says which single record it is. Pure.

A round and a finding are known by the number of their accepted item, which is also the receipt number; an hour of an RT
by day, hour and the lowest segment of its group: 2026-11-26, 08.00 and segment 17 are 202611260800000017.
"""

from __future__ import annotations

from datetime import date

ROUNDS, FINDINGS, COVERAGE, SEGMENTS = "patrol_rounds", "patrol_findings", "patrol_coverage", "patrol_segments"
PUBLIC = {ROUNDS: "patrol_rounds_public", FINDINGS: "patrol_findings_public", COVERAGE: "patrol_coverage_public"}
DELIVERIES = {
    ROUNDS: "rojak:rounds",
    FINDINGS: "rojak:findings",
    COVERAGE: "rojak:coverage",
    SEGMENTS: "rojak:segments",
    **{name: f"rojak:{name.removeprefix('patrol_')}" for name in PUBLIC.values()},
}
SEGMENT_NUMBERS = 100_000_000


def hour_row(day: date, hour: int, segment_id: int) -> int:
    """The `_row` of an hour of a group."""
    return (int(f"{day:%Y%m%d}") * 100 + hour) * SEGMENT_NUMBERS + segment_id


def hour_of_row(row: int) -> tuple[date, int, int] | None:
    """Day, hour and segment that `hour_row` made a number of; None when it is no such number."""
    hours, segment_id = divmod(row, SEGMENT_NUMBERS)
    days, hour = divmod(hours, 100)
    try:
        return date(days // 10_000, days // 100 % 100, days % 100), hour, segment_id
    except ValueError:
        return None
