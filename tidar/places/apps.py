"""App registration."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Areas and their boundaries."""

    name = "tidar.places"
    label = "places"

    def ready(self) -> None:
        """Say which row of which file an area in the lake is."""
        from tidar.lake.api import register_records
        from tidar.places.metrics import TABLE
        from tidar.places.queries.records import record_of_area

        register_records(TABLE, record_of_area)
