"""kill -9 in the middle: the relay leaves no gap and no double, a consumer acts once, no message is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.faults import programs
from tests.hub.builders_sensing import river_feed
from tidar.common import clock
from tidar.gateways.api import Broker, Listener, start_broker
from tidar.gateways.mqtt.listening import client_for, connect_until
from tidar.hub.actions.spine import number_events, record_event
from tidar.hub.models import Event, Message, ObservedProperty
from tidar.hub.queries.checks import spine_faults
from tidar.hub.queries.spine import head
from tidar.hub.rules.spine import EventFields, SourceRef

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# A follower that kills itself at the worst moment: after the message is committed, before it is acknowledged.
DIES_BEFORE_ACK = """
import os, signal, django
django.setup()
from tidar.gateways.mqtt.listening import Listener
Listener._acknowledge = lambda self, batch: os.kill(os.getpid(), signal.SIGKILL)
from django.core.management import call_command
call_command("follow")
"""
# A follower whose relay dies inside its transaction, after giving numbers and before committing them.
DIES_WHILE_NUMBERING = """
import os, signal, django
django.setup()
from tidar.hub.actions import spine
from django.db import connection
def wrapper(execute, sql, params, many, context):
    if "pg_notify" in sql:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)
with connection.execute_wrapper(wrapper):
    spine.number_events()
"""
# A follower with one consumer that writes a row per event; argument: sequence number at which it dies before commit.
CONSUMES = """
import os, signal, sys, django
django.setup()
from tidar.hub.actions.consuming import consumer
from tidar.hub.models import ObservedProperty
@consumer("pencatat", kinds=["test.happened"])
def handler(event):
    ObservedProperty(code=f"e{event.seq}", name=event.subject).save(force_insert=True)
    if event.seq == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
from django.core.management import call_command
call_command("follow", without_mqtt=True)
"""


def record(count: int, *, first: int = 0) -> None:
    for number in range(first, first + count):
        with transaction.atomic():
            fields = EventFields(subject=str(number))
            record_event(kind="test.happened", happened_at=AT, at=AT, source=SourceRef("action", "x"), fields=fields)


def eventually(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "never happened"
        time.sleep(0.05)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts programs on the test's database; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[bytes]] = []

    def started(*command: str, **environment: str) -> subprocess.Popen[bytes]:
        running.append(programs.start(*command, **environment))
        return running[-1]

    yield started
    for process in running:
        programs.kill(process)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = start_broker(tmp_path)
    remember_us(running.url)
    yield running
    running.stop()


def remember_us(url: str) -> None:
    """Make the session that the follower will use: from its first subscription on, the broker keeps what is for it."""
    stop = threading.Event()
    client_id = f"tidar-{settings.TIDAR_REGION}"
    listener = Listener(url=url, client_id=client_id, topics=["v1.1/+/Observations"], receive=lambda batch: None)
    thread = threading.Thread(target=listener.run, args=(stop,))
    thread.start()
    eventually(lambda: listener.is_connected)
    time.sleep(0.3)
    stop.set()
    thread.join()


def publish(url: str, count: int, *, first: int = 0) -> None:
    """Readings a gauge would send; returns when the broker has answered for each."""
    client = client_for(url, client_id="duga")
    connect_until(client, threading.Event())
    client.loop_start()
    sent = []
    for number in range(first, first + count):
        body = {"phenomenonTime": clock.now().isoformat(), "result": 1 + number / 10_000}
        sent.append(client.publish("v1.1/Datastreams(progo-muka-air)/Observations", json.dumps(body), qos=1))
    for one in sent:
        one.wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def test_a_relay_killed_inside_its_transaction_leaves_nothing_behind(start) -> None:
    record(5)
    relay = start("-c", DIES_WHILE_NUMBERING)
    assert relay.wait(30) == -signal.SIGKILL
    eventually(lambda: number_events() == 5)
    assert list(Event.objects.order_by("seq").values_list("seq", "subject")) == [(n + 1, str(n)) for n in range(5)]


def test_a_relay_killed_again_and_again_leaves_no_gap_and_no_double(start) -> None:
    written = 0
    for _life in range(2):
        follower = start("-m", "django", "follow", "--without-mqtt")
        before = head()
        eventually(lambda before=before: (record(5, first=10_000), head() > before)[1])
        record(200, first=written)
        written += 200
        programs.kill(follower)
    follower = start("-m", "django", "follow", "--without-mqtt")
    record(5, first=20_000)  # so that what is waited for cannot be true before it runs
    eventually(lambda: head() == Event.objects.count())
    follower.terminate()
    assert follower.wait(15) == 0
    mine = Event.objects.exclude(subject="").order_by("seq").values_list("subject", flat=True)
    assert [s for s in mine if int(s) < 10_000] == [str(n) for n in range(written)]
    assert spine_faults() == []


def test_a_consumer_killed_before_its_commit_has_its_effect_once(start) -> None:
    record(30)
    first = start("-c", CONSUMES, "17")
    assert first.wait(30) == -signal.SIGKILL
    second = start("-c", CONSUMES, "0")
    eventually(lambda: ObservedProperty.objects.count() >= 30)
    second.terminate()
    assert second.wait(15) == 0
    assert sorted(int(p.code[1:]) for p in ObservedProperty.objects.all()) == list(range(1, 31))


def test_a_listener_killed_between_commit_and_answer_keeps_one_record(broker: Broker, start) -> None:
    river_feed()
    listener = start("-c", DIES_BEFORE_ACK, MQTT_URL=broker.url)
    publish(broker.url, 20)
    assert listener.wait(30) == -signal.SIGKILL
    assert Message.objects.count() > 0
    again = start("-m", "django", "follow", MQTT_URL=broker.url)
    eventually(lambda: Message.objects.count() == 20)
    time.sleep(7)  # longer than the broker waits for an answer: everything unanswered has come again by now
    again.terminate()
    assert again.wait(15) == 0
    assert Event.objects.filter(kind="observation").count() == Message.objects.count() == 20
    assert spine_faults() == []


def test_nothing_sent_while_everything_is_killed_is_lost(broker: Broker, start) -> None:
    river_feed()
    sent = 0
    for _life in range(2):
        follower = start("-m", "django", "follow", MQTT_URL=broker.url)
        seen = Message.objects.count()
        publish(broker.url, 50, first=sent)
        sent += 50
        eventually(lambda seen=seen: Message.objects.count() > seen)
        programs.kill(follower)
    follower = start("-m", "django", "follow", MQTT_URL=broker.url)
    publish(broker.url, 5, first=sent)  # so that what is waited for cannot be true before it runs
    sent += 5
    eventually(lambda: Message.objects.count() == sent and head() == Event.objects.count())
    follower.terminate()
    assert follower.wait(15) == 0
    results = Event.objects.filter(kind="observation").values_list("result", flat=True)
    assert sorted(results) == [1 + n / 10_000 for n in range(sent)]


def test_a_database_that_restarts_its_connections_stops_nothing(start) -> None:
    follower = start("-m", "django", "follow", "--without-mqtt")
    record(3)
    eventually(lambda: head() == 3)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    record(3)
    eventually(lambda: head() == 6)
    follower.terminate()
    assert follower.wait(15) == 0
