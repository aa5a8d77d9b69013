"""Pages and pictures by Typst: the same data give the same bytes; no clock, no network, no fonts but Typst's own.

What is shown reaches a template as JSON data, never as markup.
"""

from __future__ import annotations

import threading
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import typst

TEMPLATES = Path(__file__).resolve().parent.parent / "typst" / "findings"
_own = threading.local()


def typeset(
    name: str, data: dict[str, Any], *, at: datetime, output: Literal["pdf", "png"] = "pdf", ppi: float = 144
) -> bytes:
    """The template `name` with `data` as PDF, or its first page as PNG; `at` is the PDF's own date."""
    made = _compiler().compile(
        input=str(TEMPLATES / f"{name}.typ"),
        format=output,
        ppi=ppi if output == "png" else None,
        sys_inputs={"data": msgspec.json.encode(data).decode()},
        timestamp=int(at.timestamp()),
    )
    return made if isinstance(made, bytes) else made[0]


@cache
def _fonts() -> Any:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _compiler() -> Any:
    if not hasattr(_own, "compiler"):
        _own.compiler = typst.Compiler(root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True)
    return _own.compiler
