"""App registration."""

from django.apps import AppConfig


class HubConfig(AppConfig):
    name = "tidar.hub"
    label = "hub"
