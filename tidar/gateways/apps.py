"""App registration."""

from django.apps import AppConfig


class GatewaysConfig(AppConfig):
    name = "tidar.gateways"
    label = "gateways"
