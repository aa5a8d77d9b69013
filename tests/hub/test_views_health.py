"""Feed health: who sees what, what the strip says, and that more feeds cost no more queries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.hub.builders_machines import AT, BY, DAY, received, rows, table_feed
from tests.hub.builders_sensing import message, river_feed
from tests.people.builders import client_of, person
from tidar.common import clock
from tidar.hub.actions.observing import record_messages
from tidar.hub.actions.processing import process_delivery
from tidar.hub.models import Feed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture(autouse=True)
def _noon(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def walidata() -> Client:
    return client_of(person("wali", role="walidata"))


def delivered(feed: Feed, data: bytes, *, days_ago: int) -> None:
    at = AT - days_ago * DAY
    process_delivery(delivery_id=received(feed, data, at=at), by=BY, at=at)


def test_the_worst_come_first_with_age_owner_and_reason(walidata):
    fresh, stale = table_feed("segar"), table_feed("basi")
    delivered(fresh, rows(1), days_ago=0)
    delivered(stale, rows(1), days_ago=5)
    Feed.objects.filter(code="basi").update(
        kind="http_pull", pull_url="http://a", pull_state={"failures": 2, "sentence": "Situs itu diam."}
    )
    text = walidata.get("/hub/kesehatan/").content.decode()
    assert text.index("Umpan basi") < text.index("Umpan segar")
    assert "5 hari" in text
    assert "Situs itu diam." in text
    assert "DISHUB" in text.upper()


def test_the_strip_tells_every_day_in_the_regions_own_time(walidata):
    feed = table_feed()
    delivered(feed, rows(1), days_ago=0)
    delivered(feed, b"bukan;data\n1;2\n", days_ago=1)
    delivered(feed, rows(3), days_ago=2)
    delivered(feed, b"lain;lagi\n1;2\n", days_ago=2)
    late_evening = AT.replace(hour=18) - 4 * DAY  # 01.00 WIB of the next day
    process_delivery(delivery_id=received(feed, rows(4), at=late_evening), by=BY, at=late_evening)
    days = walidata.get("/api/hub/health").json()["feeds"][0]["days"]
    assert [day["level"] for day in days[-5:]] == ["none", "ok", "mixed", "bad", "ok"]
    assert (len(days), days[-1]["day"], days[-4]["day"]) == (14, "2026-11-24", "2026-11-21")


def test_sensor_messages_fill_the_strip(walidata):
    river_feed(rhythm_seconds=60)
    record_messages([message()], by=BY, at=AT)
    record_messages([message("rusak")], by=BY, at=AT - DAY)
    found = walidata.get("/api/hub/health").json()["feeds"][0]
    assert [day["level"] for day in found["days"][-3:]] == ["none", "bad", "ok"]
    assert found["freshness"]["state"] == "fresh"


def test_filters_narrow_and_an_empty_answer_says_so(walidata):
    delivered(table_feed("segar"), rows(1), days_ago=0)
    table_feed("menunggu", agency="dpupr")
    assert "Umpan segar" not in walidata.get("/hub/kesehatan/?keadaan=waiting").content.decode()
    assert "Umpan segar" not in walidata.get("/hub/kesehatan/?dinas=dpupr").content.decode()
    assert "Tidak ada umpan yang cocok" in walidata.get("/hub/kesehatan/?keadaan=stale").content.decode()


@pytest.mark.parametrize("path", ["/hub/kesehatan/", "/api/hub/health"])
def test_what_about_the_stranger(path):
    table_feed("punya-kami")
    table_feed("punya-lain", agency="dpupr")
    ours = client_of(person("kami", role="producer", agency_code="dishub")).get(path).content.decode()
    assert "punya-kami" in ours
    assert "punya-lain" not in ours
    assert client_of(person("warga", role="resident")).get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_more_feeds_cost_no_more_queries(walidata):
    counts = []
    for n in range(2):
        for m in range(6):
            table_feed(f"u{n}{m}", lake_table=f"t{n}{m}")
        with CaptureQueriesContext(connection) as asked:
            walidata.get("/hub/kesehatan/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
