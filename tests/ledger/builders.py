"""Accounts and acts for the ledger's tests."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone

from django.db import transaction

from tidar.common.actor import Actor
from tidar.ledger import api as ledger
from tidar.ledger.api import Line, NewAccount

AT = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)
COLLECTOR = Actor(kind="user", id="7", name="Juru pungut")
KINDS = {"kas": "asset", "piutang": "asset", "pendapatan": "revenue", "titipan": "liability"}


def open_all(*keys: str) -> dict[str, int]:
    """Accounts by key; the word before the colon says which kind."""
    rows = [NewAccount(key=key, kind=KINDS[key.partition(":")[0]], title=key.title()) for key in keys or KINDS]
    return ledger.open_accounts(rows, at=AT)


def move(debit: str, credit: str, amount: int, *, key: str, days: int = 0, kind: str = "payment") -> uuid.UUID:
    """Post one transfer as one act, `days` after the first day."""
    ids = open_all(debit, credit)
    line = Line(debit=ids[debit], credit=ids[credit], amount_rupiah=amount, key=key, reference="uji")
    moment = AT + timedelta(days=days)
    with transaction.atomic():
        return ledger.post(group_key=key, kind=kind, lines=[line], happened_at=moment, at=moment, by=COLLECTOR)
