"""Feeds that machines fill and their tokens, for tests."""

from __future__ import annotations

import io
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.people.builders import agency
from tidar.common.actor import system
from tidar.hub.actions.feeds import issue_token
from tidar.hub.actions.receiving import receive_delivery
from tidar.hub.models import Feed

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
DAY = timedelta(days=1)
BY = system("uji")
HEADER = "kode;nama;jumlah\n"
COLUMNS = [
    {"name": "kode", "title": "Kode", "type": "text"},
    {"name": "nama", "title": "Nama", "type": "text"},
    {"name": "jumlah", "title": "Jumlah", "type": "integer", "minimum": 0},
]


def table_feed(code: str = "lampu", **changes: Any) -> Feed:
    """A feed of three plain columns that replaces its table; kind "http_push" unless said otherwise."""
    contract = {"columns": COLUMNS, "key": ["kode"], "mode": changes.pop("mode", "replace")}
    owner = agency(changes.pop("agency", "dishub"))
    fields = {
        "title": f"Umpan {code}",
        "kind": "http_push",
        "lake_table": code,
        "rhythm_seconds": 86_400,
        "grace_seconds": 3_600,
        "created_at": AT,
    }
    return Feed.objects.create(code=code, agency=owner, contract=contract, **(fields | changes))


def rows(*numbers: int) -> bytes:
    """A good CSV with one row per number."""
    return (HEADER + "".join(f"L{n};Lampu {n};{n}\n" for n in numbers)).encode()


def token(feed: Feed, **changes: Any) -> str:
    return issue_token(feed_id=feed.pk, label="mesin uji", by=BY, at=AT, **changes)


def received(feed: Feed, data: bytes, *, at: datetime = AT, name: str = "lampu.csv") -> uuid.UUID:
    return receive_delivery(feed_code=feed.code, file=io.BytesIO(data), file_name=name, by=BY, at=at)
