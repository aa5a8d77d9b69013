"""How a segment stands at a moment: when it was last checked, when it is due, and whether that is known at all."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal, NamedTuple

from tidar.rojak.rules.clock import PatrolClock

StateKind = Literal["belum", "lewat", "tidak-diketahui", "hari-ini", "terperiksa"]
NEVER: StateKind = "belum"
OVERDUE: StateKind = "lewat"
UNKNOWN: StateKind = "tidak-diketahui"
TODAY: StateKind = "hari-ini"
CHECKED: StateKind = "terperiksa"
KINDS: tuple[StateKind, ...] = (OVERDUE, NEVER, UNKNOWN, TODAY, CHECKED)  # the most pressing first


class SegmentState(NamedTuple):
    """How a segment stands at one moment. Nothing of it is stored.

    `last_at`: its last check of any kind, None when there was none; `is_certain`: that check is certain.
    `due_at`: when it had or has to be looked at again. `is_gap`: that moment is past, whatever one believes of
    uncertain checks. `overdue_days`: calendar days since `due_at`, 0 on the same day and for what is no gap.
    `kind`: "belum" never checked · "lewat" overdue · "tidak-diketahui" not overdue only if an uncertain check is
    believed · "hari-ini" due before the end of today · "terperiksa".
    """

    last_at: datetime | None
    is_certain: bool
    due_at: datetime
    overdue_days: int
    kind: StateKind
    is_gap: bool


def state_of(
    clock: PatrolClock,
    *,
    due_hours: float,
    since: date,
    last: tuple[datetime, bool] | None,
    last_certain_at: datetime | None,
    at: datetime,
) -> SegmentState:
    """How a segment stands at `at`. `since` is its first day; `last` its last check and whether that is certain.

    Checks before `since` must not be handed in. Due is `due_hours` of patrol time after the last check, or after the
    start of `since`; overdue is everything later than due, so on the very moment it is not overdue yet.
    """
    if last is None:
        due_at = clock.after(datetime.combine(since, time(0), tzinfo=clock.zone), due_hours)
        return _state(clock, last=(None, False), due_at=due_at, kind=NEVER, at=at)
    last_at, is_certain = last
    due_at = clock.after(last_at, due_hours)
    kind: StateKind = CHECKED
    if at > due_at:
        kind = OVERDUE
    elif not is_certain and (last_certain_at is None or at > clock.after(last_certain_at, due_hours)):
        kind = UNKNOWN
    elif due_at.date() == at.astimezone(clock.zone).date():
        kind = TODAY
    return _state(clock, last=last, due_at=due_at, kind=kind, at=at)


def _state(
    clock: PatrolClock, *, last: tuple[datetime | None, bool], due_at: datetime, kind: StateKind, at: datetime
) -> SegmentState:
    is_gap = at > due_at
    days = (at.astimezone(clock.zone).date() - due_at.date()).days if is_gap else 0
    return SegmentState(last_at=last[0], is_certain=last[1], due_at=due_at, overdue_days=days, kind=kind, is_gap=is_gap)


def pressing(state: SegmentState, importance: int) -> int:
    """How badly a gap needs somebody: (days overdue + 1) × importance (1 to 3); 0 for what is no gap."""
    return (state.overdue_days + 1) * importance if state.is_gap else 0
