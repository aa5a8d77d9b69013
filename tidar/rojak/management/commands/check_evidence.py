"""`tidar check evidence`: what was noted on patrol is still what was signed; exit status 1 when something is not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from tidar.common import clock
from tidar.formulir import api as formulir
from tidar.rojak.queries.evidence import check_chains, check_items, check_rows


def _items() -> tuple[str, ...]:
    return check_items(at=clock.now())


PARTS = (
    ("items are what was signed", _items),
    ("findings and checks are what their items say", check_rows),
    ("photographs are what was kept", formulir.check_photos),
    ("chains of evidence are whole", check_chains),
)


class Command(BaseCommand):
    help = "Check that items, photographs and chains of evidence of the patrol are unchanged."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = False
        for name, check in PARTS:
            faults = check()
            self.stdout.write(f"{name}: {'DOES NOT HOLD' if faults else 'holds'}")
            for sentence in faults:
                self.stderr.write(sentence)
            broken = broken or bool(faults)
        if broken:
            sys.exit(1)
