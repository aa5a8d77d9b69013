"""Feeds, files and people for tests of deliveries: the shipped contracts, small files written here."""

from __future__ import annotations

import io
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

from django.conf import settings

from tidar.common.actor import Actor, Grant, system
from tidar.hub.actions.feeds import adopt_feeds
from tidar.hub.actions.mapping import survey_delivery
from tidar.hub.actions.processing import check_delivery, process_delivery
from tidar.hub.actions.receiving import receive_delivery
from tidar.hub.models import Delivery
from tidar.lake import api as lake
from tidar.people import api as people
from tidar.places import api as places

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
SYSTEM = system("uji")
HEADING = "Kelurahan;Periode;Laki-laki;Perempuan;Kepala keluarga;Jumlah RW;Jumlah RT"
LAPAK = "Pasar;Blok;Nomor;Jenis tempat;Luas;Terisi;Kelurahan;Bujur;Lintang"
TOTAL = "SELECT sum(laki_laki + perempuan) AS n FROM penduduk"


def city() -> None:
    """Kota Magelang with its agencies and the feeds of `kota-dasar`."""
    places.load_region(by=SYSTEM, at=AT)
    people.load_agencies(by=SYSTEM, at=AT)
    adopt_feeds(program_dir=settings.PROGRAMS_DIR / "kota-dasar", by=SYSTEM, at=AT)


def producer(agency: str = "disdukcapil", *, name: str = "Sri") -> Actor:
    """A data producer of one agency."""
    grants = {Grant("hub.see", agency), Grant("hub.deliver", agency)}
    return Actor(kind="user", id=f"user:{name}", name=name, grants=frozenset(grants))


def walidata() -> Actor:
    """Somebody who may administer every feed."""
    grants = {Grant("hub.see"), Grant("hub.deliver"), Grant("hub.administer")}
    return Actor(kind="user", id="user:wali", name="Wali", grants=frozenset(grants))


def later(**delta: float) -> datetime:
    """A moment after `AT`."""
    return AT + timedelta(**delta)


def people_csv(*rows: tuple[Any, ...], heading: str = HEADING) -> bytes:
    """A CSV for `penduduk`: (kelurahan, periode, laki_laki, perempuan[, kk, rw, rt])."""
    lines = [heading, *(";".join(map(str, (*row, *(10, 3, 5)[len(row) - 4 :]))) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def stalls_csv(*rows: tuple[Any, ...]) -> bytes:
    """A CSV for `pasar_lapak`: (pasar, blok, nomor[, terisi])."""
    lines = [LAPAK]
    for pasar, blok, nomor, *more in rows:
        terisi = more[0] if more else "ya"
        lines.append(f"{pasar};{blok};{nomor};Kios;9,0;{terisi};Rejowinangun Utara;110,2255;-7,4865")
    return ("\n".join(lines) + "\n").encode()


def received(
    content: bytes, *, feed: str = "penduduk", by: Actor = SYSTEM, at: datetime = AT, **more: Any
) -> uuid.UUID:
    """A delivery of `content`."""
    name = more.pop("name", f"{feed}.csv")
    return receive_delivery(feed_code=feed, file=io.BytesIO(content), file_name=name, by=by, at=at, **more)


def processed(
    content: bytes, *, feed: str = "penduduk", by: Actor = SYSTEM, at: datetime = AT, **more: Any
) -> Delivery:
    """A delivery that went the whole way by itself."""
    pk = received(content, feed=feed, by=by, at=at, **more)
    process_delivery(delivery_id=pk, by=by, at=at)
    return Delivery.objects.get(pk=pk)


def checked(content: bytes, *, feed: str = "penduduk", by: Actor = SYSTEM, at: datetime = AT) -> Delivery:
    """A delivery that waits for a person to publish it."""
    pk = received(content, feed=feed, by=by, at=at)
    survey_delivery(delivery_id=pk, by=by, at=at)
    check_delivery(delivery_id=pk, by=by, at=at)
    return Delivery.objects.get(pk=pk)


def total() -> int | None:
    """What the lake says: men and women of all kelurahan and months."""
    return lake.read(TOTAL).to_pylist()[0]["n"]


GOOD = (
    ("Magersari", "Oktober 2026", 100, 110),
    ("Cacaban", "Oktober 2026", 200, 210),
    ("Wates", "Oktober 2026", 300, 310),
    ("Panjang", "Oktober 2026", 50, 60),
)
BAD = ("Rejowinangun Utr", "Oktober 2026", 400, 410)
