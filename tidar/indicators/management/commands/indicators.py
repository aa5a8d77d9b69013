"""`tidar indicators compute | list | check`: compute what changed, list numbers, run the worked examples."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tidar.common import clock
from tidar.common.actor import system
from tidar.common.errors import UnableTo
from tidar.common.formats import number_text
from tidar.indicators import api
from tidar.indicators.queries import computing, definitions
from tidar.places import api as places


class Command(BaseCommand):
    help = "Hitung indikator yang masukannya berubah, tampilkan angkanya, atau jalankan contoh hitungannya."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        compute = verbs.add_parser("compute", help="hitung yang berubah")
        compute.add_argument("--again", action="store_true", help="hitung juga yang tidak berubah")
        verbs.add_parser("list", help="angka terbaru wilayah ini")
        verbs.add_parser("check", help="jalankan contoh hitungan setiap definisi")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"compute": self._compute, "list": self._list, "check": self._check}[options["verb"]](options)
        except UnableTo as error:
            raise CommandError(error.sentence) from error

    def _compute(self, options: dict[str, Any]) -> None:
        outcomes = api.compute_indicators(by=system("command"), at=clock.now(), again=options["again"])
        for outcome in outcomes:
            said = outcome.sentence or f"{outcome.value_count} angka, {outcome.changed_count} berubah"
            self.stdout.write(f"{outcome.indicator}\t{said}")
        if not outcomes:
            self.stdout.write("Tidak ada masukan yang berubah.")
        if any(outcome.sentence for outcome in outcomes):
            raise CommandError("Sebagian indikator tidak dapat dihitung; angka lamanya tetap berlaku.")

    def _list(self, options: dict[str, Any]) -> None:
        for value in api.current_values(area_codes=[places.region().code]):
            number = number_text(value.value, decimals=value.decimals)
            words = (value.indicator, value.period, f"{number} {value.unit}", value.freshness, str(value.id))
            self.stdout.write("\t".join(words))

    def _check(self, options: dict[str, Any]) -> None:
        loaded = definitions.load()
        failed = [sentence for definition in loaded for sentence in computing.failed_expectations(definition)]
        for sentence in failed:
            self.stderr.write(sentence)
        if failed:
            raise CommandError(f"{len(failed)} contoh hitungan tidak terpenuhi.")
        self.stdout.write(f"{len(loaded)} definisi, semua contoh hitungannya terpenuhi.")
