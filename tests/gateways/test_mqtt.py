"""The loopback broker, the listener that acknowledges after commit, and the made-up rivers."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.gateways.api import Broker, Incoming, Listener, NotNow, River, Simulator, start_broker
from tidar.gateways.mqtt.listening import client_for, connect_until
from tidar.gateways.mqtt.rivers import water_level

TOPIC = "v1.1/Datastreams(progo-muka-air)/Observations"
FILTER = "v1.1/+/Observations"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = start_broker(tmp_path)
    yield running
    running.stop()


def eventually(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "never happened"
        time.sleep(0.02)


class Taken:
    """A receiver that remembers, and can be told to fail first."""

    def __init__(self, *failures: Exception) -> None:
        self.failures, self.payloads = list(failures), []

    def __call__(self, batch: Sequence[Incoming]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.payloads += [m.payload for m in batch]


@contextmanager
def listening(url: str, receive: Callable, *, topics: Sequence[str] = (FILTER,)) -> Iterator[Listener]:
    listener, stop = Listener(url=url, client_id="tidar-33.71", topics=topics, receive=receive), threading.Event()
    thread = threading.Thread(target=listener.run, args=(stop,))
    thread.start()
    try:
        eventually(lambda: listener.is_connected)
        time.sleep(0.1)
        yield listener
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def publish(url: str, *payloads: bytes, topic: str = TOPIC) -> None:
    client = client_for(url, client_id="penerbit")
    connect_until(client, threading.Event())
    client.loop_start()
    for sent in [client.publish(topic, payload, qos=1) for payload in payloads]:
        sent.wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def test_messages_arrive_in_order_with_their_topic(broker: Broker) -> None:
    seen: list[Incoming] = []
    with listening(broker.url, seen.extend):
        publish(broker.url, *(b"%d" % n for n in range(700)))
        eventually(lambda: len(seen) == 700)
    assert [m.payload for m in seen] == [b"%d" % n for n in range(700)]
    assert {m.topic for m in seen} == {TOPIC}


def test_what_is_sent_while_nobody_listens_is_delivered_later(broker: Broker) -> None:
    with listening(broker.url, Taken()):
        pass
    publish(broker.url, b"a", b"b")
    with listening(broker.url, taken := Taken()):
        eventually(lambda: taken.payloads == [b"a", b"b"])


@pytest.mark.slow
def test_unacknowledged_messages_come_again_after_a_restart(broker: Broker) -> None:
    with listening(broker.url, Taken(*[NotNow("basis data")] * 99)):
        publish(broker.url, b"a")
        time.sleep(0.3)
    with listening(broker.url, taken := Taken()):
        eventually(lambda: taken.payloads == [b"a"])
        time.sleep(6)
    assert taken.payloads == [b"a"]


def test_a_receiver_that_cannot_now_is_offered_the_batch_again(broker: Broker) -> None:
    with listening(broker.url, taken := Taken(NotNow("basis data"), NotNow("basis data"))):
        publish(broker.url, b"a", b"b")
        eventually(lambda: taken.payloads == [b"a", b"b"])


def test_one_message_that_cannot_be_kept_does_not_hold_the_others(broker: Broker) -> None:
    taken: list[bytes] = []

    def receive(batch: Sequence[Incoming]) -> None:
        if any(m.payload == b"racun" for m in batch):
            raise ValueError("racun")
        taken.extend(m.payload for m in batch)

    with listening(broker.url, receive):
        publish(broker.url, b"a", b"racun", b"b")
        eventually(lambda: taken == [b"a", b"b"])


def test_an_answer_never_goes_to_another_connection(broker: Broker) -> None:
    sent: list[int] = []
    listener = Listener(url=broker.url, client_id="x", topics=[], receive=Taken())
    listener._client.ack = lambda mid, _qos: sent.append(mid)  # type: ignore[method-assign]
    message = type("M", (), {"topic": TOPIC, "payload": b"a", "mid": 7, "qos": 1})()
    listener._on_message(listener._client, None, message)
    batch = listener._next_batch()
    listener._on_disconnect()
    listener._acknowledge(batch)
    assert sent == []
    listener._on_message(listener._client, None, message)
    listener._acknowledge(listener._next_batch())
    assert sent == [7]


def test_the_broker_may_die_and_come_back(tmp_path: Path) -> None:
    first = start_broker(tmp_path)
    with listening(first.url, taken := Taken()) as listener:
        publish(first.url, b"a")
        eventually(lambda: taken.payloads == [b"a"])
        first.kill()
        second = start_broker(tmp_path, int(first.url.rsplit(":", 1)[1]))
        eventually(lambda: listener.is_connected)
        publish(second.url, b"b")
        eventually(lambda: b"b" in taken.payloads)
    second.stop()


def test_a_broker_left_over_is_ended_first(tmp_path: Path) -> None:
    left_over = start_broker(tmp_path)
    fresh = start_broker(tmp_path)
    assert left_over.process.wait(5) is not None
    fresh.stop()


def test_topics_can_be_added_while_listening(broker: Broker) -> None:
    with listening(broker.url, taken := Taken(), topics=()) as listener:
        listener.listen_to([FILTER])
        time.sleep(0.2)
        publish(broker.url, b"a")
        eventually(lambda: taken.payloads == [b"a"])


def test_the_simulator_speaks_sensorthings(broker: Broker) -> None:
    stop, at = threading.Event(), datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
    rivers = [River("progo-muka-air", 3.0, 12.0), River("elo-muka-air", 2.5, 10.0)]
    simulator = Simulator(url=broker.url, rivers=rivers, every_seconds=0.05)
    with listening(broker.url, taken := Taken()):
        thread = threading.Thread(target=simulator.run, args=(stop,), kwargs={"now": lambda: at})
        thread.start()
        eventually(lambda: len(taken.payloads) >= 4)
        stop.set()
        thread.join(5)
    body = json.loads(taken.payloads[0])
    assert datetime.fromisoformat(body["phenomenonTime"]) == at
    assert body["result"] == water_level(rivers[0], at.timestamp() * 30.0)


@given(st.floats(0, 4e9), st.sampled_from([("a", 3.0, 12.0), ("b", 1.2, 3.0)]))
def test_a_river_stays_in_its_bed_and_repeats_itself(seconds: float, made: tuple[str, float, float]) -> None:
    river = River(*made)
    assert 0.05 <= water_level(river, seconds) <= river.ceiling
    assert water_level(river, seconds) == water_level(river, seconds)


def test_a_river_does_not_jump_and_sometimes_floods() -> None:
    river = River("progo-muka-air", 3.0, 12.0)
    levels = [water_level(river, 1_764_000_000 + minute * 60) for minute in range(5 * 24 * 60)]
    assert max(abs(b - a) for a, b in itertools.pairwise(levels)) < 0.3
    assert 0.01 < sum(level >= river.alert for level in levels) / len(levels) < 0.3


@pytest.mark.parametrize("url", ["http://127.0.0.1", "mqtt://", "127.0.0.1:1883"])
def test_a_wrong_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not an MQTT address"):
        client_for(url, client_id="x")
