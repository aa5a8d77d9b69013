"""App registration."""

from django.apps import AppConfig


class LakeConfig(AppConfig):
    """The lake app."""

    name = "tidar.lake"
    label = "lake"
