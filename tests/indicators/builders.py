"""A small city in the lake: the demo's tables with made-up rows, published as deliveries are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tidar.common.actor import system
from tidar.hub import api as hub
from tidar.indicators import api
from tidar.lake import api as lake
from tidar.places import api as places

AT = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)
BY = system("uji")
KELURAHAN = ("33.71.01.1003", "33.71.01.1007", "33.71.02.1003", "33.71.03.1001", "33.71.03.1002")
COLUMNS: dict[str, dict[str, str]] = {
    "penduduk": {
        "kelurahan": "text", "periode": "text", "laki_laki": "integer", "perempuan": "integer",
        "kepala_keluarga": "integer", "rw": "integer", "rt": "integer",
    },
    "pasar_lapak": {
        "pasar": "text", "blok": "text", "nomor": "text", "jenis_tempat": "text", "luas_m2": "number",
        "terisi": "boolean", "kelurahan": "text",
    },
    "pasar_tarif": {
        "pasar": "text", "jenis_tempat": "text", "tarif_harian": "integer", "berlaku_mulai": "date",
        "dasar_hukum": "text",
    },
    "atcs": {"kode": "text", "nama": "text", "jenis": "text", "kelurahan": "text", "beroperasi": "boolean"},
}  # fmt: skip
KEYS = {
    "penduduk": ("kelurahan", "periode"),
    "pasar_lapak": ("pasar", "blok", "nomor"),
    "pasar_tarif": ("pasar", "jenis_tempat", "berlaku_mulai"),
    "atcs": ("kode",),
}
FRESH = hub.FeedState(
    code="", title="", agency_code="disdukcapil", state="fresh", last_at=AT, due_at=AT + timedelta(days=31),
    age_seconds=3600.0, sample=True, lake_table="", access_class="open",
)  # fmt: skip


def deliver(folder: Path, table: str, rows: Sequence[dict[str, Any]], *, delivery: str, at: datetime = AT) -> None:
    """Publish `rows` as a delivery would: declared by contract, one version; append where the contract appends."""
    columns = [lake.LakeColumn(name, kind, name) for name, kind in COLUMNS[table].items()]  # type: ignore[arg-type]
    lake.declare_table(
        table, at=at, title=table.title(), columns=columns, access_class="open", agency_code="disdukcapil",
        source=f"feed:{table}", key=KEYS[table],
    )  # fmt: skip
    full = [{**row, "_delivery": delivery, "_row": number} for number, row in enumerate(rows, 2)]
    path = folder / f"{table}-{delivery}.parquet"
    pq.write_table(pa.Table.from_pylist(full), path)
    mode = "append" if table == "penduduk" else "replace"
    lake.add_version(table, parquet=path, mode=mode, source_id=delivery, at=at)  # type: ignore[arg-type]


def population(period: str, *, plus: int = 0, kelurahan: Sequence[str] = KELURAHAN) -> list[dict[str, Any]]:
    """A month's rows: 1,000 men and 1,100 women times the kelurahan's place, 10 RT each."""
    return [
        {
            "kelurahan": code, "periode": period, "laki_laki": 1000 * n + plus, "perempuan": 1100 * n,
            "kepala_keluarga": 600 * n, "rw": 5, "rt": 10,
        }
        for n, code in enumerate(kelurahan, 1)
    ]  # fmt: skip


def stalls(count: int = 60, seed: int = 1) -> list[dict[str, Any]]:
    """Stalls of two markets, about three in four occupied; one kind has no tariff."""
    chance = random.Random(seed)
    return [
        {
            "pasar": ("cacaban", "kebonpolo")[n % 2], "blok": "A", "nomor": str(n),
            "jenis_tempat": ("kios", "los", "lesehan", "konter")[n % 4], "luas_m2": 4.5,
            "terisi": chance.random() < 0.75, "kelurahan": ("33.71.03.1002", "33.71.02.1003")[n % 2],
        }
        for n in range(count)
    ]  # fmt: skip


def tariffs() -> list[dict[str, Any]]:
    """Two tariffs over time for each market and kind but "konter", and one that is not in force yet."""
    return [
        {
            "pasar": market, "jenis_tempat": kind, "tarif_harian": amount * (n + 1), "berlaku_mulai": day,
            "dasar_hukum": "Perda contoh",
        }
        for market in ("cacaban", "kebonpolo")
        for n, kind in enumerate(("kios", "los", "lesehan"))
        for amount, day in ((500, date(2019, 1, 1)), (1000, date(2024, 1, 1)), (9000, date(2027, 1, 1)))
    ]  # fmt: skip


def sites() -> list[dict[str, Any]]:
    """Seven sites, two of them dark."""
    return [
        {
            "kode": f"S{n}",
            "nama": f"Simpang {n}",
            "jenis": "atcs",
            "kelurahan": KELURAHAN[n % 5],
            "beroperasi": n not in (2, 5),
        }
        for n in range(7)
    ]


def city(folder: Path) -> None:
    """Areas, two months of population, stalls, tariffs and sites."""
    places.load_region(by=BY, at=AT)
    deliver(folder, "penduduk", population("2026-09"), delivery="p-09")
    deliver(folder, "penduduk", population("2026-10", plus=7), delivery="p-10")
    deliver(folder, "pasar_lapak", stalls(), delivery="l-1")
    deliver(folder, "pasar_tarif", tariffs(), delivery="t-1")
    deliver(folder, "atcs", sites(), delivery="a-1")


def compute(**options: Any) -> tuple[api.Outcome, ...]:
    """`compute_indicators` by the test at `AT`."""
    return api.compute_indicators(**{"by": BY, "at": AT, **options})


def feed_states(monkeypatch: pytest.MonkeyPatch, **states: str) -> None:
    """Let the hub say that these tables' feeds are in this state; the rest is fresh. (Freshness is tested in `hub`.)"""
    ages = {"fresh": 3600.0, "late": 40 * 86400.0, "stale": 90 * 86400.0}
    known = {
        table: replace(FRESH, code=table, title=table, lake_table=table, state=state, age_seconds=ages.get(state))  # type: ignore[arg-type]
        for table, state in {**dict.fromkeys(COLUMNS, "fresh"), **states}.items()
    }
    monkeypatch.setattr(hub, "feed_states", lambda *, at: known, raising=False)
