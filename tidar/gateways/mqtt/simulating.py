"""Publishes made-up river levels as real gauges would: SensorThings JSON over MQTT, QoS 1. For demonstrations."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from tidar.gateways.mqtt.listening import client_for, connect_until
from tidar.gateways.mqtt.rivers import River, water_level


class Simulator:
    """A few gauges that report every `every_seconds`. River time runs `speed` times as fast as the clock."""

    def __init__(self, *, url: str, rivers: Sequence[River], speed: float = 30.0, every_seconds: float = 2.0) -> None:
        self.rivers, self.speed, self.every_seconds = tuple(rivers), speed, every_seconds
        self._client = client_for(url, client_id="tidar-simulator")

    def run(self, stop: threading.Event, *, now: Callable[[], datetime]) -> None:
        """Report until `stop` is set."""
        connect_until(self._client, stop)
        self._client.loop_start()
        try:
            while not stop.is_set():
                self.report(now())
                stop.wait(self.every_seconds)
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def report(self, at: datetime) -> None:
        """One reading of every gauge, said to be measured `at`."""
        for river in self.rivers:
            level = water_level(river, at.timestamp() * self.speed)
            body = {"phenomenonTime": at.isoformat(timespec="milliseconds"), "result": level}
            self._client.publish(f"v1.1/Datastreams({river.code})/Observations", json.dumps(body), qos=1)
