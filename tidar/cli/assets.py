"""Style sheets and browser libraries, gathered once and again only when something they are made of has changed."""

from __future__ import annotations

import hashlib
from pathlib import Path


def _fingerprint(roots: list[Path]) -> str:
    digest = hashlib.sha256()
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and "built" not in path.parts and "vendor" not in path.parts:
                status = path.stat()
                digest.update(f"{path}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def prepare() -> bool:
    """Build and collect static files when needed; returns whether it did. Needs `django.setup()` first."""
    from django.conf import settings
    from django.core.management import call_command

    apps = sorted((settings.ROOT / "tidar").glob("*/static"))
    stamp = settings.STATIC_ROOT / ".made-from"
    wanted = _fingerprint([settings.UI_DIR, settings.ROOT / "package-lock.json", *apps])
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    call_command("build_ui", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(wanted)
    return True
