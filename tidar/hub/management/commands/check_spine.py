"""`manage check_spine`: state every invariant of the spine and say which hold; exit status 1 when one does not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from tidar.hub.queries.checks import spine_faults


class Command(BaseCommand):
    help = "Check that numbers have no gaps, sources exist and cursors do not run ahead."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = spine_faults()
        for sentence in faults:
            self.stderr.write(sentence)
        if faults:
            sys.exit(1)
        self.stdout.write("spine: no faults")
