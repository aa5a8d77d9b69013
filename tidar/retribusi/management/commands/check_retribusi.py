"""`tidar check retribusi`: state every invariant between documents and ledger; exit status 1 when one does not hold."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from tidar.retribusi.queries.checking import check
from tidar.retribusi.rules.invariants import INVARIANTS


class Command(BaseCommand):
    help = "Check that SKRD, payments, cases, hand-overs and deposits agree with the ledger."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = check()
        broken = {sentence.partition(":")[0] for sentence in faults}
        for invariant in INVARIANTS:
            self.stdout.write(f"{invariant.name}: {'DOES NOT HOLD' if invariant.name in broken else 'holds'}")
        for sentence in faults:
            self.stderr.write(sentence)
        if faults:
            sys.exit(1)
