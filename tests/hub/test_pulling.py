"""Pulling from a real site on loopback: claimed once, fresh on 304, patient on failure, refused in words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from tests.gateways.web import LOOPBACK, Site, running_site
from tests.hub.builders_machines import AT, BY, DAY, rows, table_feed
from tidar.common.actor import Actor
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.hub import api
from tidar.hub.actions.pulling import claim_pull, due_feeds, pull_feed, pull_now
from tidar.hub.models import Delivery, Event, Feed
from tidar.lake import api as lake

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
HOUR = timedelta(hours=1)
GEOJSON = b"""{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point",
"coordinates": [110.2, -7.4]}, "properties": {"kode": "A", "nama": "Satu", "jumlah": 7}}]}"""


@pytest.fixture
def site(settings) -> Iterator[Site]:
    settings.TIDAR_PULL_PRIVATE = LOOPBACK
    with running_site() as running:
        yield running


def pulled_feed(site: Site, path: str = "/lampu.csv", **changes) -> Feed:
    return table_feed(kind="http_pull", pull_url=site.url(path), **changes)


def pull(feed: Feed, at=AT) -> str:
    return pull_feed(feed_id=feed.pk, by=BY, at=at, draw=0.0)


def csv(site: Site, *numbers: int, etag: str = "") -> None:
    site.page("/lampu.csv", rows(*numbers), headers={"Content-Type": "text/csv"} | ({"ETag": etag} if etag else {}))


def values() -> list[int]:
    return sorted(lake.read("SELECT jumlah FROM lampu").column("jumlah").to_pylist())


def test_a_pull_publishes_what_the_site_has(site):
    csv(site, 1, 2)
    assert pull(pulled_feed(site)) == "received"
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.file_name, delivery.accepted_count) == ("published", "lampu.csv", 2)
    assert values() == [1, 2]


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/a", "application/json", b'[{"kode": "A", "nama": "Satu", "jumlah": 7}]'),
        (
            "/a.geojson",
            "application/geo+json",
            GEOJSON,
        ),
    ],
)
def test_json_and_geojson_are_pulled_too(site, path, kind, body):
    site.page(path, body, headers={"Content-Type": kind})
    assert pull(pulled_feed(site, path)) == "received"
    assert Delivery.objects.get().sentence == ""
    assert values() == [7]


def test_nothing_is_pulled_before_its_turn(site):
    csv(site, 1)
    feed = pulled_feed(site)
    pull(feed)
    assert pull(feed, AT + HOUR) == "busy"
    assert len(site.asked) == 1
    assert pull(feed, AT + 12 * HOUR) == "unchanged"


def test_a_304_counts_as_fresh(site):
    csv(site, 1, etag='"a"')
    feed = pulled_feed(site)
    pull(feed)
    at = AT + 2 * DAY
    assert api.feed_states(at=at)["lampu"].state == "late"
    assert pull(feed, at) == "unchanged"
    assert site.asked[1][1]["if-none-match"] == '"a"'
    assert api.feed_states(at=at)["lampu"].state == "fresh"
    assert Delivery.objects.count() == 1


def test_the_same_bytes_without_an_etag_count_as_fresh_too(site):
    csv(site, 1)
    feed = pulled_feed(site)
    pull(feed)
    assert pull(feed, AT + 2 * DAY) == "unchanged"
    assert api.feed_states(at=AT + 2 * DAY)["lampu"].state == "fresh"


def test_a_304_of_a_file_that_was_never_published_is_not_fresh(site):
    site.page("/lampu.csv", b"tidak;dikenal\n1;2\n", headers={"Content-Type": "text/csv", "ETag": '"x"'})
    feed = pulled_feed(site)
    pull(feed)
    assert Delivery.objects.get().status != "published"
    assert pull(feed, AT + DAY) == "unchanged"
    assert api.feed_states(at=AT + DAY)["lampu"].state == "waiting"


def test_a_site_that_goes_back_to_an_older_file_is_followed(site):
    feed = pulled_feed(site)
    for n, numbers in enumerate([(1,), (2,), (1,)]):
        csv(site, *numbers)
        assert pull(feed, AT + n * DAY) == "received"
    assert values() == [1]
    assert Delivery.objects.filter(replay_of__isnull=False).count() == 1


def test_failures_wait_longer_each_time_and_success_forgets_them(site):
    site.page("/lampu.csv", b"", status=503)
    feed, at, waits = pulled_feed(site), AT, []
    for _ in range(8):
        assert pull(feed, at) == "failed"
        feed.refresh_from_db()
        waits.append(int((feed.pull_next_at - at).total_seconds()))
        at = feed.pull_next_at
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    csv(site, 1)
    assert pull(feed, at) == "received"
    feed.refresh_from_db()
    assert "failures" not in feed.pull_state
    assert feed.pull_next_at == at + 12 * HOUR


def test_a_failure_is_kept_in_words_audited_each_time_and_told_once(site):
    feed = pulled_feed(site, "/tidak-ada.csv")
    pull(feed)
    pull(feed, AT + DAY)
    feed.refresh_from_db()
    assert feed.pull_state["failures"] == 2
    assert "tidak ada lagi" in feed.pull_state["sentence"]
    assert AuditEntry.objects.filter(action="feed.pull_failed", subject_id="lampu").count() == 2
    told = Event.objects.get(kind="feed.pull_failed").data
    assert (told["code"], told["agency"]) == ("status_404", feed.agency_code)
    assert "lampu.csv" not in str(told)  # an address may carry a key


def test_a_failure_keeps_the_validators_of_the_last_good_answer(site):
    csv(site, 1, etag='"a"')
    feed = pulled_feed(site)
    pull(feed)
    site.page("/lampu.csv", b"", status=500)
    pull(feed, AT + DAY)
    csv(site, 1, etag='"a"')
    assert pull(feed, AT + 2 * DAY) == "unchanged"


def test_another_address_is_asked_without_the_old_validators(site):
    csv(site, 1, etag='"a"')
    feed = pulled_feed(site)
    pull(feed)
    site.page("/lain.csv", rows(5), headers={"Content-Type": "text/csv", "ETag": '"a"'})
    Feed.objects.update(pull_url=site.url("/lain.csv"))
    assert pull(feed, AT + DAY) == "received"
    assert values() == [5]


def test_a_private_address_is_refused_in_words(site, settings):
    settings.TIDAR_PULL_PRIVATE = ()
    csv(site, 1)
    feed = pulled_feed(site)
    assert pull(feed) == "failed"
    feed.refresh_from_db()
    assert "jaringan dalam" in feed.pull_state["sentence"]
    assert (site.asked, Delivery.objects.count()) == ([], 0)


def test_a_crash_before_processing_leads_to_a_full_pull_after_the_lease(site, monkeypatch):
    csv(site, 1, etag='"a"')
    feed = pulled_feed(site)
    with monkeypatch.context() as patch:
        patch.setattr("tidar.hub.actions.pulling.settle", lambda **_: (_ for _ in ()).throw(MemoryError))
        with pytest.raises(MemoryError):
            pull(feed)
    assert pull(feed, AT + timedelta(minutes=10)) == "busy"
    assert pull(feed, AT + timedelta(minutes=16)) in ("received", "unchanged")
    assert "if-none-match" not in site.asked[1][1]
    assert values() == [1]


def test_only_active_pull_feeds_are_due_and_pull_now_needs_authority(site):
    feed = pulled_feed(site)
    table_feed("dorong")
    table_feed("mati", kind="http_pull", pull_url=site.url(), active=False)
    assert [f.code for f in due_feeds(at=AT)] == ["lampu"]
    claim_pull(feed_id=feed.pk, at=AT)
    assert not due_feeds(at=AT)
    with pytest.raises(UnableToAllow):
        pull_now(feed_id=feed.pk, by=Actor(kind="user", id="x", name="Orang lain"), at=AT)
    pull_now(feed_id=feed.pk, by=BY, at=AT)
    assert [f.code for f in due_feeds(at=AT)] == ["lampu"]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_exactly_one_claims_and_without_the_guard_all_do(site):
    feed = pulled_feed(site)

    def race(claim) -> int:
        wins, barrier = [], threading.Barrier(6)

        def work() -> None:
            barrier.wait(10)
            try:
                wins.append(claim())
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        return sum(wins)

    looked = threading.Barrier(6)

    def unguarded() -> bool:
        due = due_feeds(at=AT).filter(pk=feed.pk).exists()
        looked.wait(10)
        return due and Feed.objects.filter(pk=feed.pk).update(pull_next_at=AT + HOUR) == 1

    assert race(unguarded) == 6  # look, then write: everybody pulls
    Feed.objects.update(pull_next_at=None)
    assert race(lambda: claim_pull(feed_id=feed.pk, at=AT)) == 1
