"""App registration."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """The indicators app; its consumer is known to every process."""

    name = "tidar.indicators"
    label = "indicators"

    def ready(self) -> None:
        """Register the consumer."""
        from tidar.indicators import tasks  # noqa: F401 - registers on import
