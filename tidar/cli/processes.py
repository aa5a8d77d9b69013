"""Child processes: started together, watched, restarted when they fall, stopped in order.

Guarantees: a child never outlives the supervisor, even one killed with -9 (Linux: parent-death signal); a child that
falls is started again after a growing pause; `stop_all` ends them in reverse order and waits.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    falls: int = 0
    start_again_at: float = 0.0


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Keeps children running until told to stop. Their output goes to `<home>/logs/<name>.log`."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: list[Child] = []
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, child: Child) -> None:
        """Start a child and keep it."""
        self.children.append(child)
        self._spawn(child)

    def tick(self) -> None:
        """Start fallen children again: after 0.5 s, 1 s, 2 s … at most 30 s."""
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            if child.start_again_at == 0.0:
                child.falls += 1
                child.start_again_at = time.monotonic() + min(30.0, 0.25 * 2**child.falls)
                sys.stderr.write(f"tidar: {child.name} ended ({child.process.returncode}); starting it again\n")
            elif time.monotonic() >= child.start_again_at:
                self._spawn(child)

    def stop_all(self, patience_seconds: float = 8.0) -> None:
        """Terminate in reverse order of start; kill what does not end in time."""
        running = [c.process for c in reversed(self.children) if c.process is not None and c.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + patience_seconds
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _spawn(self, child: Child) -> None:
        child.start_again_at = 0.0
        log: IO[bytes]
        with (self.logs / f"{child.name}.log").open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                env=os.environ | dict(child.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches only the supervisor, which stops the rest in order
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - no threads here yet
            )
