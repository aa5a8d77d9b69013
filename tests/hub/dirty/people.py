"""Population tables: headings, drift, numbers, areas, totals, notes, duplicates, encodings."""

from __future__ import annotations

import datetime as dt

from tests.hub.dirty.case import Case
from tests.hub.dirty.contracts import CACABAN, KEDUNGSARI, MAGERSARI, WATES
from tests.hub.dirty.files import ods, raw, text, xlsx
from tidar.hub.rules.reading import Memory

JAN, FEB = "2026-01", "2026-02"
HEAD = "Kelurahan;Periode;Laki-laki;Perempuan\n"
HEADS = ["Kelurahan", "Periode", "Laki-laki", "Perempuan"]
W, K = (WATES, JAN, 4012, 4103), (KEDUNGSARI, JAN, 3500, 3611)
WROW, KROW = ["Wates", "2026-01", 4012, 4103], ["Kedungsari", "2026-01", 3500, 3611]
TWO = "Wates;2026-01;4012;4103\nKedungsari;2026-01;3500;3611\n"
PREVIOUS = ["Kelurahan", "Periode", "Laki-laki", "Perempuan"]


def _profile(column: str, median: float, *, rows: int = 2) -> dict[str, object]:
    return {
        "rows": rows,
        "columns": {column: {"filled": rows, "distinct": rows, "median": median, "sum": median * rows}},
    }


HEADINGS = (
    Case("clean", text(HEAD + TWO), (W, K)),
    Case("comma delimiter", text((HEAD + TWO).replace(";", ",")), (W, K)),
    Case("tab delimiter", text((HEAD + TWO).replace(";", "\t"), name="data.tsv"), (W, K)),
    Case("pipe delimiter", text((HEAD + TWO).replace(";", "|")), (W, K)),
    Case("sep line of Excel", text("sep=;\n" + HEAD + TWO), (W, K), skipped={1: "di atas tabel"}),
    Case(
        "title above the table",
        xlsx([["DATA PENDUDUK KOTA MAGELANG"], ["Keadaan Januari 2026"], [], HEADS, WROW, KROW]),
        (W, K),
        skipped={1: "di atas tabel", 2: "di atas tabel", 3: "kosong"},
    ),
    Case(
        "two-line merged heading",
        xlsx(
            [["Kelurahan", "Periode", "Jumlah penduduk", None], [None, None, "Laki-laki", "Perempuan"], WROW, KROW],
            merge=("A1:A2", "B1:B2", "C1:D1"),
        ),
        (W, K),
    ),
    Case(
        "two-line heading without merges",
        text("Kelurahan;Periode;Jumlah penduduk;\n;;Laki-laki;Perempuan\n" + TWO),
        (W, K),
    ),
    Case(
        "two-line merged heading in ODS",
        ods(
            [["Kelurahan", "Periode", "Jumlah penduduk", None], [None, None, "Laki-laki", "Perempuan"], WROW, KROW],
            spans={(0, 2): 2},
        ),
        (W, K),
    ),
    Case(
        "column numbers under the heading",
        text(HEAD + "(1);(2);(3);(4)\n" + TWO),
        (W, K),
        skipped={2: "nomor kolom"},
    ),
    Case(
        "renamed column, remembered",
        text("Kel;Bulan;JML LK;JML PR\n" + TWO),
        (W, K),
        memory=Memory(
            heading_memory={"JML LK": "laki_laki", "JML PR": "perempuan", "Kel": "kelurahan", "Bulan": "periode"},
            previous_headings=["Kelurahan", "Bulan", "JML LK", "JML PR"],
        ),
        drift=("Kolom 'Kelurahan' sekarang bernama 'Kel'.",),
    ),
    Case(
        "near heading asks",
        text("Kelurahan;Periode;Laki-lakii;Perempuan\n" + TWO),
        (W, K),
        questions=("'Laki-lakii' (C) diduga 'Laki-laki'",),
    ),
    Case(
        "moved columns",
        text("Periode;Kelurahan;Perempuan;Laki-laki\n2026-01;Wates;4103;4012\n"),
        (W,),
        memory=Memory(previous_headings=PREVIOUS),
        drift=("Kolom 'Laki-laki' pindah dari kolom C ke kolom D.",),
    ),
    Case(
        "new column",
        text("Kelurahan;Periode;RW;Laki-laki;Perempuan\nWates;2026-01;9;4012;4103\n"),
        (W,),
        memory=Memory(previous_headings=PREVIOUS),
        drift=("Kolom baru 'RW' (C) tidak ada di kontrak; tidak dipakai.",),
    ),
    Case(
        "missing column",
        text("Kelurahan;Periode;Laki-laki\nWates;2026-01;4012\n"),
        refused="Kolom wajib belum dipetakan: Perempuan.",
        memory=Memory(previous_headings=PREVIOUS),
        drift=("Kolom 'Perempuan' yang dahulu ada di kolom D sekarang tidak ada.",),
        questions=("Kolom wajib 'Perempuan' tidak ditemukan",),
    ),
    Case(
        "same heading twice asks",
        text("Kelurahan;Periode;Laki-laki;Laki-laki;Perempuan\nWates;2026-01;4012;1;4103\n"),
        (W,),
        questions=("lebih dari satu kolom 'Laki-laki' (C, D)",),
    ),
    Case(
        "no heading",
        text("Wates;2026-01;4012;4103\n"),
        refused="belum dipetakan",
        questions=("Baris judul kolom tidak ditemukan",),
    ),
    Case(
        "repeated heading",
        text(HEAD + "Wates;2026-01;4012;4103\n" + HEAD + "Kedungsari;2026-01;3500;3611\n"),
        (W, K),
        skipped={3: "judul kolom berulang"},
    ),
    Case(
        "unit in the heading",
        text(
            "Kelurahan;Periode;Laki-laki (ribu jiwa);Perempuan (ribu jiwa)\n"
            "Wates;2026-01;4,012;4,103\nKedungsari;2026-01;3,5;3,611\n"
        ),
        (W, K),
        notes=("dikalikan 1000 menjadi jiwa",),
    ),
    Case(
        "unit of thousands, only ambiguous numbers",
        text("Kelurahan;Periode;Laki-laki (ribu jiwa);Perempuan (ribu jiwa)\nWates;2026-01;4.012;4.103\n"),
        quarantined={2: ("Sel C2", "'4.012'", "dua cara", "Sel D2")},
        held="Tidak ada satu baris pun",
    ),
    Case(
        "foreign unit in the heading",
        text("Kelurahan;Periode;Laki-laki (kg);Perempuan\n" + TWO),
        (W, K),
        held="menyebut satuan 'kg'",
        questions=("satuan 'kg'",),
    ),
    Case(
        "changed unit without a word",
        text(HEAD + "Wates;2026-01;4;4\nKedungsari;2026-01;4;4\n"),
        ((WATES, JAN, 4, 4), (KEDUNGSARI, JAN, 4, 4)),
        before=_profile("laki_laki", 4012),
        held="turun dari 4.012 menjadi 4, kira-kira 1.000 kali",
    ),
    Case(
        "sum moved",
        text(HEAD + TWO),
        (W, K),
        before=_profile("laki_laki", 3000, rows=3),
        differences=("Jumlah baris turun dari 3 menjadi 2.", "Jumlah 'Laki-laki' turun"),
    ),
)

NUMBERS = (
    Case("Indonesian thousands", text(HEAD + "Wates;2026-01;4.012;4.103\nKedungsari;2026-01;3.500;3.611\n"), (W, K)),
    Case(
        "English thousands, quoted",
        text('Kelurahan,Periode,Laki-laki,Perempuan\nWates,2026-01,"4,012","4,103"\n'),
        (W,),
    ),
    Case(
        "English thousands, unquoted: shifted",
        text("Kelurahan,Periode,Laki-laki,Perempuan\nWates,2026-01,4,012,4,103\nKedungsari,2026-01,3500,3611\n"),
        (K,),
        quarantined={2: ("Baris 2", "lebih banyak sel")},
    ),
    Case("decimal zero", text(HEAD + "Wates;2026-01;4012,0;4103,00\n"), (W,)),
    Case(
        "a fraction of a person",
        text(HEAD + "Wates;2026-01;4012,5;4103\n"),
        quarantined={2: ("Sel C2 (Laki-laki)", "bukan bilangan bulat")},
        held="Tidak ada",
    ),
    Case(
        "text in numbers",
        text(HEAD + "Wates;2026-01;empat ribu;4103\nKedungsari;2026-01;3500;3611\n"),
        (K,),
        quarantined={2: ("Sel C2 (Laki-laki) berisi 'empat ribu': bukan angka.",)},
    ),
    Case("unit behind the number", text(HEAD + "Wates;2026-01;4.012 jiwa;4.103 orang\n"), (W,)),
    Case(
        "letter O for zero",
        text(HEAD + "Wates;2026-01;4O12;4103\n"),
        quarantined={2: ("Sel C2", "'4O12'", "Mungkin maksudnya '4012'?")},
        held="Tidak ada",
    ),
    Case(
        "dash for nothing",
        text(HEAD + "Wates;2026-01;-;4103\n"),
        quarantined={2: ("Sel C2", "'-'", "wajib")},
        held="Tidak ada",
    ),
    Case(
        "empty cell",
        xlsx([HEADS, ["Wates", "2026-01", None, 4103], KROW]),
        (K,),
        quarantined={2: ("Sel C2 (Laki-laki) belum diisi",)},
    ),
    Case(
        "negative count",
        text(HEAD + "Wates;2026-01;-4012;4103\n"),
        quarantined={2: ("Sel C2", "batas terkecil 0 jiwa")},
        held="Tidak ada",
    ),
    Case(
        "too large a count",
        text(HEAD + "Wates;2026-01;401200;4103\n"),
        quarantined={2: ("Sel C2", "batas terbesar 100.000 jiwa")},
        held="Tidak ada",
    ),
    Case("spaces as thousands", text(HEAD + "Wates;2026-01;4 012;4\u00a0103\n"), (W,)),
    Case("numbers stored as text in XLSX", xlsx([HEADS, ["Wates", "2026-01", "4.012", "4103"]]), (W,)),
    Case(
        "both styles in one column",
        text(HEAD + "Wates;2026-01;4.012.000,0;4103\nKedungsari;2026-01;3,500.0;3611\nCacaban;2026-01;1.234;9\n"),
        (K,),
        quarantined={2: ("Sel C2", "batas terbesar"), 4: ("Sel C4", "'1.234'", "dua cara")},
    ),
    Case(
        "date where a number belongs",
        xlsx([HEADS, ["Wates", "2026-01", dt.date(2026, 1, 5), 4103], KROW]),
        (K,),
        quarantined={2: ("Sel C2", "'2026-01-05'", "tanggal, bukan angka")},
    ),
)

ROWS = (
    Case("total row", text(HEAD + TWO + "Jumlah;;7512;7714\n"), (W, K), skipped={4: "baris jumlah ('Jumlah')"}),
    Case(
        "total row with a code name",
        text(HEAD + TWO + "TOTAL KOTA MAGELANG;;7.512;7.714\n"),
        (W, K),
        skipped={4: "baris jumlah"},
    ),
    Case(
        "subtotals between",
        xlsx([HEADS, WROW, ["Sub Total Kec. Utara", None, 4012, 4103], KROW, ["Grand Total", None, 7512, 7714]]),
        (W, K),
        skipped={3: "baris jumlah", 5: "baris jumlah"},
    ),
    Case(
        "a total that is not the sum",
        xlsx([HEADS, WROW, KROW, ["Jumlah", None, 7612, 7714]]),
        (W, K),
        skipped={4: "baris jumlah"},
        notes=("Baris jumlah (C4) berbunyi 7.612, jumlah baris di atasnya 7.512.",),
    ),
    Case(
        "a subtotal that is not the sum",
        xlsx([HEADS, WROW, ["Sub Total Kec. Utara", None, 4012, 4103], KROW, ["Sub Total Kec. Tengah", None, 3500, 9]]),
        (W, K),
        skipped={3: "baris jumlah", 5: "baris jumlah"},
        notes=("Baris jumlah (D5) berbunyi 9, jumlah baris di atasnya 3.611.",),
    ),
    Case(
        "a total with a row that cannot be read",
        xlsx([HEADS, WROW, ["Kedungsari", "2026-01", "tiga ribu", 3611], ["Jumlah", None, 7512, 7714]]),
        (W,),
        quarantined={3: ("Sel C3",)},
        skipped={4: "baris jumlah"},
    ),
    Case(
        "a total counts the rows in quarantine too",
        xlsx([HEADS, WROW, ["Entah", "2026-01", 1, 2], ["Jumlah", None, 4012, 4105]]),
        (W,),
        quarantined={3: ("Sel A3",)},
        skipped={4: "baris jumlah"},
        notes=("Baris jumlah (C4) berbunyi 4.012, jumlah baris di atasnya 4.013.",),
    ),
    Case(
        "notes and signature under the table",
        xlsx(
            [
                HEADS,
                WROW,
                KROW,
                [],
                ["Sumber: Disdukcapil"],
                ["*) angka sementara"],
                [None, None, "Magelang, 5 Februari 2026"],
                [None, None, "Kepala Dinas"],
            ]
        ),
        (W, K),
        skipped={4: "kosong", 5: "catatan", 6: "catatan", 7: "catatan", 8: "catatan"},
    ),
    Case(
        "blank rows",
        text(HEAD + "\nWates;2026-01;4012;4103\n;;;\n\nKedungsari;2026-01;3500;3611\n"),
        (W, K),
        skipped={2: "kosong", 4: "kosong", 5: "kosong"},
    ),
    Case(
        "identical twins",
        text(HEAD + TWO + "Wates;2026-01;4012;4103\n"),
        (W, K),
        quarantined={4: ("Baris 4", "sama persis dengan baris 2")},
    ),
    Case(
        "conflicting twins",
        text(HEAD + TWO + "Wates;2026-01;4000;4103\n"),
        (K,),
        quarantined={2: ("Baris 2", "kunci"), 4: ("Baris 4", "mulai baris 2")},
    ),
    Case(
        "ragged short row",
        text(HEAD + "Wates;2026-01\nKedungsari;2026-01;3500;3611\n"),
        (K,),
        quarantined={2: ("Sel C2", "Sel D2", "belum diisi")},
    ),
    Case(
        "line break in a cell",
        text('Kelurahan;Periode;Laki-laki;Perempuan\n"Wa\ntes";2026-01;4012;4103\nKedungsari;2026-01;3500;3611\n'),
        (K,),
        quarantined={2: ("Sel A2",)},
    ),
    Case(
        "quote never closed",
        text(HEAD + '"Wates;2026-01;4012;4103\nKedungsari;2026-01;3500;3611\n'),
        refused='Tanda kutip (") yang dibuka di baris 2 tidak pernah ditutup',
    ),
)

AREA_NAMES = (
    Case("Kemendagri codes", text(HEAD + f"{WATES};2026-01;4012;4103\n"), (W,)),
    Case(
        "BPS codes",
        text(HEAD + "3371020004;2026-01;4012;4103\n3371020006;2026-01;3500;3611\n"),
        (W, K),
        notes=("kode BPS; seluruhnya diterjemahkan",),
    ),
    Case("BPS codes as number cells", xlsx([HEADS, [3371020004, "2026-01", 4012, 4103]]), (W,), notes=("kode BPS",)),
    Case(
        "codes without dots that fit both systems",
        text(HEAD + "3371011003;2026-01;4012;4103\n"),
        quarantined={2: ("Sel A2", "dua wilayah")},
        held="Tidak ada",
        values={},
    ),
    Case("Kemendagri codes without dots", text(HEAD + "3371021003;2026-01;4012;4103\n"), (W,), notes=("tanpa titik",)),
    Case(
        "a BPS code among Kemendagri codes",
        text(HEAD + f"{KEDUNGSARI};2026-01;3500;3611\n3371020004;2026-01;4012;4103\n"),
        (K,),
        quarantined={3: ("Sel A3", "kode BPS di antara", "Wates (33.71.02.1003)")},
    ),
    Case(
        "unknown code",
        text(HEAD + "33.71.09.1001;2026-01;1;1\n" + TWO),
        (W, K),
        quarantined={2: ("Sel A2", "bukan kode wilayah")},
    ),
    Case(
        "misspelt name",
        text(HEAD + "Kedung Sarii;2026-01;3500;3611\nWates;2026-01;4012;4103\n"),
        (W,),
        quarantined={
            2: ("Sel A2 (Kelurahan) berisi 'Kedung Sarii'", "Mungkin maksudnya 'Kedungsari (33.71.02.1005)'?")
        },
    ),
    Case(
        "misspelt name, remembered",
        text(HEAD + "Kdungsari;2026-01;3500;3611\n"),
        (K,),
        values={"kelurahan": {"Kdungsari": KEDUNGSARI}},
    ),
    Case(
        "name with its kind, case and blanks",
        text(HEAD + "KEL. WATES ;2026-01;4012;4103\n kelurahan  Kedungsari;2026-01;3500;3611\n"),
        (W, K),
    ),
    Case(
        "kelurahan that is named like the city", text(HEAD + "Magelang;2026-01;1;2\n"), (("33.71.03.1004", JAN, 1, 2),)
    ),
)

MONTHS = (
    Case(
        "month names",
        text(HEAD + "Wates;Januari 2026;4012;4103\nWates;Pebruari 2026;4000;4100\n"),
        (W, (WATES, FEB, 4000, 4100)),
    ),
    Case(
        "short month names",
        text(HEAD + "Wates;Jan-26;4012;4103\nWates;FEB 2026;4000;4100\n"),
        (W, (WATES, FEB, 4000, 4100)),
    ),
    Case("month as date cell", xlsx([HEADS, ["Wates", dt.date(2026, 1, 31), 4012, 4103]]), (W,)),
    Case("Excel serial date", xlsx([HEADS, ["Wates", 46023, 4012, 4103]]), (W,), notes=("nomor hari Excel",)),
    Case(
        "month that is none",
        text(HEAD + "Wates;Januwari 2026;4012;4103\n"),
        quarantined={2: ("Sel B2", "'Januwari 2026'", "bukan bulan")},
        held="Tidak ada",
    ),
    Case("slashed month", text(HEAD + "Wates;01/2026;4012;4103\n"), (W,)),
)

_MIXED = (
    HEAD.encode()
    + b"Wates;2026-01;4012;4103\n"
    + "Catatan: dicek oleh Añi\n".encode()
    + "Catatan: dicek oleh Añi\n".encode("cp1252")
)
ENCODINGS = (
    Case("UTF-8 with a mark", text(HEAD + TWO, encoding="utf-8-sig"), (W, K)),
    Case("UTF-16", text(HEAD + TWO, encoding="utf-16"), (W, K), notes=("UTF-16",)),
    Case("UTF-16 without a mark", text(HEAD + TWO, encoding="utf-16-le"), (W, K), notes=("UTF-16",)),
    Case(
        "Windows encoding",
        raw((HEAD + TWO + "Sumber: Dinas – Añi\n").encode("cp1252")),
        (W, K),
        notes=("cp1252",),
        skipped={4: "catatan"},
    ),
    Case(
        "two encodings in one file",
        raw(_MIXED),
        (W,),
        notes=("dua penyandian",),
        skipped={3: "catatan ('Catatan: dicek oleh Añi')", 4: "catatan ('Catatan: dicek oleh Añi')"},
    ),
    Case("Windows line ends", text((HEAD + TWO).replace("\n", "\r\n")), (W, K)),
    Case("old Mac line ends", text((HEAD + TWO).replace("\n", "\r")), (W, K)),
    Case("no line end at the end", text((HEAD + TWO).rstrip("\n")), (W, K)),
    Case("hard spaces around cells", text(HEAD + "\u00a0Wates\u00a0; 2026-01 ;\t4012;4103\u00a0\n"), (W,)),
)
CASES = (*HEADINGS, *NUMBERS, *ROWS, *AREA_NAMES, *MONTHS, *ENCODINGS)
assert MAGERSARI and CACABAN
