"""App registration."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "tidar.common"
    label = "common"
