"""Where data lies on disk, and that nobody else on the machine reads it."""

from __future__ import annotations

from pathlib import Path

PRIVATE = ("raw", "work", "lake", "mqtt", "logs")


def keep_private(home: Path) -> None:
    """Make the folders of data below `home`, readable by their owner only, also those that were there before.

    `home` itself stays passable: the embedded PostgreSQL, which never runs as root, has to get through.
    """
    for name in PRIVATE:
        folder = home / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
