"""App registration."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "tidar.indicators"
    label = "indicators"
