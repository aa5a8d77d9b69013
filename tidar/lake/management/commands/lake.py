"""`tidar lake list | versions TABLE | sql "SELECT …"`: look into the lake from a terminal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tidar.common.errors import UnableTo
from tidar.lake import api


class Command(BaseCommand):
    help = "Lihat isi danau data: daftar tabel, versi sebuah tabel, atau jawaban satu SELECT."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="semua tabel dan versi terbarunya")
        verbs.add_parser("versions", help="versi sebuah tabel").add_argument("table")
        sql = verbs.add_parser("sql", help="jalankan satu SELECT atas tabel danau data")
        sql.add_argument("text")
        sql.add_argument("--limit", type=int, default=50, help="jumlah baris yang ditampilkan")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"list": self._list, "versions": self._versions, "sql": self._sql}[options["verb"]](options)
        except UnableTo as error:
            raise CommandError(error.sentence) from error

    def _list(self, options: dict[str, Any]) -> None:
        for table in api.tables():
            self.stdout.write(f"{table.name}\tv{table.version}\t{table.row_count} baris\t{table.title}")

    def _versions(self, options: dict[str, Any]) -> None:
        for version in api.versions_of(options["table"]):
            stamp = version.created_at.isoformat(timespec="seconds")
            self.stdout.write(f"v{version.number}\t{stamp}\t{version.row_count} baris\t{version.source_id}")

    def _sql(self, options: dict[str, Any]) -> None:
        answer = api.read(options["text"])
        self.stdout.write("\t".join(answer.column_names))
        for row in answer.slice(0, options["limit"]).to_pylist():
            self.stdout.write("\t".join("" if value is None else str(value) for value in row.values()))
        if answer.num_rows > options["limit"]:
            self.stdout.write(f"… {answer.num_rows - options['limit']} baris lagi")
