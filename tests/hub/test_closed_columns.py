"""A contract with encrypted columns: what it closes is readable nowhere below TIDAR_HOME, and to nobody who may not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.db import connection

from tests.hub import builders_deliveries as builders
from tests.people.builders import client_of, person
from tidar.common import sealing
from tidar.common.actor import system
from tidar.common.models import AuditEntry
from tidar.hub import api as hub
from tidar.hub.actions.feeds import create_feed
from tidar.hub.actions.processing import lift_hold
from tidar.hub.actions.publishing import publish_delivery
from tidar.hub.actions.quarantine import correct_row, current_values, release_rows
from tidar.hub.models import Delivery, QuarantinedRow
from tidar.hub.queries.cells import raw_cell
from tidar.hub.queries.storage import opened_raw, raw_chunks, raw_path
from tidar.hub.rules.closing import told
from tidar.hub.rules.definition import definition_from, definition_problems
from tidar.lake import api as lake

BY = system("uji")
AT = builders.AT
NIK, LOST = "3371994101800001", "3371995202820002"
TABLE = "tertutup"
DEFINITION = """
code = "tertutup"
title = "Daftar tertutup"
agency = "disdukcapil"
kind = "upload"
lake_table = "tertutup"
access_class = "closed"
[contract]
key = ["nomor"]
[[contract.columns]]
name = "nomor"
title = "Nomor"
type = "text"
[[contract.columns]]
name = "luas"
title = "Luas"
type = "number"
maximum = 500
[[contract.columns]]
name = "nik"
title = "NIK"
type = "text"
personal = true
encrypted = true
"""
ROWS = f"Nomor;Luas;NIK\nA-1;9;{NIK}\nA-2;sembilan;{LOST}\nA-3;{NIK};bergeser\n".encode()


@pytest.fixture
def delivery(home: Path, db: None) -> Delivery:
    """A file with one good row, one bad number, and one row whose NIK slid into the wrong column."""
    builders.city()
    create_feed(definition=definition_from(DEFINITION), by=BY, at=AT)
    made = hub.receive_delivery(feed_code=TABLE, file=io.BytesIO(ROWS), file_name="rahasia.csv", by=BY, at=AT)
    hub.process_delivery(delivery_id=made, by=BY, at=AT)
    if Delivery.objects.get(pk=made).status == Delivery.Status.HELD:
        lift_hold(delivery_id=made, reason="uji", by=BY, at=AT)
        publish_delivery(delivery_id=made, by=BY, at=AT)
    return Delivery.objects.select_related("feed").get(pk=made)


def readable(home: Path) -> list[str]:
    """Files below the home, and columns of the database, in which one of the numbers can be read."""
    found = [
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and any(nik.encode() in path.read_bytes() for nik in (NIK, LOST))
    ]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            found += [table for (text,) in cursor.fetchall() if NIK in text or LOST in text]
    return found


def test_nothing_below_the_home_tells_it(delivery: Delivery, home: Path) -> None:
    assert delivery.status == Delivery.Status.PUBLISHED
    assert (delivery.accepted_count, delivery.rejected_count) == (1, 2)
    assert readable(home) == []


def test_the_raw_bytes_come_back_whole_to_those_who_may(delivery: Delivery) -> None:
    assert b"".join(raw_chunks(delivery)) == ROWS
    with opened_raw(delivery) as path:
        assert path.read_bytes() == ROWS
    assert raw_path(delivery).name.endswith(".sealed")
    assert raw_cell(delivery.pk, 2, "nik").text == "•••"


def test_the_consumer_that_may_opens_the_cell(delivery: Delivery) -> None:
    row = lake.read("SELECT nomor, nik FROM tertutup").to_pylist()[0]
    assert row["nik"].startswith("sealed:")
    assert hub.open_cell(row["nik"]) == NIK


def test_a_mended_row_is_released_closed(delivery: Delivery, home: Path) -> None:
    bad = QuarantinedRow.objects.get(delivery=delivery, row_number=3)
    assert current_values(bad)["nik"] == LOST
    correct_row(row_id=bad.pk, values={"luas": "9"}, by=BY, at=AT)
    assert release_rows(delivery_id=delivery.pk, by=BY, at=AT).released_count == 1
    closed = lake.read("SELECT nik FROM tertutup WHERE nomor = 'A-2'").to_pylist()
    assert [hub.open_cell(row["nik"]) for row in closed] == [LOST]
    assert readable(home) == []


def test_a_number_that_slid_into_another_column_is_not_told(delivery: Delivery) -> None:
    slid = QuarantinedRow.objects.get(delivery=delivery, row_number=4)
    assert NIK not in slid.value + slid.sentence + str(slid.original) + str(slid.suggestion)
    client = client_of(person("wali", role="walidata"))
    for page in ("karantina/", f"karantina/{slid.pk}/", "karantina.csv", "periksa/", "petakan/", ""):
        answer = client.get(f"/hub/kiriman/{delivery.pk}/{page}", follow=True)
        assert answer.status_code == 200
        assert NIK not in b"".join(answer).decode(), page


def test_taking_the_readable_file_stays_in_the_audit_trail(delivery: Delivery) -> None:
    client = client_of(person("wali", role="walidata"))
    assert b"".join(client.get(f"/hub/kiriman/{delivery.pk}/berkas").streaming_content) == ROWS
    assert AuditEntry.objects.filter(action="delivery.open_sealed", subject_id=str(delivery.pk)).count() == 1
    stranger = client_of(person("budi", role="producer", agency_code="dishub"))
    assert stranger.get(f"/hub/kiriman/{delivery.pk}/berkas").status_code in (403, 404)
    assert AuditEntry.objects.filter(action="delivery.open_sealed").count() == 1


@pytest.mark.parametrize("cut", [1, 40, 41])
def test_a_cut_or_changed_file_does_not_open(delivery: Delivery, cut: int) -> None:
    path = raw_path(delivery)
    content = path.read_bytes()
    for spoilt in (content[:-cut], content[:-cut] + bytes([content[-cut] ^ 1]) + content[len(content) - cut + 1 :]):
        path.write_bytes(spoilt)
        with pytest.raises(sealing.UnableToOpenSeal):
            list(raw_chunks(delivery))


def test_an_encrypted_column_is_personal_text_and_no_key() -> None:
    wrong = DEFINITION.replace("personal = true", "").replace('key = ["nomor"]', 'key = ["nik"]')
    assert len([p for p in definition_problems(definition_from(wrong)) if "disandikan" in p]) == 2
    assert definition_problems(definition_from(DEFINITION)) == []
    unbounded = definition_from(DEFINITION.replace("maximum = 500", ""))
    assert "batas atas" in " ".join(definition_problems(unbounded))


def test_long_numbers_are_masked_and_coordinates_are_not() -> None:
    assert told("NIK 3371 9941 0180 0001 di sini") == "NIK ••• di sini"
    assert told("110,224730; -7,486900 pada 2026-11-25 09:00") == "110,224730; -7,486900 pada 2026-11-25 09:00"
