"""`manage check_documents`: numbers without gaps, hashes and signatures; exit status 1 when something does not hold."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from tidar.documents.queries.checking import faults


class Command(BaseCommand):
    help = "Check that every taken number has an owner and that every document is what was signed."

    def handle(self, *args: Any, **options: Any) -> None:
        found = faults()
        for sentence in found:
            self.stderr.write(sentence)
        if found:
            sys.exit(1)
        self.stdout.write("documents: no faults")
