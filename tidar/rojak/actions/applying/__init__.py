"""What accepted items mean: rounds, checks, findings, activities, calls for help, each with its event.

Always inside the transaction that accepts the items, a few statements for all items of one kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tidar.rojak.actions.applying.findings import apply_findings
from tidar.rojak.actions.applying.others import apply_activities, apply_sos
from tidar.rojak.actions.applying.rounds import (
    apply_attendance,
    apply_checks,
    apply_ends,
    apply_legs,
    apply_starts,
    apply_tracks,
)
from tidar.rojak.actions.applying.taken import Applying, Taken

__all__ = ["Applying", "Taken", "apply_all"]

APPLIES: Mapping[str, Callable[[Sequence[Taken], Applying], None]] = {
    "round_start": apply_starts,
    "leg": apply_legs,
    "attendance": apply_attendance,
    "track": apply_tracks,
    "check": apply_checks,
    "finding": apply_findings,
    "activity": apply_activities,
    "sos": apply_sos,
    "round_end": apply_ends,
}


def apply_all(taken: Sequence[Taken], applying: Applying) -> None:
    """Make of accepted items what they mean; any error leaves it to the caller to roll back."""
    for kind, apply in APPLIES.items():
        if chosen := [one for one in taken if one.item.kind == kind]:
            apply(chosen, applying)
