"""Receives MQTT messages and acknowledges each only after its receiver has committed it.

Guarantees (QoS 1, persistent session, fixed client id): a message whose PUBACK we did not send is delivered again after
a reconnect or restart; a PUBACK is never sent on another connection than the one that brought the message, because
there its identifier may mean another message. So: at least once, never lost; the receiver recognises repetitions.
"""

from __future__ import annotations

import logging
import queue
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

log = logging.getLogger(__name__)

BATCH = 500
LINGER_SECONDS = 0.01  # how long a batch waits for company
PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
QOS = 1


class NotNow(Exception):
    """The receiver cannot take anything at present (its database is away); offer the same batch again later."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as it came."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class _Held:
    """A message that waits for its acknowledgement."""

    incoming: Incoming
    mid: int
    qos: int
    connection: int


Receive = Callable[[Sequence[Incoming]], None]


class Listener:
    """One subscription of this deployment; `run` until told to stop."""

    def __init__(self, *, url: str, client_id: str, topics: Iterable[str], receive: Receive) -> None:
        self._receive = receive
        self._topics = frozenset(topics)
        self._queue: queue.Queue[_Held] = queue.Queue()
        self._lock = threading.Lock()
        self._connection = 0  # counts connections, so that an answer never goes to the wrong one
        self._pending: set[int] = set()  # identifiers held on this connection; their redelivery is no news
        self._client = client_for(url, client_id=client_id, manual_ack=True)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    @property
    def is_connected(self) -> bool:
        """Whether the broker is reachable at this moment."""
        return self._client.is_connected()

    def listen_to(self, topics: Iterable[str]) -> None:
        """Follow these topics from now on, and no others."""
        wanted, before = frozenset(topics), self._topics
        self._topics = wanted
        if not self._client.is_connected():
            return
        for topic in before - wanted:
            self._client.unsubscribe(topic)
        for topic in wanted - before:
            self._client.subscribe(topic, QOS)

    def run(self, stop: threading.Event) -> None:
        """Receive until `stop` is set; what has not been acknowledged by then comes again at the next start."""
        connect_until(self._client, stop)
        self._client.loop_start()
        try:
            while not stop.is_set():
                if batch := self._next_batch():
                    self._deliver(batch, stop)
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def _next_batch(self) -> list[_Held]:
        try:
            batch = [self._queue.get(timeout=0.25)]
        except queue.Empty:
            return []
        deadline = time.monotonic() + LINGER_SECONDS
        while len(batch) < BATCH:
            try:
                batch.append(self._queue.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                break
        return batch

    def _deliver(self, batch: Sequence[_Held], stop: threading.Event) -> None:
        """Hand over until taken. A batch that fails for another reason than `NotNow` is handed over one by one."""
        for attempt in range(1_000_000):
            try:
                self._receive([held.incoming for held in batch])
            except NotNow as reason:
                pause = PAUSES_SECONDS[min(attempt, len(PAUSES_SECONDS) - 1)]
                log.warning("cannot keep %d messages now (%s); again in %s s", len(batch), reason, pause)
                if stop.wait(pause):
                    return None
            except Exception:
                if len(batch) == 1:
                    log.exception(
                        "a message on %s could not be kept; it will be delivered again", batch[0].incoming.topic
                    )
                    return self._give_up(batch[0])
                for held in batch:
                    self._deliver([held], stop)
                return None
            else:
                return self._acknowledge(batch)
        return None

    def _acknowledge(self, batch: Sequence[_Held]) -> None:
        with self._lock:
            for held in batch:
                if held.connection == self._connection:
                    self._pending.discard(held.mid)
                    self._client.ack(held.mid, held.qos)

    def _give_up(self, held: _Held) -> None:
        with self._lock:
            self._pending.discard(held.mid)

    def _on_connect(self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("the MQTT broker refuses us: %s", reason)
            return
        for topic in self._topics:
            client.subscribe(topic, QOS)
        log.info("listening to %s", ", ".join(sorted(self._topics)) or "no topic yet")

    def _on_disconnect(self, *_arguments: Any) -> None:
        with self._lock:
            self._connection += 1
            self._pending.clear()

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        incoming = Incoming(_topic_of(message), bytes(message.payload))
        with self._lock:
            if message.qos:
                if message.mid in self._pending:
                    return
                self._pending.add(message.mid)
            held = _Held(incoming, message.mid, message.qos, self._connection)
        self._queue.put(held)


def client_for(url: str, *, client_id: str, manual_ack: bool = False) -> Client:
    """A client with a persistent session for `mqtt://user:password@host:port` or `mqtts://…`; not yet connected."""
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError(f"not an MQTT address: {parts.scheme}://{parts.hostname}")
    plain_id = re.sub(r"[^0-9A-Za-z-]", "-", client_id)  # nats-server refuses a dot
    client = Client(CallbackAPIVersion.VERSION2, client_id=plain_id, clean_session=False, manual_ack=manual_ack)
    if parts.username:
        client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
    if parts.scheme == "mqtts":
        client.tls_set_context(ssl.create_default_context())
    client.max_queued_messages_set(10_000)  # a sender's memory while the broker is away
    client.reconnect_delay_set(min_delay=1, max_delay=15)
    client.connect_async(parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883), keepalive=30)
    return client


def connect_until(client: Client, stop: threading.Event) -> None:
    """Try to connect until it works or `stop` is set; afterwards the client's own loop reconnects."""
    while not stop.is_set():
        try:
            client.reconnect()
        except OSError as error:
            log.warning("no MQTT broker yet: %s", error)
            stop.wait(1.0)
        else:
            return


def _topic_of(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return bytes(message._topic).decode(errors="replace")
