"""`tidar areas load|import|add|list`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tidar.common import clock
from tidar.common.actor import system
from tidar.common.errors import UnableTo
from tidar.common.formats import number_text
from tidar.places import api

BY = system("perintah areas")
MOST_LINES = 40
MOST_DIFFERENCES = 10


class Command(BaseCommand):
    """Areas from the command line. Exit status: 0 done, 1 refused, 2 wrong words on the line."""

    help = "Load the region's areas, import official boundaries or RW and RT, add or list areas."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True)
        load = words.add_parser("load", help="bring the areas up to date from regions/<code>/areas.csv")
        load.add_argument("code", nargs="?", default="", help="only to be sure: must be TIDAR_REGION")
        bring = words.add_parser("import", help="official boundaries (.geojson, .json), or RW and RT (.csv)")
        bring.add_argument("file", type=Path)
        add = words.add_parser("add", help="add one area below one that is there")
        add.add_argument("code", help="Kemendagri code, continued for RW and RT: 33.71.03.1001.04.002")
        add.add_argument("name")
        add.add_argument("--bps-code", default="")
        add.add_argument("--postal-code", default="")
        add.add_argument("--km2", type=_decimal, default=None)
        add.add_argument("--lon", type=float, default=None)
        add.add_argument("--lat", type=float, default=None)
        show = words.add_parser("list", help="list areas with both codes")
        show.add_argument("--level", default="", choices=["", "region", "kecamatan", "kelurahan", "desa", "rw", "rt"])
        show.add_argument("text", nargs="?", default="", help="only areas with this name or code")

    def handle(self, *args: Any, **options: Any) -> None:
        act = {"load": self._load, "import": self._import, "add": self._add, "list": self._list}[options["word"]]
        try:
            taken = act(options)
        except UnableTo as fault:
            raise CommandError(fault.sentence) from fault
        if not taken:
            sys.exit(1)

    def _load(self, options: dict[str, Any]) -> bool:
        loaded = api.load_region(code=options["code"], by=BY, at=clock.now())
        self._say(f"{loaded.name} ({loaded.code}): {loaded.added} wilayah baru, {loaded.changed} diperbarui, "
                  f"{loaded.unchanged} tetap.")  # fmt: skip
        return True

    def _import(self, options: dict[str, Any]) -> bool:
        path: Path = options["file"]
        if path.suffix.lower() == ".csv":
            return self._tell_neighbourhoods(api.import_neighbourhoods(path=path, by=BY, at=clock.now()))
        return self._tell_boundaries(api.import_boundaries(path=path, by=BY, at=clock.now()))

    def _add(self, options: dict[str, Any]) -> bool:
        area = api.NewArea(
            code=options["code"],
            name=options["name"],
            bps_code=options["bps_code"],
            postal_code=options["postal_code"],
            area_km2=options["km2"],
            lon=options["lon"],
            lat=options["lat"],
        )
        self._say(f"Ditambahkan: {api.add_area(area=area, by=BY, at=clock.now())} {area.name}")
        return True

    def _list(self, options: dict[str, Any]) -> bool:
        found = api.areas_matching(options["text"]) if options["text"] else api.areas()
        for a in found:
            if options["level"] in ("", a.level):
                km2 = number_text(a.area_km2, decimals=3)
                boundary = "batas resmi" if a.has_boundary else ""
                line = f"{a.code:<21} {a.bps_code or '-':<11} {a.level:<10} {a.name:<32} {km2:>10} km²  {boundary}"
                self._say(line.rstrip())
        return bool(found)

    def _tell_boundaries(self, report: api.Report) -> bool:
        self._say(f"{report.file_name}: {report.count} batas dibaca.")
        self._lines("Salah", report.errors)
        if not report.is_taken:
            self._say("Tidak ada yang diubah. Perbaiki berkasnya lalu impor lagi.")
            return False
        self._lines("Perhatian", report.warnings)
        self._lines("Catatan", report.notes)
        official = number_text(report.published_km2, decimals=3)
        self._say(f"Luas seluruh batas {number_text(report.measured_km2, decimals=3)} km²; luas resmi {official} km².")
        large = [d for d in report.differences if abs(d.share) >= 0.1]
        if large:
            self._say(f"Luas {len(large)} wilayah berbeda 10% atau lebih dari yang terbit (yang terbit tetap dipakai):")
        for d in large[:MOST_DIFFERENCES]:
            measured, published = (number_text(n, decimals=3) for n in (d.measured_km2, d.published_km2))
            self._say(f"  {d.code} {d.name}: {measured} km² menurut batas, {published} km² terbit ({d.share:+.0%})")
        self._say(f"Selesai: {report.count} batas resmi dipakai.")
        return True

    def _tell_neighbourhoods(self, report: api.Neighbourhoods) -> bool:
        self._lines("Salah", report.errors)
        if not report.is_taken:
            self._say(f"{report.file_name}: tidak ada yang diubah. Perbaiki berkasnya lalu impor lagi.")
            return False
        self._say(
            f"{report.file_name}: {report.rw_added} RW dan {report.rt_added} RT baru, {report.unchanged} sudah ada."
        )
        return True

    def _lines(self, word: str, sentences: tuple[str, ...]) -> None:
        for sentence in sentences[:MOST_LINES]:
            self._say(f"{word}: {sentence}")
        if len(sentences) > MOST_LINES:
            self._say(f"{word}: … dan {len(sentences) - MOST_LINES} lainnya.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise ValueError(text) from None
