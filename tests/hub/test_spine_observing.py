"""Messages become observations; what cannot be read is kept with a sentence; nothing is lost, nothing counts twice."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.hub.builders_sensing import AT, FILE, message, river_feed
from tidar.common.actor import system
from tidar.common.models import AuditEntry
from tidar.hub.actions.observing import Observed, UnableToDeclare, declare_sensing, record_messages
from tidar.hub.actions.spine import number_events
from tidar.hub.models import Datastream, Event, Feed, Message, Thing
from tidar.hub.queries.sensing import latest_observations, quarantined_messages, recent_observations
from tidar.hub.queries.spine import events_after
from tidar.hub.rules.sensing import RawMessage

pytestmark = pytest.mark.django_db
BY = system("mqtt")


def record(*messages: RawMessage, at=AT) -> Observed:
    return record_messages(messages, by=BY, at=at)


def test_a_reading_becomes_an_event_with_place_unit_and_source() -> None:
    river_feed()
    assert record(message(1.25)) == Observed(1, 0, 0)
    number_events()
    (event,) = events_after(0)
    assert (event.kind, event.result, event.severity, event.subject) == (
        "observation",
        1.25,
        0,
        "Tinggi muka air Progo",
    )
    assert (event.area_code, event.lon, event.lat) == ("33.71.01.1009", 110.2035, -7.4990)
    assert event.data["unit"] == "m"
    assert Message.objects.get(pk=event.source.id).payload == message(1.25).payload


def test_a_datastream_can_be_named_by_its_number() -> None:
    river_feed()
    number = Datastream.objects.get(code="elo-muka-air").pk
    record(message(1.0, code=str(number)))
    assert [v.datastream_code for v in latest_observations()] == ["elo-muka-air"]


@pytest.mark.parametrize(("result", "severity"), [(2.99, 0), (3.0, 1), (4.0, 2), (5.0, 3), (12.0, 3)])
def test_the_level_reached_is_the_severity(result: float, severity: int) -> None:
    river_feed()
    record(message(result))
    assert Event.objects.get(kind="observation").severity == severity


def test_crossing_a_level_is_told_once_up_and_once_down() -> None:
    river_feed()
    for minute, result in enumerate((2.0, 3.1, 3.2, 4.5, 2.9)):
        record(message(result, time=AT + timedelta(minutes=minute)), at=AT + timedelta(minutes=minute))
    crossings = [(e.data["from"], e.data["level"]) for e in Event.objects.filter(kind="level.changed").order_by("id")]
    assert crossings == [("normal", "waspada"), ("waspada", "siaga"), ("siaga", "normal")]


def test_crossings_within_one_batch_are_told_too() -> None:
    river_feed()
    record(message(2.0), message(3.1, time=AT + timedelta(seconds=1)), message(2.0, time=AT + timedelta(seconds=2)))
    assert Event.objects.filter(kind="level.changed").count() == 2


def test_a_late_arrival_does_not_change_the_present() -> None:
    river_feed()
    record(message(2.0))
    record(message(5.5, time=AT - timedelta(hours=3)))
    assert not Event.objects.filter(kind="level.changed").exists()
    assert [v.result for v in latest_observations()] == [2.0]


def test_the_same_message_twice_is_one() -> None:
    river_feed()
    assert record(message(), message()) == Observed(1, 0, 1)
    assert record(message()) == Observed(0, 0, 1)
    assert (Message.objects.count(), Event.objects.count()) == (1, 1)


TOPIC = "v1.1/Datastreams(progo-muka-air)/Observations"
NOW = AT.isoformat()
BAD = [
    ("json", TOPIC, b"\xff\xfe\x00 bukan json"),
    ("json", TOPIC, b'{"result": 1.2'),
    ("json", TOPIC, b"[1, 2]"),
    ("json", TOPIC, b""),
    ("json", TOPIC, b"[" * 60_000),
    ("json", TOPIC, b'{"result": NaN, "phenomenonTime": "' + NOW.encode() + b'"}'),
    ("size", TOPIC, b" " * 70_000),
    ("result", TOPIC, f'{{"phenomenonTime": "{NOW}"}}'.encode()),
    ("result", TOPIC, f'{{"phenomenonTime": "{NOW}", "result": "1,2"}}'.encode()),
    ("result", TOPIC, f'{{"phenomenonTime": "{NOW}", "result": true}}'.encode()),
    ("result", TOPIC, f'{{"phenomenonTime": "{NOW}", "result": {"9" * 400}}}'.encode()),
    ("range", TOPIC, f'{{"phenomenonTime": "{NOW}", "result": 99}}'.encode()),
    ("range", TOPIC, f'{{"phenomenonTime": "{NOW}", "result": -0.1}}'.encode()),
    ("time", TOPIC, b'{"result": 1.2}'),
    ("time", TOPIC, b'{"result": 1.2, "phenomenonTime": "kemarin"}'),
    ("time", TOPIC, b'{"result": 1.2, "phenomenonTime": "2026-11-24T07:00:00"}'),
    ("time", TOPIC, b'{"result": 1.2, "phenomenonTime": 1764}'),
    ("future", TOPIC, b'{"result": 1.2, "phenomenonTime": "2026-11-24T07:06:00Z"}'),
    ("future", TOPIC, b'{"result": 1.2, "phenomenonTime": "9999-12-31T23:59:59Z"}'),
    ("ancient", TOPIC, b'{"result": 1.2, "phenomenonTime": "2001-01-01T00:00:00Z"}'),
    ("time", TOPIC, b'{"result": 1.2, "phenomenonTime": "0001-01-01T00:00:00+14:00"}'),
    ("datastream", "v1.1/Datastreams(tak-ada)/Observations", message().payload),
    ("topic", "v1.1/Things(1)/Observations", message().payload),
    ("topic", "v1.1/Datastreams(a\0b)/Observations/", message().payload),
    ("feed", "lain/alamat", message().payload),
    ("feed", "x/" * 400, message().payload),
]


@pytest.mark.parametrize(("code", "topic", "payload"), BAD, ids=[f"{n}-{b[0]}" for n, b in enumerate(BAD)])
def test_what_cannot_be_read_is_kept_with_a_sentence(code: str, topic: str, payload: bytes) -> None:
    river_feed(mqtt_topic="v1.1/#")
    if code == "time" and b"0001" in payload:
        code = "ancient"
    assert record(RawMessage(topic, payload), message(2.2)) == Observed(1, 1, 0)
    (kept,) = quarantined_messages()
    assert (kept.code, kept.payload) == (code, payload)
    assert kept.sentence.endswith((".", "."))
    assert AuditEntry.objects.get(action="messages.quarantined").after["count"] == 1
    assert Event.objects.get(kind="message.quarantined").permission == "hub.see"


def test_a_flood_of_rubbish_is_one_event_and_every_message_is_kept() -> None:
    river_feed()
    assert record(*(RawMessage(TOPIC, b"%d" % n) for n in range(300))) == Observed(0, 300, 0)
    assert (Event.objects.count(), Message.objects.count()) == (1, 300)
    assert Event.objects.get().data["count"] == 300


def another_feed(topic: str) -> Feed:
    other = Feed.objects.create(
        code="lain", title="Lain", agency_id="dpupr", kind="mqtt", mqtt_topic=topic, created_at=AT
    )
    Datastream.objects.filter(code="elo-muka-air").update(feed=other)
    return other


def test_a_sensor_of_another_feed_is_not_accepted() -> None:
    river_feed()
    another_feed("lain/#")
    record(message(code="elo-muka-air"))
    assert Message.objects.get().code == "feed"


def test_where_topics_overlap_the_owner_of_the_sensor_gets_the_message() -> None:
    mine, other = river_feed(), another_feed("v1.1/#")
    record(message(code="elo-muka-air"), message(code="progo-muka-air"))
    assert dict(Message.objects.values_list("topic", "feed")) == {
        message(code="elo-muka-air").topic: other.pk,
        message(code="progo-muka-air").topic: mine.pk,
    }


def test_observations_of_a_closed_feed_are_not_for_everybody() -> None:
    river_feed(access_class="closed")
    record(message())
    assert Event.objects.get().permission == "hub.see"


def test_latest_and_recent_are_index_probes() -> None:
    river_feed()
    record(*(message(1 + n / 100, time=AT - timedelta(minutes=n)) for n in range(50)))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        (latest,) = latest_observations()
    assert len(queries) == 1
    assert (latest.result, latest.level, latest.feed_code, latest.sample) == (1.0, "normal", "muka_air", True)
    recent = recent_observations(latest.datastream_id, since=AT - timedelta(minutes=9, seconds=30))
    assert [moment for moment, _ in recent] == sorted(moment for moment, _ in recent)
    assert len(recent) == 10


def test_a_batch_costs_the_same_queries_whatever_its_size() -> None:
    river_feed()
    with CaptureQueriesContext(connection) as small:
        record(message(1.0))
    with CaptureQueriesContext(connection) as large:
        record(*(message(1 + n / 1000, time=AT - timedelta(seconds=n)) for n in range(1, 400)))
    assert len(large) == len(small)


def test_declaring_twice_changes_nothing_and_a_change_is_audited() -> None:
    feed = river_feed()
    data = tomllib.loads(FILE.read_text())
    entries = AuditEntry.objects.filter(action="sensing.declared")
    assert declare_sensing(feed=feed, data=data, by=BY, at=AT) == 0
    assert entries.count() == 1
    data["things"][0]["name"] = "Duga baru"
    assert declare_sensing(feed=feed, data=data, by=BY, at=AT) == 1
    assert Thing.objects.get(code="duga-progo").name == "Duga baru"
    assert entries.count() == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d["datastreams"][0].update(thing="tak-ada"),
        lambda d: d["datastreams"][0].update(levels={"waspada": 3.0, "siaga": 2.0}),
        lambda d: d["datastreams"][0].update(levels={"bahaya": 3.0}),
        lambda d: d["datastreams"][0].pop("unit"),
        lambda d: d["things"][0].update(warna="biru"),
    ],
)
def test_a_wrong_declaration_is_refused_whole(spoil) -> None:
    feed = river_feed()
    data = tomllib.loads(FILE.read_text())
    data["things"].append({"code": "baru", "name": "Baru"})
    spoil(data)
    with pytest.raises(UnableToDeclare, match="muka_air"):
        declare_sensing(feed=feed, data=data, by=BY, at=AT)
    assert not Thing.objects.filter(code="baru").exists()
