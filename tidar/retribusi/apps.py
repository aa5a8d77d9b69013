"""App registration."""

from django.apps import AppConfig


class RetribusiConfig(AppConfig):
    name = "tidar.retribusi"
    label = "retribusi"
