"""Documents for tests: complete data of each kind, and one call that takes a number and issues."""

from __future__ import annotations

import itertools
from datetime import datetime, timezone
from typing import Any

from django.db import transaction

from tidar.common.actor import system
from tidar.documents import api as documents

BY = system("uji")
AT = datetime(2026, 11, 25, 3, 15, 30, 123456, tzinfo=timezone.utc)
SIGNER = "Drs. Bambang Sutrisno, M.M.\nKepala Dinas Perindustrian dan Perdagangan\nNIP 19680412 199403 1 007"
_counter = itertools.count(1)

_SHEET: dict[str, Any] = {
    "region": "Pemerintah Kota Magelang",
    "agency": "Dinas Perindustrian dan Perdagangan",
    "address": "Jalan Kartini Nomor 4, Kota Magelang 56117",
    "place": "Magelang",
    "levy": "Retribusi Pelayanan Pasar",
    "market": "Pasar Rejowinangun",
    "account_code": "4.1.02.01.05.0001",
    "account_title": "Retribusi Pelayanan Pasar",
    "legal_basis": [
        "Undang-Undang Nomor 1 Tahun 2022 tentang Hubungan Keuangan antara Pemerintah Pusat dan Pemerintahan Daerah",
        "Peraturan Pemerintah Nomor 35 Tahun 2023 tentang Ketentuan Umum Pajak Daerah dan Retribusi Daerah",
    ],
}
_OWN: dict[str, dict[str, Any]] = {
    "skrd": {
        "amount_rupiah": 90_000, "payer_name": "Siti Aminah", "npwrd": "P.2.0001234.01.03", "period": "November 2026",
        "due_date": "2026-12-10", "formula": "6 m² × Rp500 × 30 hari", "payer_address": "Jalan Tidar 12, Magersari",
        "stall": "Blok A nomor 12", "place_type": "Kios", "days": 30,
        "tariff_basis": "Lampiran I angka 2 huruf a peraturan daerah tentang pajak daerah dan retribusi daerah",
        "how_to_pay": [
            "Kepada juru pungut pasar dengan bukti di tempat",
            "Pindai QRIS yang tertempel di kios",
            "Virtual account Bank Jateng 8808 0000 1234 01",
        ],
    },
    "karcis": {
        "amount_rupiah": 3_000, "day": "2026-11-25", "stall": "Blok B nomor 7", "place_type": "Los",
        "channel": "Tunai", "collector": "Slamet Riyadi", "received_at": "2026-11-25T08:15:30+07:00",
    },
    "ssrd": {
        "amount_rupiah": 190_000, "received_at": "2026-11-25T08:15:30+07:00", "channel": "Tunai",
        "receipt_number": "K07-000123", "payer_name": "Siti Aminah", "npwrd": "P.2.0001234.01.03",
        "stall": "Blok A nomor 12", "advance_rupiah": 10_000, "owed_after_rupiah": 0, "collector": "Slamet Riyadi",
        "lines": [
            {"title": "Oktober 2026", "number": "SKRD/2026/0000456", "amount_rupiah": 90_000},
            {"title": "November 2026", "number": "SKRD/2026/0001456", "amount_rupiah": 90_000},
        ],
    },
    "tbp": {
        "amount_rupiah": 1_425_000, "received_at": "2026-11-25T13:40:00+07:00", "received_from": "Slamet Riyadi",
        "office": "Juru pungut Pasar Rejowinangun", "purpose": "Penerimaan retribusi pasar hari ini",
        "period": "25 November 2026", "declared_rupiah": 1_430_000,
        "lines": [
            {"title": "Retribusi Pelayanan Pasar", "number": "4.1.02.01.05.0001", "amount_rupiah": 1_325_000},
            {"title": "Retribusi Pelayanan Persampahan", "number": "4.1.02.01.02.0001", "amount_rupiah": 100_000},
        ],
    },
    "sts": {
        "amount_rupiah": 8_725_000, "deposited_at": "2026-11-25T14:55:00+07:00", "depositor": "Endang Wulandari, S.E.",
        "bank": "Bank Jateng Cabang Magelang", "bank_account": "1-001-00123-4",
        "bank_account_name": "Kas Umum Daerah Kota Magelang", "bank_reference": "JTG20261125-77120",
        "period": "25 November 2026",
        "lines": [
            {"title": "Retribusi Pelayanan Pasar", "number": "4.1.02.01.05.0001", "amount_rupiah": 8_325_000,
             "note": "TBP/2026/0000031 sampai 0000036"},
            {"title": "Retribusi Pelayanan Persampahan", "number": "4.1.02.01.02.0001", "amount_rupiah": 400_000},
        ],
    },
}  # fmt: skip


def data(kind: str, **changes: Any) -> dict[str, Any]:
    """Complete data of one kind."""
    return _SHEET | _OWN[kind] | changes


def issued(kind: str = "skrd", *, subject: str = "", **changes: Any) -> documents.DocumentView:
    """One issued document with the next number of its kind's series."""
    with transaction.atomic():
        sequence = documents.take_numbers(kind.upper(), 2026, 1)
        return documents.issue(
            kind=kind, series=kind.upper(), year=2026, sequence=sequence, subject=subject or f"{kind}:{next(_counter)}",
            data=data(kind, **changes), signed_by=SIGNER, by=BY, at=AT,
        )  # fmt: skip
