"""`check_places`: whether codes, boundaries and the published table of areas hold together."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tidar.places import api


class Command(BaseCommand):
    """Exit status 1 when something does not hold."""

    help = "State every invariant of the areas that does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = api.check()
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} hal tidak benar.")
        self.stdout.write(f"{len(api.areas())} wilayah, {sum(a.has_boundary for a in api.areas())} batas resmi: benar.")
