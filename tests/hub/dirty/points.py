"""Places with coordinates, codes, fractions, dates and yes/no; spreadsheets' own traps; JSON and GeoJSON."""

from __future__ import annotations

import datetime as dt
import json

import openpyxl

from tests.hub.dirty.case import Case
from tests.hub.dirty.contracts import TITIK
from tests.hub.dirty.files import Build, ods, repacked, text, xlsx
from tidar.hub.rules.contract import Column, Contract

HEAD = "Kode;Jenis;Luas;Aktif;Dicek tanggal;Bujur;Lintang\n"
HEADS = ["Kode", "Jenis", "Luas", "Aktif", "Dicek tanggal", "Bujur", "Lintang"]
DAY = dt.date(2026, 1, 5)
LON, LAT = 110.2266, -7.4696


def row(kode: str, **other: object) -> tuple[object, ...]:
    base = {"jenis": "atcs", "luas": 12.5, "aktif": True, "dicek": DAY, "lon": LON, "lat": LAT} | other
    return (kode, *base.values())


def geojson(*features: dict[str, object]) -> Build:
    return text(json.dumps({"type": "FeatureCollection", "features": features}), name="data.geojson")


def feature(kode: str, lon: float, lat: float) -> dict[str, object]:
    properties = {"kode": kode, "jenis": "cctv", "luas": 1.234, "aktif": True}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [lon, lat]}}


def formula(book: openpyxl.Workbook) -> None:
    book.active["C2"] = "=6+6.5"


def with_results(members: dict[str, bytes]) -> None:
    """The file as Excel saves it after calculating."""
    name = "xl/worksheets/sheet1.xml"
    members[name] = (
        members[name]
        .replace(b"<f>6+6.5</f><v />", b"<f>6+6.5</f><v>12.5</v>")
        .replace(b"<f>6+6.5</f><v></v>", b"<f>6+6.5</f><v>12.5</v>")
    )
    members["xl/workbook.xml"] = members["xl/workbook.xml"].replace(b'fullCalcOnLoad="1"', b"")


def with_zero(members: dict[str, bytes]) -> None:
    """The file as a program writes it that stores 0 for every formula and asks the reader to calculate."""
    name = "xl/worksheets/sheet1.xml"
    members[name] = (
        members[name]
        .replace(b"<f>6+6.5</f><v />", b"<f>6+6.5</f><v>0</v>")
        .replace(b"<f>6+6.5</f><v></v>", b"<f>6+6.5</f><v>0</v>")
    )


def with_fault(members: dict[str, bytes]) -> None:
    name = "xl/worksheets/sheet1.xml"
    members[name] = (
        members[name]
        .replace(b'<c r="C2"><f>6+6.5</f><v />', b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v>')
        .replace(b'<c r="C2"><f>6+6.5</f><v></v>', b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v>')
    )


def hidden_copy(book: openpyxl.Workbook) -> None:
    book.copy_worksheet(book.active).sheet_state = "hidden"


def second_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Catatan", 0).append(["Petunjuk pengisian"])


def two_alike(book: openpyxl.Workbook) -> None:
    book.copy_worksheet(book.active).title = "Lama"


GOOD = ["A1", "atcs", 12.5, "ya", DAY, LON, LAT]
FORMULA = xlsx([HEADS, GOOD], change=formula)
TAIL = ";ya;2026-01-05;110.2266;-7.4696\n"


def case(name: str, build: Build, *accepted: tuple[object, ...], **rest: object) -> Case:
    return Case(name, build, accepted, contract=TITIK, **rest)  # type: ignore[arg-type]


PERCENT = Contract(
    columns=(
        Column(name="kode", title="Kode", type="text"),
        Column(name="cakupan", title="Cakupan", type="number", unit="%"),
    )
)

NUMBERS = (
    case("decimal comma", text(HEAD + "A1;atcs;1.234,5" + TAIL), row("A1", luas=1234.5)),
    case("decimal point", text(HEAD + "A1;atcs;1234.5" + TAIL), row("A1", luas=1234.5)),
    case(
        "ambiguous thousands",
        text(HEAD + "A1;atcs;1.234" + TAIL),
        quarantined={2: ("Sel C2 (Luas) berisi '1.234'", "dua cara")},
        held="Tidak ada",
    ),
    case(
        "ambiguous, settled by its column",
        text(HEAD + "A1;atcs;1.234" + TAIL + "A2;atcs;12,5" + TAIL),
        row("A1", luas=1234.0),
        row("A2"),
    ),
    case(
        "ambiguous, settled by last time",
        text(HEAD + "A1;atcs;1.234" + TAIL),
        row("A1", luas=1.234),
        before={"rows": 1, "columns": {}, "styles": {"luas": "en"}},
        notes=("seperti kiriman sebelumnya",),
    ),
    case(
        "number cell is never ambiguous",
        xlsx([HEADS, ["A1", "atcs", 1.234, "ya", DAY, LON, LAT]]),
        row("A1", luas=1.234),
    ),
    case(
        "hectares in the heading",
        text(HEAD.replace("Luas", "Luas (ha)") + "A1;atcs;0,5" + TAIL),
        row("A1", luas=5000.0),
        notes=("dikalikan 10000 menjadi m2",),
    ),
    case("rupiah signs", text(HEAD + "A1;atcs;Rp 1.234.500,50" + TAIL), row("A1", luas=1234500.5)),
    case("scientific", text(HEAD + "A1;atcs;1.5E+3" + TAIL), row("A1", luas=1500.0)),
    case("not finite", text(HEAD + "A1;atcs;inf" + TAIL), quarantined={2: ("Sel C2", "bukan angka")}, held="Tidak ada"),
)

DATES = (
    case(
        "day first",
        text(HEAD + "A1;atcs;12,5;ya;05/01/2026;110.2266;-7.4696\nA2;atcs;12,5;ya;25/01/2026;110.2266;-7.4696\n"),
        row("A1"),
        row("A2", dicek=dt.date(2026, 1, 25)),
    ),
    case(
        "month first, shown by its column",
        text(HEAD + "A1;atcs;12,5;ya;01/05/2026;110.2266;-7.4696\nA2;atcs;12,5;ya;01/25/2026;110.2266;-7.4696\n"),
        row("A1"),
        row("A2", dicek=dt.date(2026, 1, 25)),
        notes=("bulan/hari/tahun",),
    ),
    case(
        "two orders in one column",
        text(
            HEAD
            + "A1;atcs;12,5;ya;05/01/2026;110.2266;-7.4696\n"
            + "A2;atcs;12,5;ya;01/25/2026;110.2266;-7.4696\n"
            + "A3;atcs;12,5;ya;25/01/2026;110.2266;-7.4696\n"
        ),
        row("A2", dicek=dt.date(2026, 1, 25)),
        row("A3", dicek=dt.date(2026, 1, 25)),
        quarantined={2: ("Sel E2", "dua tanggal")},
        notes=("dua urutan",),
    ),
    case("written out", text(HEAD + "A1;atcs;12,5;ya;Senin, 5 Januari 2026;110.2266;-7.4696\n"), row("A1")),
    case(
        "a day that is not in the calendar",
        text(HEAD + "A1;atcs;12,5;ya;31/02/2026;110.2266;-7.4696\n"),
        quarantined={2: ("Sel E2", "'31/02/2026'", "bukan tanggal")},
        held="Tidak ada",
    ),
    case(
        "serial number in text",
        text(HEAD + "A1;atcs;12,5;ya;46027;110.2266;-7.4696\n"),
        row("A1"),
        notes=("nomor hari Excel",),
    ),
    case(
        "text that a sheet made a date",
        xlsx([HEADS, [dt.date(2026, 2, 1), "atcs", 12.5, "ya", DAY, LON, LAT]]),
        quarantined={2: ("Sel A2 (Kode)", "menjadi tanggal")},
        held="Tidak ada",
    ),
)

WORDS = (
    case("code by its meaning, any case", text(HEAD + "A1;LAMPU  lalu lintas;12,5" + TAIL), row("A1")),
    case(
        "unknown choice",
        text(HEAD + "A1;drone;12,5" + TAIL),
        quarantined={2: ("Sel B2 (Jenis) berisi 'drone'", "atcs, cctv")},
        held="Tidak ada",
    ),
    case(
        "yes and no in words",
        text(HEAD + "A1;atcs;12,5;TIDAK;2026-01-05;110.2266;-7.4696\nA2;atcs;12,5;Aktif;2026-01-05;110.2266;-7.4696\n"),
        row("A1", aktif=False),
        row("A2"),
    ),
    case(
        "neither yes nor no",
        text(HEAD + "A1;atcs;12,5;mungkin;2026-01-05;110.2266;-7.4696\n"),
        quarantined={2: ("Sel D2", "bukan ya atau tidak")},
        held="Tidak ada",
    ),
    case("leading zeros stay", text(HEAD + "007;atcs;12,5" + TAIL), row("007")),
    case(
        "a note that begins with a word of summing stays", text(HEAD + "Total Buah;atcs;12,5" + TAIL), row("Total Buah")
    ),
    case(
        "two faults in one row",
        text(HEAD + "A1;drone;luas" + TAIL),
        quarantined={2: ("Sel B2", "Sel C2")},
        held="Tidak ada",
    ),
    case(
        "over-long cell",
        text(HEAD + "A" * 40_000 + ";atcs;12,5" + TAIL),
        quarantined={2: ("Sel A2", "32.767")},
        held="Tidak ada",
    ),
)

POINTS = (
    case(
        "lon and lat swapped in the whole file",
        text(HEAD + "A1;atcs;12,5;ya;2026-01-05;-7.4696;110.2266\n"),
        row("A1"),
        notes=("tertukar di seluruh berkas",),
    ),
    case(
        "lon and lat swapped in one row",
        text(HEAD + "A1;atcs;12,5;ya;2026-01-05;-7.4696;110.2266\nA2;atcs;12,5" + TAIL),
        row("A2"),
        quarantined={2: ("Sel F2 (Bujur) berisi '-7.4696'", "terbalik", "Mungkin maksudnya '110.2266'?")},
    ),
    case(
        "outside the region",
        text(HEAD + "A1;atcs;12,5;ya;2026-01-05;106.8;-6.2\nA2;atcs;12,5" + TAIL),
        row("A2"),
        quarantined={2: ("Sel F2", "di luar wilayah")},
    ),
    case(
        "south without its sign",
        text(HEAD + "A1;atcs;12,5;ya;2026-01-05;110.2266;7.4696\nA2;atcs;12,5" + TAIL),
        row("A2"),
        quarantined={2: ("Sel G2 (Lintang)", "di luar wilayah", "'-7.4696'")},
    ),
    case("decimal comma in degrees", text(HEAD + "A1;atcs;12,5;ya;2026-01-05;110,2266;-7,4696\n"), row("A1")),
    case(
        "three decimals are degrees",
        text(HEAD + "A1;atcs;12,5;ya;2026-01-05;110.226;-7.469\n"),
        row("A1", lon=110.226, lat=-7.469),
    ),
    case(
        "degrees with points as thousands",
        text(HEAD + "A1;atcs;12,5;ya;2026-01-05;110.226.600;-7.469.600\n"),
        quarantined={2: ("Sel F2", "bukan angka")},
        held="Tidak ada",
    ),
)


def as_percent(book: openpyxl.Workbook) -> None:
    book.active["C2"].number_format = "0.00%"


def shown_as_percent(book: openpyxl.Workbook) -> None:
    book.active["B2"].number_format = "0%"


SHEETS = (
    case(
        "per cent in a column that is none",
        xlsx([HEADS, ["A1", "atcs", 0.125, "ya", DAY, LON, LAT]], change=as_percent),
        quarantined={2: ("Sel C2 (Luas) berisi '12.500000%'", "bukan angka")},
        held="Tidak ada",
    ),
    Case(
        "per cent where per cents are meant",
        xlsx([["Kode", "Cakupan"], ["A1", 0.125], ["A2", "12,5%"], ["A3", 99]], change=shown_as_percent),
        (("A1", 12.5), ("A2", 12.5), ("A3", 99.0)),
        contract=PERCENT,
    ),
    case(
        "a word merged over rows",
        xlsx([HEADS, GOOD, ["A2", None, 12.5, "ya", DAY, LON, LAT]], merge=("B2:B3",)),
        row("A1"),
        row("A2"),
        notes=("1 sel gabungan diisi",),
    ),
    case(
        "a number merged over rows",
        xlsx([HEADS, GOOD, ["A2", "atcs", None, "ya", DAY, LON, LAT]], merge=("C2:C3",)),
        row("A1"),
        row("A2", luas=None),
    ),
    case("formula with its result", repacked(FORMULA, with_results), row("A1"), notes=("1 sel berisi rumus",)),
    case(
        "formula without a result",
        FORMULA,
        quarantined={2: ("Sel C2 (Luas) berisi '=6+6.5'", "hasilnya tidak tersimpan")},
        held="Tidak ada",
    ),
    case(
        "formula with a zero that nobody calculated",
        repacked(FORMULA, with_zero),
        quarantined={2: ("Sel C2", "hasilnya tidak tersimpan")},
        held="Tidak ada",
    ),
    case(
        "formula that failed",
        repacked(FORMULA, with_fault),
        quarantined={2: ("Sel C2 (Luas) berisi '#DIV/0!'", "galat rumus")},
        held="Tidak ada",
    ),
    case(
        "formula without a result in ODS",
        ods([HEADS, ["A1", "atcs", "=6+6.5", "ya", DAY, LON, LAT]]),
        quarantined={2: ("Sel C2", "hasilnya tidak tersimpan")},
        held="Tidak ada",
    ),
    case("ODS", ods([HEADS, GOOD]), row("A1")),
    case("hidden sheet is not read", xlsx([HEADS, GOOD], change=hidden_copy), row("A1")),
    case("table on the second sheet", xlsx([HEADS, GOOD], change=second_sheet), row("A1")),
    case(
        "two sheets alike ask",
        xlsx([HEADS, GOOD], change=two_alike),
        row("A1"),
        questions=("beberapa lembar yang cocok",),
    ),
)

RECORDS = (
    case("GeoJSON", geojson(feature("A1", LON, LAT)), row("A1", jenis="cctv", luas=1.234, dicek=None)),
    case(
        "GeoJSON with swapped axes",
        geojson(feature("A1", LAT, LON)),
        row("A1", jenis="cctv", luas=1.234, dicek=None),
        notes=("tertukar di seluruh berkas",),
    ),
    case(
        "JSON records",
        text(json.dumps([{"kode": "A1", "jenis": "atcs", "luas": 12.5}]), name="data.json"),
        row("A1", aktif=None, dicek=None, lon=None, lat=None),
    ),
    case(
        "JSON records in an envelope",
        text(json.dumps({"ok": True, "data": [{"kode": "A1", "jenis": "atcs"}]}), name="data.json"),
        row("A1", luas=None, aktif=None, dicek=None, lon=None, lat=None),
    ),
    case(
        "nested value",
        text(json.dumps([{"kode": "A1", "jenis": {"x": 1}}]), name="data.json"),
        quarantined={2: ("Sel B2 (Jenis)", "tidak ada di daftar")},
        held="Tidak ada",
    ),
    case(
        "record without a required name",
        text(json.dumps([{"kode": "A1", "jenis": "atcs"}, {"jenis": "cctv"}]), name="data.json"),
        row("A1", luas=None, aktif=None, dicek=None, lon=None, lat=None),
        quarantined={3: ("Sel A3 (Kode) belum diisi",)},
    ),
)
CASES = (*NUMBERS, *DATES, *WORDS, *POINTS, *SHEETS, *RECORDS)
