"""App registration."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "tidar.documents"
    label = "documents"
