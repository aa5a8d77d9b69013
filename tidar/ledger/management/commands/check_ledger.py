"""`tidar check ledger`: state every invariant of the ledger and say which hold; exit status 1 when one does not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from tidar.ledger.queries.checking import check
from tidar.ledger.rules.invariants import CHAIN, INVARIANTS


class Command(BaseCommand):
    help = "Check sums, groups, reversals, checkpoints and the hash chain of the ledger."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = check()
        broken = {sentence.partition(":")[0] for sentence in faults}
        for invariant in (*INVARIANTS, CHAIN):
            self.stdout.write(f"{invariant.name}: {'DOES NOT HOLD' if invariant.name in broken else 'holds'}")
        for sentence in faults:
            self.stderr.write(sentence)
        if faults:
            sys.exit(1)
