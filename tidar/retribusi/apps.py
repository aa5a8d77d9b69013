"""App registration."""

from importlib import import_module
from pathlib import Path

from django.apps import AppConfig


class RetribusiConfig(AppConfig):
    """e-Retribusi; its consumers and scheduled tasks are known to every process."""

    name = "tidar.retribusi"
    label = "retribusi"

    def ready(self) -> None:
        """Register consumers and tasks: every module of `tasks`; and who knows the lake's levy rows."""
        for path in sorted((Path(self.path) / "tasks").glob("[a-z]*.py")):
            import_module(f"{self.name}.tasks.{path.stem}")
        import_module(f"{self.name}.queries.source_rows").register()
