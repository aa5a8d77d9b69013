"""The shared vectors: formulas and filled-in forms with what they give, for Python and for the browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())
TODAY = VECTORS["today"]
