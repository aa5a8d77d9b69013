"""What taking a record asks of the store and writes to it, in three prepared statements on Django's own connection.

A phone comes home with a day of records, each a transaction of its own; through the ORM most of a record's time would
go into making the same statements again. The phone's row is locked by a statement of its own: what is asked after it
sees everything that an earlier sender committed.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection

from tidar.retribusi.models import Device, DeviceRecord
from tidar.retribusi.rules.doubts import Held, waiting_for

LOCK_SQL = """
SELECT id, code, collector_id, collector_name, agency_id, approved_at, revoked_at FROM retribusi_device
WHERE id = %s FOR NO KEY UPDATE
"""
HERE_SQL = """
SELECT (SELECT coalesce(jsonb_agg(jsonb_build_array(r.counter, r.content_hash, r.previous_hash, r.happened_at)), '[]')
        FROM retribusi_devicerecord r
        WHERE r.device_id = %(device)s AND r.counter BETWEEN %(counter)s - 1 AND %(counter)s + 1)::text,
       EXISTS (SELECT FROM retribusi_payment p WHERE p.id = %(record)s),
       EXISTS (SELECT FROM retribusi_devicerecord r WHERE r.device_id = %(device)s AND r.state = 'ditahan'
               AND r.counter > %(counter)s AND r.kind = 'void' AND r.sentence = %(waiting)s),
       s.qr_code, s.number
FROM (SELECT 1) AS one LEFT JOIN (
    SELECT o.id, b.qr_code, b.number FROM retribusi_occupancy o
    JOIN retribusi_levyobject b ON b.id = o.levy_object_id
    JOIN retribusi_levykind k ON k.code = b.levy_kind_id AND k.agency_id = %(agency)s
) AS s ON s.id = %(occupancy)s
"""
PAYER_SQL = """
SELECT o.id FROM retribusi_occupancy o
WHERE o.payer_id = (SELECT payer_id FROM retribusi_occupancy WHERE id = %s) ORDER BY o.id FOR NO KEY UPDATE
"""
KEEP_SQL = """
INSERT INTO retribusi_devicerecord (device_id, counter, previous_hash, content_hash, body, signature, happened_at,
    received_at, kind, amount_rupiah, state, sentence, receipt, payment_id, settled_by, settlement)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, '', '')
"""


@dataclass(frozen=True, slots=True)
class Here:
    """What is here when a record arrives: its neighbours, whether its id paid before, what waits for it, its stall."""

    around: tuple[Held, ...]
    paid: bool
    awaited: bool  # a correction of this very record came first
    stall: tuple[str, str] | None  # sticker and number of the named trader's stall, if it is of the phone's agency


def lock_phone(device_id: uuid.UUID) -> Device:
    """The phone, its row held until the transaction ends; only what taking a record needs is loaded."""
    row = _row(LOCK_SQL, [device_id])
    if row is None:
        raise Device.DoesNotExist
    names = ("id", "code", "collector_id", "collector_name", "agency_id", "approved_at", "revoked_at")
    return Device.from_db(DEFAULT_DB_ALIAS, list(names), list(row))


def here_of(device: Device, counter: int, *, record_id: uuid.UUID | None, occupancy_id: int | None) -> Here:
    """What is here around a number of this phone."""
    found = _row(
        HERE_SQL,
        {"device": device.pk, "counter": counter, "record": record_id, "waiting": waiting_for(counter),
         "agency": device.agency_id, "occupancy": occupancy_id},
    )  # fmt: skip
    around, paid, awaited, sticker, number = found or ("[]", False, False, None, None)
    held = (
        Held(n, content, before, at and datetime.fromisoformat(at)) for n, content, before, at in json.loads(around)
    )
    return Here(tuple(held), paid, awaited, None if number is None else (sticker, number))


def lock_payer_of(occupancy_id: int) -> None:
    """Hold all occupancies of a trader's payer, in the order of their ids (decision 0005), before one is paid for."""
    _row(PAYER_SQL, [occupancy_id])


def keep(row: DeviceRecord) -> None:
    """Insert one record as it came."""
    receipt = None if row.receipt is None else json.dumps(row.receipt)
    values = [
        row.device_id, row.counter, row.previous_hash, row.content_hash, row.body, row.signature, row.happened_at,
        row.received_at, row.kind, row.amount_rupiah, str(row.state), row.sentence, receipt, row.payment_id,
    ]  # fmt: skip
    _run(KEEP_SQL, values, fetch=False)


def _row(sql: str, parameters: Any) -> tuple[Any, ...] | None:
    return _run(sql, parameters, fetch=True)


def _run(sql: str, parameters: Any, *, fetch: bool) -> tuple[Any, ...] | None:
    """A statement that the connection keeps prepared, inside the transaction that is open on it."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, parameters, prepare=True)
        return cursor.fetchone() if fetch else None
