"""`make bench`, or `python -m bench [name …]`: run all measurements, or those named, one after another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_"))


def main(chosen: list[str]) -> int:
    """Each measurement runs in its own process, so that one's memory does not count for the next."""
    unknown = set(chosen) - set(NAMES)
    if unknown:
        sys.stderr.write(f"no such measurement: {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}\n")
        return 2
    worst = 0
    for name in chosen or NAMES:
        sys.stdout.write(f"\n=== {name}\n")
        sys.stdout.flush()
        worst = max(worst, subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode)
    return worst


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
