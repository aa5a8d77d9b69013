"""`manage follow`: relay, consumers and MQTT listener in one process; ends cleanly on SIGTERM or Ctrl-C."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tidar.gateways.api import Listener
from tidar.hub.actions.consuming import registered
from tidar.hub.management.loops import Loop, Relay, Subscription, consumer_loops, receive, run_until_stopped, topics

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Number committed events, run the consumers, listen to MQTT; until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--without-mqtt", action="store_true", help="relay and consumers only")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        followers = consumer_loops(registered(), stop)
        loops: list[Loop] = [Loop("relay", Relay(followers).step, stop), *followers]
        if settings.MQTT_URL and not options["without_mqtt"]:
            loops += mqtt_loops(settings.MQTT_URL, stop)
        log.info("following: %s", ", ".join(loop.name for loop in loops))
        run_until_stopped(loops, stop)


def mqtt_loops(url: str, stop: threading.Event) -> list[Loop]:
    """The listener, and what keeps its topics up to date."""
    listener = Listener(url=url, client_id=f"tidar-{settings.TIDAR_REGION}", topics=topics(), receive=receive)

    def listen() -> float:
        listener.run(stop)
        return 1.0

    return [Loop("mqtt", listen, stop), Loop("topics", Subscription(listener).step, stop)]
