"""The wall's plan: what the program packages of this deployment ask for."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from django.conf import settings

from tidar.command_center.rules import WallPlan, wall_plan


def plan() -> WallPlan:
    """Every `programs/*/wall.toml` together; read once per process."""
    return _plan(Path(settings.PROGRAMS_DIR))


@cache
def _plan(folder: Path) -> WallPlan:
    return wall_plan([tomllib.loads(path.read_text()) for path in sorted(folder.glob("*/wall.toml"))])
