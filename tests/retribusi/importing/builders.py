"""Spreadsheets of traders, sent through the hub as an agency sends them."""

from __future__ import annotations

import io
from typing import Any

from django.conf import settings

from tests.retribusi.register import builders as b
from tidar.common import clock
from tidar.hub import api as hub
from tidar.hub.actions.feeds import adopt_feeds
from tidar.hub.models import Delivery
from tidar.retribusi.models import ImportLine

HEADING = "Pasar;Blok;Nomor lapak;Jenis tempat;Luas;Nama pedagang;NIK;No HP;Alamat;Mulai menempati;Dasar hak;Nomor hak"
NIK_A, NIK_B, NIK_C = "3371994101800001", "3371995202820002", "3371991203750003"


def load() -> None:
    """The levies, and the feed of the spreadsheet."""
    b.load()
    adopt_feeds(program_dir=settings.PROGRAMS_DIR / "bakul-pasar", by=b.BY, at=b.AT)


def row(number: str, name: str, nik: str = "", **values: Any) -> str:
    """A line of the spreadsheet; what is not said is ordinary."""
    v = {
        "pasar": "Cacaban",
        "blok": "A",
        "jenis": "Kios",
        "luas": "9",
        "hp": "",
        "alamat": "",
        "sejak": "2026-01-01",
    } | values
    return ";".join(
        [v["pasar"], v["blok"], number, v["jenis"], v["luas"], name, nik, v["hp"], v["alamat"], v["sejak"],
         v.get("hak", ""), v.get("nomor_hak", "")]
    )  # fmt: skip


def send(*rows: str, name: str = "pedagang.csv") -> Delivery:
    """Deliver, publish, let the consumers follow."""
    content = "\n".join([HEADING, *rows, ""]).encode()
    pk = hub.receive_delivery(feed_code="pedagang_pasar", file=io.BytesIO(content), file_name=name, by=b.BY, at=b.AT)
    hub.process_delivery(delivery_id=pk, by=b.BY, at=b.AT)
    follow()
    return Delivery.objects.get(pk=pk)


def follow() -> None:
    """Number what was committed and run every consumer until nothing is left."""
    hub.number_events()
    while hub.spine_lag():
        hub.follow_spine(at=clock.now())
        hub.number_events()


def lines(delivery: Delivery) -> list[tuple[str, str]]:
    """(state, sentence) of every line, in order."""
    return list(
        ImportLine.objects.filter(delivery_id=delivery.pk).order_by("row_number").values_list("state", "sentence")
    )
