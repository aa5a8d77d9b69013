"""Machines that push: who may, what they are answered, and that the answer is true."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.hub.builders_machines import AT, BY, rows, table_feed, token
from tests.people.builders import client_of, person
from tidar.common import clock
from tidar.common.models import AuditEntry
from tidar.hub.actions import pushing
from tidar.hub.actions.feeds import revoke_token
from tidar.hub.models import Delivery, Feed, FeedToken
from tidar.hub.tasks import settle_delivery, settle_stranded
from tidar.lake import api as lake

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
NAME = 'attachment; filename="lampu.csv"'


@pytest.fixture
def feed() -> Feed:
    return table_feed()


def push(feed_code: str, secret: str, data: bytes, **headers: str):
    headers = {"authorization": f"Bearer {secret}", "content-disposition": NAME} | headers
    return Client().post(
        f"/api/hub/feeds/{feed_code}/deliveries",
        data,
        content_type=headers.pop("content_type", "text/csv"),
        headers=headers,
    )


def values() -> list[int]:
    return sorted(lake.read("SELECT jumlah FROM lampu").column("jumlah").to_pylist())


def test_a_new_delivery_is_201_with_counts_and_can_be_queried(feed):
    answer = push("lampu", token(feed), rows(1, 2))
    body = answer.json()["delivery"]
    assert answer.status_code == 201
    assert (body["status"], body["accepted"], body["rejected"], body["file_name"]) == ("published", 2, 0, "lampu.csv")
    assert values() == [1, 2]
    entry = AuditEntry.objects.get(action="delivery.receive")
    assert (entry.actor_kind, entry.actor_name) == ("feed", "Umpan lampu (mesin uji)")


def test_the_same_again_is_200_with_the_same_answer(feed):
    secret = token(feed)
    first, again = (push("lampu", secret, rows(1), **{"idempotency-key": "k1"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Delivery.objects.count() == 1


def test_the_same_key_with_other_bytes_is_409(feed):
    secret = token(feed)
    push("lampu", secret, rows(1), **{"idempotency-key": "k1"})
    answer = push("lampu", secret, rows(2), **{"idempotency-key": "k1"})
    assert answer.status_code == 409
    assert "k1" in answer.json()["error"]["message"]
    assert values() == [1]


def test_going_back_is_followed_but_a_late_repeat_of_a_key_is_not(feed):
    secret = token(feed)
    for key, number in (("a", 1), ("b", 2), ("c", 1)):
        assert push("lampu", secret, rows(number), **{"idempotency-key": key}).status_code == 201
    assert values() == [1]
    assert push("lampu", secret, rows(2), **{"idempotency-key": "b"}).status_code == 200
    assert push("lampu", secret, rows(1), **{"idempotency-key": "c"}).status_code == 200
    assert values() == [1]


def test_multipart_works_and_takes_exactly_one_file(feed):
    secret = token(feed)
    url, headers = "/api/hub/feeds/lampu/deliveries", {"authorization": f"Bearer {secret}"}
    one = SimpleUploadedFile("dari-mesin.csv", rows(3))
    answer = Client().post(url, {"berkas": one}, headers=headers)
    assert answer.status_code == 201
    assert answer.json()["delivery"]["file_name"] == "dari-mesin.csv"
    two = {"a": SimpleUploadedFile("a.csv", rows(1)), "b": SimpleUploadedFile("b.csv", rows(2))}
    assert Client().post(url, two, headers=headers).status_code == 400


def test_json_rows_are_taken(feed):
    data = json.dumps([{"kode": "A", "nama": "Satu", "jumlah": 5}]).encode()
    headers = {"content-disposition": "", "content_type": "application/json"}
    assert push("lampu", token(feed), data, **headers).status_code == 201
    assert values() == [5]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer salah", "Basic YTpi", "Bearer " + "x" * 5000, "Bearer \u00e9"]
)
def test_without_a_valid_token_the_answer_is_401(feed, header):
    answer = Client().post(
        "/api/hub/feeds/lampu/deliveries", rows(1), content_type="text/csv", headers={"authorization": header}
    )
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert "Token" in answer.json()["error"]["message"]
    assert not Delivery.objects.exists()


def test_an_expired_or_revoked_token_is_401(feed):
    assert push("lampu", token(feed, expires_at=clock.now() - timedelta(seconds=1)), rows(1)).status_code == 401
    secret = token(feed, expires_at=clock.now() + timedelta(days=1))
    assert push("lampu", secret, rows(1)).status_code == 201
    revoke_token(token_id=FeedToken.objects.latest("created_at", "id").pk, by=BY, at=AT)
    assert push("lampu", secret, rows(2)).status_code == 401


def test_a_token_is_for_one_feed_and_unknown_feeds_are_404(feed):
    table_feed("lain", lake_table="lain")
    secret = token(feed)
    assert push("lain", secret, rows(1)).status_code == 403
    assert push("tidak-ada", secret, rows(1)).status_code == 404
    assert AuditEntry.objects.filter(action="delivery.push_refused").count() == 2


def test_a_signed_in_person_is_not_a_token(feed):
    client = client_of(person("wali", role="walidata"))
    assert client.post("/api/hub/feeds/lampu/deliveries", rows(1), content_type="text/csv").status_code == 401
    assert client.get("/api/hub/feeds/lampu/deliveries").status_code == 405


def test_too_large_is_413_and_nothing_is_kept(feed, settings, home):
    settings.UPLOAD_MAX_BYTES = 1000
    secret = token(feed)
    for size in (1001, 200_000):
        answer = push("lampu", secret, b"x" * size)
        assert answer.status_code == 413
        assert "batas" in answer.json()["error"]["message"]
    assert not Delivery.objects.exists()
    assert [p for p in (home / "raw").rglob("*") if p.is_file()] == []


def test_an_empty_body_and_bad_keys_are_told(feed):
    secret = token(feed)
    assert push("lampu", secret, b"").status_code == 422
    assert push("lampu", secret, rows(1), **{"idempotency-key": "x" * 121}).status_code == 400
    assert push("lampu", secret, rows(1), **{"content-encoding": "gzip"}).status_code == 400


def test_bad_rows_are_quarantined_and_counted(feed):
    answer = push("lampu", token(feed), rows(1, 2, 3) + b"L9;Lampu 9;banyak\n")
    body = answer.json()["delivery"]
    assert (answer.status_code, body["accepted"], body["rejected"]) == (201, 3, 1)


def test_the_rate_is_limited_per_token(feed, monkeypatch):
    monkeypatch.setattr(pushing, "PER_MINUTE", 2)
    monkeypatch.setattr(clock, "now", lambda: AT)
    secret = token(feed)
    assert [push("lampu", secret, rows(n)).status_code for n in (1, 2, 3)] == [201, 201, 429]
    assert push("lampu", token(feed), rows(4)).status_code == 201
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(minutes=1))
    assert push("lampu", secret, rows(5)).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_the_rate_is_exact_under_concurrency(feed, monkeypatch):
    monkeypatch.setattr(pushing, "PER_MINUTE", 5)
    token(feed)
    known, taken = FeedToken.objects.get(), []

    def work() -> None:
        try:
            pushing.take_turn(known, at=AT)
            taken.append(1)
        except pushing.UnableToHurry:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(taken) == 5


def test_a_large_delivery_is_answered_202_and_processed_by_the_worker(feed, monkeypatch):
    monkeypatch.setattr(pushing, "INLINE_BYTES", 10)
    secret = token(feed)
    answer = push("lampu", secret, rows(1))
    assert (answer.status_code, answer.json()["delivery"]["status"]) == (202, "received")
    assert push("lampu", secret, rows(1)).status_code == 202  # asked twice, queued once
    with connection.cursor() as cursor:
        cursor.execute("SELECT args ->> 'delivery_id' FROM procrastinate_jobs WHERE task_name = 'hub.settle_delivery'")
        queued = [row[0] for row in cursor.fetchall()]
    assert queued == [answer.json()["delivery"]["id"]]
    assert settle_delivery(delivery_id=queued[0]) == "published"
    assert push("lampu", secret, rows(1)).status_code == 200


def test_a_delivery_whose_process_was_killed_is_taken_up(feed, monkeypatch):
    secret = token(feed)
    monkeypatch.setattr(pushing, "settle", lambda **_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        push("lampu", secret, rows(1))
    assert Delivery.objects.get().status == "received"  # kept, though nobody was answered
    assert settle_stranded(timestamp=0) == 0
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert settle_stranded(timestamp=0) == 1
