"""Words of the command line that run one management command against the region's database."""

from __future__ import annotations

import sys

from tidar.cli.database import home, start_if_ours
from tidar.common import embedded


def run_django(arguments: list[str]) -> int:
    """Run a management command; the embedded server is started for it and stopped after, unless it was running."""
    was_running = embedded.is_running(home())
    stop = start_if_ours()
    try:
        from django.core.management import ManagementUtility

        ManagementUtility(["tidar", *arguments]).execute()
    except SystemExit as leave:
        return int(leave.code or 0)
    finally:
        if not was_running:
            stop()
    return 0


CHECKS = (
    "check_places",
    "check_spine",
    "check_lake",
    "check_ledger",
    "check_documents",
    "check_retribusi",
    "check_evidence",
    "check_indicators",
)


def check(chosen: list[str]) -> int:
    """Run the checks of the apps named, or of every app; returns 1 when one does not hold, 2 for an unknown name."""
    names = [f"check_{name}" for name in chosen] or list(CHECKS)
    if unknown := [name for name in names if name not in CHECKS]:
        known = ", ".join(name.removeprefix("check_") for name in CHECKS)
        sys.stderr.write(f"no such check: {', '.join(unknown)}; there are: {known}\n")
        return 2
    worst = 0
    for name in names:
        status = run_django([name])
        worst = max(worst, status)
        sys.stdout.write(f"{name}: {'holds' if status == 0 else 'DOES NOT HOLD'}\n")
    return worst
