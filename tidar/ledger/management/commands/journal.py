"""`tidar manage journal [day]`: the closed days, or the canonical lines of one day, for whoever audits the books.

`tidar manage journal 2026-11-25 | sha256sum` gives the hash that closed that day.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tidar.ledger.models import JournalDay
from tidar.ledger.queries.journal import journal_days, journal_lines
from tidar.ledger.rules.journal import day_lines


class Command(BaseCommand):
    help = "List closed days of the journal, or print the lines of one day exactly as its hash was made of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("day", nargs="?", type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["day"] is None:
            for closed in journal_days():
                self.stdout.write(f"{closed.day} {closed.hash} {closed.transfer_count:>8} {closed.total_rupiah:>16}")
            return
        day = JournalDay.objects.filter(pk=options["day"]).first()
        if day is None:
            self.stderr.write(f"{options['day']} is not closed")
            sys.exit(1)
        before = JournalDay.objects.filter(pk=day.day_date - timedelta(days=1)).first()
        for line in day_lines(before.hash if before else "", journal_lines(day.day_date)):
            self.stdout.write(line)
