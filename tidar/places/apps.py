"""App registration."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "tidar.places"
    label = "places"
