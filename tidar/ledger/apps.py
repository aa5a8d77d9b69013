"""App registration."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tidar.ledger"
    label = "ledger"
