"""pytest plugin, loaded before settings: starts the embedded PostgreSQL unless `DATABASE_URL` names a server."""

from __future__ import annotations

import os
from pathlib import Path

HOME = Path(os.environ.setdefault("TIDAR_HOME", str(Path(__file__).resolve().parent.parent / ".tidar-test")))
os.environ.setdefault("TIDAR_SECRET_KEY", "only-for-tests-" * 4)

if not os.environ.get("DATABASE_URL"):
    from tidar.common import embedded

    embedded.start(HOME)

(HOME / "static").mkdir(parents=True, exist_ok=True)  # whitenoise warns about a missing folder, and warnings are errors
