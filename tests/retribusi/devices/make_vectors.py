"""Writes `vectors.json`: what the field app and the server must agree on, byte by byte.

`python -m tests.retribusi.devices.make_vectors` writes it anew; `test_vectors.py` fails when it is not up to date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.retribusi.devices.signing import Phone
from tidar.common.signed_records import FIRST_PREVIOUS, canonical, content_hash, text_of
from tidar.retribusi.rules.devices import missing

PATH = Path(__file__).with_name("vectors.json")
TRICKY = 'Bu "Yati" \\ Ñandú — é/🧺\u2028'


def shown(phone: Phone, name: str, record: dict[str, Any]) -> dict[str, Any]:
    """One valid record with everything that can be computed from it."""
    body = canonical(record)
    return {
        "name": name,
        "record": record,
        "canonical": body.decode(),
        "hash": content_hash(body),
        "body": text_of(body),
        "signature": text_of(phone.key.sign(body)),
    }


def chain(phone: Phone) -> list[dict[str, Any]]:
    """A day of one phone: every kind once, text that is hard to write."""
    return [
        shown(phone, "tunai di lapak yang dipindai", phone.record(stall="Q7MBKX2D", occupancy=41)),
        shown(phone, "tunai, nomor diketik, tanpa lapak", phone.record(number=TRICKY, market="", shown_owed=None)),
        shown(phone, "batal", phone.record("void", voids=2, reason="salah ketik\u00a0nominal")),
        shown(phone, "karcis", phone.record("karcis", book=3, first=101, last=110, market="pasar-uji", amount=20_000)),
        shown(phone, "serah terima", phone.record("handover", amount=25_000)),
    ]


def refused(phone: Phone) -> list[dict[str, Any]]:
    """Validly signed bytes that are no record: what is wrong, and the sentence of the server."""
    base = phone.record()
    swaps: dict[str, dict[str, Any]] = {
        "nominal negatif": {"amount": -5_000},
        "nominal nol": {"amount": 0},
        "nominal terlalu besar": {"amount": 10**12},
        "nominal teks": {"amount": "5000"},
        "nominal benar/salah": {"amount": True},
        "nominal kosong": {"amount": None},
        "isian lebih": {"catatan": "x"},
        "jenis asing": {"kind": "refund"},
        "versi asing": {"v": 2},
        "nomor nol": {"counter": 0},
        "prev bukan sidik": {"prev": "00"},
        "prev huruf besar": {"prev": "A" * 64},
        "waktu tanpa zona": {"at": "2026-11-25T08:15:30"},
        "waktu dengan pecahan": {"at": "2026-11-25T08:15:30.5+07:00"},
        "tanggal tidak ada": {"at": "2026-02-30T08:15:30+07:00"},
        "id bukan uuid": {"id": "kuitansi-1"},
        "teks terlalu panjang": {"number": "A" * 201},
        "tanda kendali": {"number": "A\u0007"},
    }
    rows = [(name, canonical(base | swap)) for name, swap in swaps.items()]
    text = canonical(base).decode()
    rows += [
        ("nominal pecahan", text.replace('"amount":5000', '"amount":5000.5').encode()),
        ("nominal float bulat", text.replace('"amount":5000', '"amount":5000.0').encode()),
        ("nominal eksponen", text.replace('"amount":5000', '"amount":5e3').encode()),
        ("nominal NaN", text.replace('"amount":5000', '"amount":NaN').encode()),
        ("dengan spasi", json.dumps(base, sort_keys=True).encode()),
        ("kunci tidak urut", json.dumps(dict(sorted(base.items(), reverse=True)), separators=(",", ":")).encode()),
        ("kunci ganda", text.replace('"amount":5000', '"amount":1,"amount":5000').encode()),
        ("huruf dilarikan", text.replace("A-001", "\\u0041-001").encode()),
        ("bukan UTF-8", text.replace("A-001", "\x00").encode().replace(b"\x00", b"\xff")),
        ("bukan objek", b"[1]"),
        ("kosong", b""),
    ]
    return [{"name": name, "body": text_of(b), "signature": text_of(phone.key.sign(b))} for name, b in rows]


def forged(phone: Phone, good: dict[str, Any]) -> list[dict[str, str]]:
    """Bytes that the phone's key did not sign."""
    other = Phone(seed=bytes(range(1, 33)))
    body = good["canonical"].encode()
    altered = body.replace(b'"amount":5000', b'"amount":6000')
    return [
        {"name": "tanda tangan alat lain", "body": good["body"], "signature": text_of(other.key.sign(body))},
        {"name": "satu angka diubah", "body": text_of(altered), "signature": good["signature"]},
        {"name": "tanda tangan nol", "body": good["body"], "signature": text_of(bytes(64))},
    ]


def vectors() -> dict[str, Any]:
    """Everything, made from fixed keys."""
    phone = Phone()
    records = chain(phone)
    gaps = ([], 0), ([], 3), ([1, 2, 3], 3), ([2], 3), ([1, 3, 4, 7], 9), ([5, 5, 1], 2)
    return {
        "about": "Ed25519 (RFC 8032) over canonical JSON; made by tests/retribusi/devices/make_vectors.py",
        "device": str(phone.device),
        "code": phone.code,
        "seed": text_of(phone.seed),
        "public_key": text_of(phone.public_key),
        "first_prev": FIRST_PREVIOUS,
        "chain": records,
        "refused": refused(phone),
        "forged": forged(phone, records[0]),
        "missing": [{"held": held, "of": of, "missing": [list(r) for r in missing(held, of=of)]} for held, of in gaps],
    }


def text() -> str:
    """The file's content."""
    return json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(text())
