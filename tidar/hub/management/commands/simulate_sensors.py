"""`manage simulate_sensors`: publish made-up river levels for every gauge of a sample feed, until stopped."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tidar.common import clock
from tidar.gateways.api import River, Simulator
from tidar.hub.queries.sensing import sample_gauges


class Command(BaseCommand):
    help = "Publish made-up river levels (data contoh) over MQTT, every two seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--speed", type=float, default=30.0, help="how much faster than the clock the river runs")
        parser.add_argument("--every", type=float, default=2.0, help="seconds between readings")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MQTT_URL:
            raise CommandError("MQTT_URL names no broker")
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        rivers: tuple[River, ...] = ()
        while not (rivers := demo_rivers()) and not stop.wait(1.0):
            continue
        simulator = Simulator(
            url=settings.MQTT_URL, rivers=rivers, speed=options["speed"], every_seconds=options["every"]
        )
        simulator.run(stop, now=clock.now)


def demo_rivers() -> tuple[River, ...]:
    """A river for every gauge of a sample feed; small ones, with low warning levels, answer rain sooner."""
    return tuple(
        River(
            code=gauge.code,
            alert=gauge.levels["waspada"],
            ceiling=gauge.maximum if gauge.maximum is not None else gauge.levels["waspada"] * 3,
            lag_seconds=1200.0 * gauge.levels["waspada"],
        )
        for gauge in sample_gauges()
        if "waspada" in gauge.levels
    )
