"""Feeds turn late and stale, owners hear of it once, and one query answers for all of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.hub.builders_machines import AT, BY, DAY, received, rows, table_feed
from tests.hub.builders_sensing import message, river_feed
from tests.people.builders import person
from tidar.common.models import AuditEntry
from tidar.hub import api
from tidar.hub.actions.freshness import tell_owners
from tidar.hub.actions.observing import record_messages
from tidar.hub.actions.processing import process_delivery, replay_delivery
from tidar.hub.models import Delivery, Event, Feed
from tidar.people.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def published(feed: Feed, *numbers: int, at=AT):
    delivery = received(feed, rows(*numbers), at=at)
    assert process_delivery(delivery_id=delivery, by=BY, at=at) == "published"
    return delivery


def state(feed: Feed, at):
    return api.feed_states(at=at)[feed.code].state


def test_a_published_delivery_is_fresh_then_late_then_stale():
    feed = table_feed()
    assert state(feed, AT) == "waiting"
    published(feed, 1, 2)
    times = [AT + DAY, AT + DAY + timedelta(hours=1, seconds=1), AT + 2 * DAY + timedelta(hours=1, seconds=1)]
    assert [state(feed, at) for at in times] == ["fresh", "late", "stale"]


def test_a_delivery_that_readers_do_not_see_does_not_make_a_feed_fresh():
    feed = table_feed()
    process_delivery(delivery_id=received(feed, b"bukan;data\n1;2\n"), by=BY, at=AT)
    assert Delivery.objects.get().status != "published"
    assert state(feed, AT) == "waiting"


def test_an_accepted_message_makes_a_sensor_feed_fresh_and_a_quarantined_one_does_not():
    river_feed(rhythm_seconds=60, grace_seconds=30)
    record_messages([message()], by=BY, at=AT)
    record_messages([message("rusak")], by=BY, at=AT + timedelta(hours=1))
    found = api.feed_states(at=AT + timedelta(hours=1))["muka_air"]
    assert (found.state, found.last_at) == ("stale", AT)


def test_replaying_an_old_file_over_a_newer_one_shows_the_age_of_what_readers_see():
    feed = table_feed()
    old = published(feed, 1)
    published(feed, 2, at=AT + DAY)
    replay_delivery(delivery_id=old, by=BY, at=AT + DAY + timedelta(hours=1))
    assert api.feed_states(at=AT + DAY)["lampu"].last_at == AT
    Feed.objects.update(contract=feed.contract | {"mode": "append"})
    assert api.feed_states(at=AT + DAY)["lampu"].last_at == AT + DAY


def test_an_inactive_feed_is_never_late():
    feed = table_feed(active=False)
    published_at = AT - 90 * DAY
    Feed.objects.update(active=True)
    published(feed, 1, at=published_at)
    Feed.objects.update(active=False)
    assert state(feed, AT) == "unscheduled"


def test_all_feeds_of_all_kinds_cost_one_query():
    river_feed()
    for n in range(12):
        table_feed(f"umpan-{n}", lake_table=f"t{n}", kind=("upload", "http_push")[n % 2])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(api.feed_states(at=AT)) == 13
    assert len(asked) == 1


def test_the_feed_of_a_table_is_found():
    table_feed()
    river_feed()
    assert api.feed_of_table("lampu") == "lampu"
    assert api.feed_of_table("wilayah") is None
    assert api.feed_of_table("") is None


def test_the_owner_is_told_once_per_occasion_and_the_stranger_never():
    feed = table_feed()
    owner, other = (
        person("pemilik", role="producer", agency_code="dishub"),
        person("lain", role="producer", agency_code="dpupr"),
    )
    published(feed, 1)
    assert tell_owners(by=BY, at=AT + timedelta(minutes=1)) == ()
    late, stale = AT + DAY + timedelta(hours=2), AT + 3 * DAY
    assert [tell_owners(by=BY, at=at) for at in (late, late, stale, stale)] == [
        ("lampu:late",),
        (),
        ("lampu:stale",),
        (),
    ]
    sentences = list(Notice.objects.filter(user=owner).order_by("created_at").values_list("sentence", flat=True))
    assert [s.split()[2] for s in sentences] == ["terlambat:", "basi:"]
    assert not Notice.objects.filter(user=other).exists()
    assert list(Event.objects.filter(kind__startswith="feed.").order_by("id").values_list("kind", flat=True)) == [
        "feed.late",
        "feed.stale",
    ]
    assert AuditEntry.objects.filter(action__in=("feed.late", "feed.stale")).count() == 2


def test_recovery_is_an_event_and_the_next_lateness_is_a_new_occasion():
    feed = table_feed()
    owner = person("pemilik", role="producer", agency_code="dishub")
    published(feed, 1)
    tell_owners(by=BY, at=AT + 3 * DAY)
    published(feed, 2, at=AT + 3 * DAY)
    assert tell_owners(by=BY, at=AT + 3 * DAY) == ("lampu:fresh",)
    assert tell_owners(by=BY, at=AT + 6 * DAY) == ("lampu:stale",)
    assert Notice.objects.filter(user=owner, about__startswith="feed.stale").count() == 2


def test_of_two_workers_one_tells(monkeypatch):
    feed = table_feed()
    published(feed, 1)
    from tidar.hub.actions import freshness

    stale = AT + 3 * DAY
    seen = list(freshness.feeds_with_moments())  # both workers read before either writes
    tell_owners(by=BY, at=stale)
    states = [freshness._told(f, freshness.state_of(f, at=stale), "stale", by=BY, at=stale) for f in seen]
    assert states == [False]
    assert Event.objects.filter(kind="feed.stale").count() == 1


def test_a_feed_that_never_delivered_is_told_of_once():
    table_feed()
    owner = person("pemilik", role="producer", agency_code="dishub")
    for at in (AT + DAY / 2, AT + 2 * DAY, AT + 3 * DAY):
        tell_owners(by=BY, at=at)
    assert [n.about for n in Notice.objects.filter(user=owner)] == ["feed.waiting:lampu:first"]
