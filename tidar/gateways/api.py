"""The front door of `gateways`."""

from __future__ import annotations

from tidar.gateways.bank.configured import Bank, connect_fake, connected_bank
from tidar.gateways.bank.fake import FakeBank
from tidar.gateways.bank.gateway import Answer, Gateway, Notice, Offer, Standing
from tidar.gateways.bank.notices import UnableToReadNotice, UnableToTrust, read_notice
from tidar.gateways.bank.qris import Qris, UnableToReadQris
from tidar.gateways.bank.qris import read as read_qris
from tidar.gateways.http.addresses import UnableToFetch
from tidar.gateways.http.connecting import Resolver, system_resolver
from tidar.gateways.http.fetching import Fetched, fetch
from tidar.gateways.messages.sending import Message, UnableToSend
from tidar.gateways.messages.sending import outbox as message_outbox
from tidar.gateways.messages.sending import send as send_message
from tidar.gateways.mqtt.broker import Broker, broker_command, start_broker
from tidar.gateways.mqtt.listening import Incoming, Listener, NotNow
from tidar.gateways.mqtt.rivers import River
from tidar.gateways.mqtt.simulating import Simulator

__all__ = [
    "Answer",
    "Bank",
    "Broker",
    "FakeBank",
    "Fetched",
    "Gateway",
    "Incoming",
    "Listener",
    "Message",
    "NotNow",
    "Notice",
    "Offer",
    "Qris",
    "Resolver",
    "River",
    "Simulator",
    "Standing",
    "UnableToFetch",
    "UnableToReadNotice",
    "UnableToReadQris",
    "UnableToSend",
    "UnableToTrust",
    "broker_command",
    "connect_fake",
    "connected_bank",
    "fetch",
    "message_outbox",
    "read_notice",
    "read_qris",
    "send_message",
    "start_broker",
    "system_resolver",
]
