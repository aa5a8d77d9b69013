"""App registration."""

from django.apps import AppConfig


class FormulirConfig(AppConfig):
    """Forms and what was answered."""

    name = "tidar.formulir"
    label = "formulir"
