"""Hostile input through the real doors: a sentence, a refused or quarantined delivery, an audit entry, nothing lost.

The files are those of `tests/hub/dirty/hostile.py`; here they come by upload page, by push, by pull and by MQTT.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.gateways.web import LOOPBACK, Site, running_site
from tests.hub.builders_machines import AT, BY, rows, table_feed, token
from tests.hub.builders_sensing import message, river_feed
from tests.hub.dirty.case import Case
from tests.hub.dirty.hostile import CASES
from tests.people.builders import client_of, person
from tidar.common.models import AuditEntry
from tidar.hub.actions.observing import record_messages
from tidar.hub.actions.pulling import pull_feed
from tidar.hub.models import Delivery, Event, Feed, Message, QuarantinedRow
from tidar.hub.rules.sensing import RawMessage
from tidar.lake import api as lake

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
FILES = [case for case in CASES if not case.file_name or case.file_name.endswith(".xlsm")]
SMALL_ENOUGH = [case for case in FILES if case.name != "empty file"]  # nothing at all is refused before it is kept


@pytest.fixture
def feed() -> Feed:
    return table_feed(kind="upload")


@pytest.fixture
def producer() -> Client:
    client = client_of(person("sri", role="producer", agency_code="dishub"))
    client.raise_request_exception = True
    return client


def upload(client: Client, data: bytes, name: str):
    return client.post("/hub/umpan/lampu/unggah/", {"berkas": SimpleUploadedFile(name, data)}, follow=True)


def push(secret: str, data: bytes, name: str):
    headers = {"authorization": f"Bearer {secret}", "x-file-name": name}
    return Client().post(
        "/api/hub/feeds/lampu/deliveries", data, content_type="application/octet-stream", headers=headers
    )


def assert_refused_and_kept(data: bytes, words: str, home: Path) -> None:
    delivery = Delivery.objects.get()
    assert delivery.status == "refused"
    assert words in delivery.sentence
    assert (home / "raw" / delivery.raw_path).read_bytes() == data
    assert delivery.sha256 == hashlib.sha256(data).hexdigest()
    actions = set(AuditEntry.objects.filter(subject_id=str(delivery.pk)).values_list("action", flat=True))
    assert {"delivery.receive", "delivery.refuse"} <= actions
    assert Event.objects.filter(kind="delivery.refused", source_id=str(delivery.pk)).exists()
    assert lake.current_version("lampu") is None


@pytest.mark.parametrize("case", SMALL_ENOUGH, ids=lambda case: case.name)
def test_a_hostile_file_by_upload(case: Case, feed, producer, home, tmp_path_factory):
    path = case.build(tmp_path_factory.mktemp("berkas"))
    data = path.read_bytes()
    answer = upload(producer, data, case.file_name or path.name)
    assert answer.status_code == 200
    assert_refused_and_kept(data, case.refused, home)
    assert case.refused in answer.content.decode()  # the person reads why


@pytest.mark.parametrize("case", SMALL_ENOUGH, ids=lambda case: case.name)
def test_a_hostile_file_by_push(case: Case, feed, home, tmp_path_factory):
    path = case.build(tmp_path_factory.mktemp("berkas"))
    data = path.read_bytes()
    answer = push(token(feed), data, case.file_name or path.name)
    assert answer.status_code == 422
    assert case.refused in answer.json()["error"]["message"]
    assert_refused_and_kept(data, case.refused, home)


def test_nothing_at_all_is_told_so(feed, producer):
    answer = producer.post("/hub/umpan/lampu/unggah/", {"berkas": SimpleUploadedFile("a.csv", b"")})
    assert answer.status_code == 422
    assert "kosong" in answer.content.decode()
    assert push(token(feed), b"", "a.csv").status_code == 422
    assert AuditEntry.objects.filter(action="delivery.push_refused").count() == 1


def test_an_oversized_body_is_refused_at_every_door(feed, producer, settings, home):
    settings.UPLOAD_MAX_BYTES = 5_000
    answer = upload(producer, b"x" * 5_001, "besar.csv")
    assert (answer.status_code, "lebih besar" in answer.content.decode()) == (413, True)
    assert push(token(feed), b"x" * 5_001, "besar.csv").status_code == 413
    assert not Delivery.objects.exists()
    assert [path for path in (home / "raw").rglob("*") if path.is_file()] == []


NAMES = [
    "../../../etc/passwd.csv",
    "..\\..\\windows\\system32\\a.csv",
    "/etc/cron.d/a.csv",
    "a\x00b.csv",
    "data\u202evsc.csv",
    "\u200b\u200b.csv",
    "<img src=x onerror=alert(1)>.csv",
    '=HYPERLINK("http://a").csv',
    "🏙️ kota ᬓᬸᬢ.csv",
    "a" * 400 + ".csv",
    "%2e%2e%2fa.csv",
    "\r\nSet-Cookie: a=b.csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_stays_a_name(name, feed, producer, home):
    data = rows(1)
    answer = producer.post("/hub/umpan/lampu/unggah/", {"berkas": SimpleUploadedFile("a.csv", data)})
    Delivery.objects.update(file_name="lama")  # a first one, so that the page lists two
    assert answer.status_code == 302
    from tidar.hub.actions.receiving import receive_delivery

    pk = receive_delivery(feed_code="lampu", file=io.BytesIO(rows(2)), file_name=name, by=BY, at=AT)
    kept = Delivery.objects.get(pk=pk)
    assert not set("/\\\x00\r\n\u202e") & set(kept.file_name)
    assert len(kept.file_name) <= 255
    inside = (home / "raw").resolve()
    assert (home / "raw" / kept.raw_path).resolve().is_relative_to(inside)
    page = producer.get("/hub/umpan/lampu/").content.decode()
    assert "<img src=x" not in page
    raw = producer.get(f"/hub/kiriman/{pk}/berkas")
    assert raw["Content-Disposition"].startswith("attachment;")
    assert "\n" not in raw["Content-Disposition"]
    assert "Set-Cookie" not in raw


def test_formula_text_is_kept_as_text_and_never_exported_as_a_formula(feed, producer):
    evil = ["=cmd|' /C calc'!A0", "+SUM(1;1)", "-2+3", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://a";"klik")']
    lines = "".join(f'L{n};"{text.replace(chr(34), chr(34) * 2)}";banyak\n' for n, text in enumerate(evil))
    data = rows(*range(100, 120)) + lines.encode()
    answer = push(token(feed), data, "lampu.csv")
    body = answer.json()["delivery"]
    assert (answer.status_code, body["rejected"]) == (201, len(evil))
    names = lake.read("SELECT nama FROM lampu").column("nama").to_pylist()
    assert len(names) == 20
    exported = producer.get(f"/hub/kiriman/{body['id']}/karantina.csv").content.decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(exported), delimiter=";") for cell in line]
    assert any("cmd|" in cell for cell in cells)  # the original is still to be seen
    assert not [cell for cell in cells if cell.startswith(("=", "+S", "-2", "@", "\t"))]
    book = openpyxl.load_workbook(io.BytesIO(producer.get(f"/hub/kiriman/{body['id']}/karantina.xlsx").content))
    kinds = {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line}
    assert "f" not in kinds


def test_a_formula_cell_is_read_by_its_value_or_quarantined(feed):
    book = openpyxl.Workbook()
    book.active.append(["Kode", "Nama", "Jumlah"])
    book.active.append(["L1", "Lampu 1", 1])
    book.active.append(["L2", "Lampu 2", 2])
    book.active.append(["L3", "Lampu 3", '=WEBSERVICE("http://169.254.169.254/")'])  # no value was ever computed
    out = io.BytesIO()
    book.save(out)
    answer = push(token(feed), out.getvalue(), "lampu.xlsx")
    body = answer.json()["delivery"]
    assert (answer.status_code, body["accepted"], body["rejected"]) == (201, 2, 1)
    row = QuarantinedRow.objects.get()
    assert (row.row_number, row.cell) == (4, "C4")
    assert row.sentence


def test_nul_bytes_in_a_file_never_reach_the_database_and_never_vanish(feed, producer, home):
    data = rows(1, 2) + b"L3;Lam\x00pu;3\n"
    answer = upload(producer, data, "nul.csv")
    assert answer.status_code == 200
    delivery = Delivery.objects.get()
    assert (home / "raw" / delivery.raw_path).read_bytes() == data
    assert delivery.status == "refused"
    assert delivery.sentence


@pytest.mark.parametrize(
    "path",
    [
        "/hub/?q=%00",
        "/hub/?q=%F0%28%8C%28&dinas=%00&keadaan=%00",
        "/hub/kesehatan/?keadaan=%00&dinas=%00",
        "/hub/umpan/lampu/?page=%00",
        "/hub/umpan/%00/",
        "/hub/pesan/?q=%00",
        "/api/hub/feeds?q=%00&agency=%00",
        "/api/hub/feeds/%00",
        "/changes?since=%00",
        "/changes?since=99999999999999999999999999",
        "/changes?since=-1&limit=x&kinds=%00",
        "/jejak-audit/?q=%00",
        "/telusur/angka/00000000-0000-0000-0000-000000000000/",
        "/api/places/areas.geojson?level=%00",
    ],
)
def test_hostile_addresses_are_answered_without_a_500(path, feed):
    client = client_of(person("wali", role="walidata"))
    client.raise_request_exception = False
    assert client.get(path).status_code < 500


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "🏙️" * 200, "'; DROP TABLE hub_feed; --", "\u202e"])
def test_hostile_text_in_forms_is_answered_without_a_500(text, feed):
    client = client_of(person("wali", role="walidata"))
    client.raise_request_exception = False
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for path, fields in (
        ("/hub/umpan/lampu/kelola/", {"aksi": "token", "nama": text}),
        ("/hub/umpan/lampu/kelola/", {"aksi": "cabut", "token": text}),
        ("/hub/umpan/baru/", {"definisi": text}),
    ):
        assert client.post(path, fields).status_code < 500
    headers = {"authorization": f"Bearer {text}".encode().decode("latin-1").replace("\n", " ")}
    assert (
        client.post("/api/hub/feeds/lampu/deliveries", b"a", content_type="text/csv", headers=headers).status_code
        == 401
    )


@pytest.mark.parametrize(
    "body",
    [b"--x\r\n", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nno file\r\n--x--\r\n', b"\xff" * 100],
)
def test_a_broken_multipart_body_is_told(body, feed):
    client = Client(raise_request_exception=False)
    answer = client.generic(
        "POST",
        "/api/hub/feeds/lampu/deliveries",
        body,
        content_type="multipart/form-data; boundary=x",
        headers={"authorization": f"Bearer {token(feed)}"},
    )
    assert answer.status_code == 400
    assert "error" in answer.json()


PAYLOADS = {
    "not JSON": b"tinggi: 1,2",
    "cut": b'{"result": 1.2',
    "nothing": b"",
    "binary": bytes(range(256)),
    "deeply nested": b"[" * 30_000 + b"]" * 30_000,
    "too large": b'{"result": 1, "x": "' + b"x" * 70_000 + b'"}',
    "not a number": b'{"phenomenonTime": "2026-11-24T07:00:00Z", "result": NaN}',
    "enormous number": b'{"phenomenonTime": "2026-11-24T07:00:00Z", "result": 1' + b"0" * 400 + b"}",
    "NUL": b'{"phenomenonTime": "2026-11-24T07:00:00\\u0000Z", "result": 1}',
    "text": b'"halo"',
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_a_hostile_message_is_kept_with_a_sentence_and_stops_nobody(payload):
    river_feed()
    good = message(1.0)
    done = record_messages([RawMessage(good.topic, payload), good], by=BY, at=AT)
    assert (done.accepted, done.quarantined) == (1, 1)
    kept = Message.objects.get(status="quarantined")
    assert bytes(kept.payload) == payload
    assert kept.sentence.endswith(".")
    assert AuditEntry.objects.filter(action="messages.quarantined", subject_id=str(kept.pk)).exists()
    assert Event.objects.get(kind="message.quarantined").data["feed"] == "muka_air"
    client = client_of(person("wali", role="walidata"))
    assert kept.sentence[:20] in client.get("/hub/pesan/").content.decode()


@pytest.fixture
def site(settings) -> Iterator[Site]:
    settings.TIDAR_PULL_PRIVATE = LOOPBACK
    with running_site() as running:
        yield running


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/", "http://10.0.0.1/a.csv", "http://[::1]/", "file:///etc/passwd"]
)
def test_a_pull_that_is_sent_to_a_private_address_stops_with_a_sentence(target, site):
    site.page("/data.csv", status=302, headers={"Location": target})
    feed = table_feed(kind="http_pull", pull_url=site.url())
    assert pull_feed(feed_id=feed.pk, by=BY, at=AT, draw=0.5) == "failed"
    entry = AuditEntry.objects.get(action="feed.pull_failed")
    assert entry.after["sentence"].endswith(".")
    assert entry.after["code"] in ("private_address", "scheme")
    assert Event.objects.filter(kind="feed.pull_failed").count() == 1
    assert not Delivery.objects.exists()
    page = client_of(person("wali", role="walidata")).get("/hub/kesehatan/").content.decode()
    assert "Alamat" in page


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if c.name in ("zip bomb by ratio", "macro workbook", "deeply nested JSON")],
    ids=lambda case: case.name,
)
def test_a_hostile_file_by_pull(case: Case, site, home, tmp_path_factory):
    path = case.build(tmp_path_factory.mktemp("berkas"))
    kind = "application/json" if path.suffix == ".json" else "application/octet-stream"
    site.page(f"/{path.name}", path.read_bytes(), headers={"Content-Type": kind})
    feed = table_feed(kind="http_pull", pull_url=site.url(f"/{path.name}"))
    assert pull_feed(feed_id=feed.pk, by=BY, at=AT, draw=0.5) == "received"
    assert_refused_and_kept(path.read_bytes(), case.refused, home)


def test_a_json_body_nested_beyond_reason_is_no_500_anywhere(feed):
    deep = json.dumps([]).encode() + b"[" * 200_000
    assert push(token(feed), deep, "a.json").status_code == 422
