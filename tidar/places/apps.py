"""App registration."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Areas and their boundaries."""

    name = "tidar.places"
    label = "places"
