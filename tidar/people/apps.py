"""App registration."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tidar.people"
    label = "people"
