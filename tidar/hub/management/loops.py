"""The endless work of the follower process: the relay, one loop per consumer, the MQTT listener. Threads that stop.

Each loop has its own database connection. A database that is away is waited for; anything else that goes wrong is
logged and the loop goes on. Killing the process at any point loses nothing and repeats nothing in the database.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from django.db import InterfaceError, OperationalError, connection

from tidar.common import clock
from tidar.common.actor import system
from tidar.gateways.api import Incoming, Listener, NotNow
from tidar.hub.actions.consuming import Registration, step_consumer
from tidar.hub.actions.observing import record_messages
from tidar.hub.actions.spine import BATCH, number_kinds
from tidar.hub.queries.sensing import mqtt_feeds
from tidar.hub.queries.spine import has_unnumbered, head
from tidar.hub.rules.sensing import RawMessage

log = logging.getLogger(__name__)

SHORTEST_SECONDS, LONGEST_SECONDS = 0.020, 0.025  # between passes of the relay: busy (the next takes more), idle
CONSUMER_SECONDS = 1.0  # between looks at the head when the relay, here or elsewhere, does not wake us
TOPICS_SECONDS = 10.0
STOP_SECONDS = 6.0  # patience with each loop at the end

Step = Callable[[], float]


class Loop(threading.Thread):
    """Calls `step` again and again, pausing as many seconds as it returns or until woken; ends when told to stop."""

    def __init__(self, name: str, step: Step, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._step, self._stop_event, self._woken = step, stop, threading.Event()

    def wake(self) -> None:
        """End the present pause: there is news."""
        self._woken.set()

    def run(self) -> None:
        """The thread's work."""
        try:
            while not self._stop_event.is_set():
                pause = self._guarded_step()
                if pause and not self._stop_event.is_set():
                    self._woken.wait(pause)
                    self._woken.clear()
        finally:
            connection.close()

    def _guarded_step(self) -> float:
        try:
            return self._step()
        except (OperationalError, InterfaceError) as error:
            log.warning("%s: the database is away (%s)", self.name, error)
        except Exception:
            log.exception("%s failed; it goes on", self.name)
        connection.close()
        return 1.0


class Follower(Loop):
    """The loop of one consumer, and the kinds of events that it waits for."""

    def __init__(self, registration: Registration, stop: threading.Event) -> None:
        super().__init__(f"consumer {registration.name}", ConsumerLoop(registration).step, stop)
        self.kinds = frozenset(registration.kinds)


class Relay:
    """Numbers what has committed, looking every 20 ms while there is work and up to every 25 ms while there is none.

    A consumer is woken by its own kinds only; the head that others moved it passes over in its own time.
    """

    def __init__(self, followers: Sequence[Follower] = ()) -> None:
        self._pause = LONGEST_SECONDS
        self._followers = followers

    def step(self) -> float:
        """One pass; wakes who follows; returns seconds to the next."""
        if not has_unnumbered():  # one round trip, no transaction: what an idle city costs
            self._pause = min(self._pause * 1.5, LONGEST_SECONDS)
            return self._pause
        numbered = number_kinds()
        for follower in self._followers:
            if not follower.kinds or follower.kinds & numbered.keys():
                follower.wake()
        self._pause = SHORTEST_SECONDS
        return 0.0 if numbered.total() >= BATCH else self._pause


class ConsumerLoop:
    """Follows the spine for one consumer. Asks for the head (one row) before it locks its cursor."""

    def __init__(self, registration: Registration) -> None:
        self._registration = registration
        self._seen = -1

    def step(self) -> float:
        """One step; returns seconds to the next, unless the relay wakes us."""
        last = head()
        if last == self._seen:
            return CONSUMER_SECONDS
        step = step_consumer(self._registration, at=clock.now())
        if step.handled:
            return 0.0
        if step.wait_seconds:
            return min(step.wait_seconds, CONSUMER_SECONDS)
        self._seen = last
        return CONSUMER_SECONDS


def receive(batch: Sequence[Incoming]) -> None:
    """Keep a batch of messages; raises `NotNow` while the database is away, so that the broker keeps them."""
    try:
        record_messages([RawMessage(m.topic, m.payload) for m in batch], by=system("mqtt"), at=clock.now())
    except (OperationalError, InterfaceError) as error:
        connection.close()
        raise NotNow(str(error)) from error


class Subscription:
    """Keeps the listener's topics equal to those of the active MQTT feeds."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def step(self) -> float:
        """One look; returns seconds to the next."""
        self._listener.listen_to(topics())
        return TOPICS_SECONDS


def topics() -> set[str]:
    """Topics of all active MQTT feeds."""
    return {feed.mqtt_topic for feed in mqtt_feeds()}


def consumer_loops(registrations: Sequence[Registration], stop: threading.Event) -> list[Follower]:
    """One loop per consumer, so that a slow one holds up nobody."""
    return [Follower(registration, stop) for registration in registrations]


def run_until_stopped(loops: Sequence[Loop], stop: threading.Event) -> None:
    """Start the loops, wait for `stop`, then for them to end."""
    for loop in loops:
        loop.start()
    stop.wait()
    for loop in loops:
        loop.wake()
    for loop in loops:
        loop.join(STOP_SECONDS)
