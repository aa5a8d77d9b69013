"""App registration."""

from importlib import import_module
from pathlib import Path

from django.apps import AppConfig


class RojakConfig(AppConfig):
    """Si Rojak; its consumers, form receivers and scheduled tasks are known to every process."""

    name = "tidar.rojak"
    label = "rojak"

    def ready(self) -> None:
        """Register tasks: every module of `tasks`."""
        for path in sorted((Path(self.path) / "tasks").glob("[a-z]*.py")):
            import_module(f"{self.name}.tasks.{path.stem}")
        import_module(f"{self.name}.queries.source_rows").register()
