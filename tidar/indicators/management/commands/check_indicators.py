"""Compute every number that holds again, at the versions it names, and compare."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tidar.indicators import api


class Command(BaseCommand):
    help = "Hitung ulang setiap angka yang berlaku dari versi tabel yang disebutnya, lalu bandingkan."

    def handle(self, *args: Any, **options: Any) -> None:
        problems = api.check()
        for sentence in problems:
            self.stderr.write(sentence)
        if problems:
            raise CommandError(f"{len(problems)} angka tidak cocok dengan hitungan ulangnya.")
        self.stdout.write("Semua angka cocok dengan hitungan ulangnya.")
