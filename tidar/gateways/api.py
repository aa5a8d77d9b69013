"""The front door of `gateways`."""

from __future__ import annotations

from tidar.gateways.mqtt.broker import Broker, broker_command, start_broker
from tidar.gateways.mqtt.listening import Incoming, Listener, NotNow
from tidar.gateways.mqtt.rivers import River
from tidar.gateways.mqtt.simulating import Simulator

__all__ = ["Broker", "Incoming", "Listener", "NotNow", "River", "Simulator", "broker_command", "start_broker"]
