"""App registration."""

from django.apps import AppConfig


class CommandCenterConfig(AppConfig):
    name = "tidar.command_center"
    label = "command_center"
