"""The invariants of phones and karcis hold after honest work, and each finds what breaks it."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.retribusi.devices.builders import AT, EVENING, actor_of, collector, sale, send, user
from tests.retribusi.paying.builders import KIND, occupancy
from tidar.common.ids import uuid7
from tidar.retribusi.actions import karcis
from tidar.retribusi.actions.karcis import NewBook, Sale, Serials
from tidar.retribusi.models import Device, DeviceRecord
from tidar.retribusi.queries.checking import check

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked() -> Device:
    """Two receipts, one of them held, and ten karcis sold."""
    who, keeper = collector(), actor_of(user("tuti", "treasurer"))
    send(who, sale(who, occupancy(), 1_000), sale(who, occupancy(), 2_000, stall="LAIN"))
    book = karcis.receive_book(book=NewBook(KIND, "A", 1, 100, 2_000), by=keeper, at=AT)
    karcis.issue(serials=Serials(book, 1, 50), collector_id=who.actor.id, by=keeper, at=AT)
    sold = Sale(Serials(book, 1, 10), who.actor.id, 20_000, EVENING, uuid7())
    karcis.record_sale(sale=sold, by=keeper, at=EVENING)
    return who.device


def by_force(sql: str) -> None:
    """What no trigger would let pass."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_after_honest_work_everything_holds(worked) -> None:
    assert check() == ()


@pytest.mark.parametrize(
    ("sql", "name"),
    [("UPDATE retribusi_devicerecord SET amount_rupiah = 1 WHERE counter = 1", "device-money"),
     ("UPDATE retribusi_devicerecord SET payment_id = NULL WHERE counter = 2", "device-money"),
     ("UPDATE retribusi_devicerecord SET payment_id = (SELECT max(id::text)::uuid FROM retribusi_payment)",
      "device-twice"),
     ("DELETE FROM retribusi_devicerecord WHERE counter = 1", "device-unsigned"),
     ("UPDATE retribusi_device SET complete_counter = 3", "device-counted"),
     ("UPDATE retribusi_karcismove SET last_serial = 11 WHERE kind = 'terjual'", "karcis-sold"),
     ("UPDATE retribusi_karcismove SET payment_id = NULL", "karcis-sold"),
     ("UPDATE retribusi_karcismove SET last_serial = 5 WHERE kind = 'diserahkan'", "karcis-held")],
    ids=range(8),
)  # fmt: skip
def test_what_is_broken_is_named(worked, sql, name) -> None:
    by_force(sql)
    assert name in {sentence.split(":")[0] for sentence in check()}
    assert DeviceRecord.objects.exists()
