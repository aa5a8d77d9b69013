"""The front door of `gateways`."""

from __future__ import annotations

from tidar.gateways.http.addresses import UnableToFetch
from tidar.gateways.http.connecting import Resolver, system_resolver
from tidar.gateways.http.fetching import Fetched, fetch
from tidar.gateways.mqtt.broker import Broker, broker_command, start_broker
from tidar.gateways.mqtt.listening import Incoming, Listener, NotNow
from tidar.gateways.mqtt.rivers import River
from tidar.gateways.mqtt.simulating import Simulator

__all__ = [
    "Broker",
    "Fetched",
    "Incoming",
    "Listener",
    "NotNow",
    "Resolver",
    "River",
    "Simulator",
    "UnableToFetch",
    "broker_command",
    "fetch",
    "start_broker",
    "system_resolver",
]
