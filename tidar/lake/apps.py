"""App registration."""

from django.apps import AppConfig


class LakeConfig(AppConfig):
    name = "tidar.lake"
    label = "lake"
