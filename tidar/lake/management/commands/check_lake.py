"""`tidar check lake`: hash and count every file that a version names."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tidar.lake import api


class Command(BaseCommand):
    help = "Periksa danau data: setiap berkas ada, utuh, dan jumlah barisnya benar."

    def handle(self, *args: Any, **options: Any) -> None:
        problems = api.check()
        for sentence in problems:
            self.stderr.write(sentence)
        if problems:
            raise CommandError(f"{len(problems)} masalah di danau data.")
        self.stdout.write(f"Danau data utuh: {len(api.tables())} tabel.")
