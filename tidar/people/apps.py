"""App registration."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tidar.people"
    label = "people"

    def ready(self) -> None:
        """Listen to what the libraries at the door announce."""
        from tidar.people.views import door

        door.connect()
