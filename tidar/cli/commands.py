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


CHECKS = ("check_places", "check_spine", "check_lake", "check_indicators")


def check() -> int:
    """Run every app's check of its stored data; returns 1 when one does not hold."""
    worst = 0
    for name in CHECKS:
        status = run_django([name])
        worst = max(worst, status)
        sys.stdout.write(f"{name}: {'holds' if status == 0 else 'DOES NOT HOLD'}\n")
    return worst
