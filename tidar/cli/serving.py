"""`tidar serve` and `tidar demo`: database, broker, worker, spine follower and web, started and stopped together."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

from tidar.cli import assets, database
from tidar.cli.processes import Child, Supervisor
from tidar.cli.web import processes

PYTHON = sys.executable


class Stop(Exception):
    """Somebody asked us to stop (Ctrl-C or SIGTERM)."""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stop


def say(text: str) -> None:
    """One line for the person at the terminal, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def serve(*, host: str, port: int, demo: bool) -> int:
    """Run until Ctrl-C; returns the exit status."""
    started = time.monotonic()
    if not _port_is_free(host, port):
        sys.stderr.write(f"tidar: port {port} on {host} is in use; choose another with --port\n")
        return 1
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    os.environ.setdefault("TIDAR_PUBLIC_URL", f"http://{host}:{port}")
    if demo:
        os.environ.setdefault("TIDAR_DEMO", "1")
    stop_database = database.start_if_ours()
    if warning := database.exposure():
        sys.stderr.write(f"tidar: {warning}\n")
    supervisor = Supervisor(database.home() / "logs")
    try:
        _run(supervisor, host=host, port=port, demo=demo, started=started)
    except Stop:
        say("\nStopping …")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        supervisor.stop_all()
        _close_connections()
        stop_database()
        say("Stopped.")
    return 0


def _run(supervisor: Supervisor, *, host: str, port: int, demo: bool, started: float) -> None:
    import django

    django.setup()
    from tidar.cli import city, market, patrol

    if database.migrate_if_needed():
        say("Database prepared.")
    if assets.prepare():
        say("Pages' styles and scripts prepared.")
    mqtt_url = _start_broker(supervisor)
    web = Child(
        "web",
        (PYTHON, "-m", "tidar.cli.web", "--host", host, "--port", str(port)),
        {"TIDAR_DB_POOL": "1", "MQTT_URL": mqtt_url},
    )
    supervisor.start(web)
    city.load_foundation()
    supervisor.start(Child("follow", (PYTHON, "-m", "tidar", "manage", "follow"), {"MQTT_URL": mqtt_url}))
    supervisor.start(
        Child("worker", (PYTHON, "-m", "tidar", "manage", "procrastinate", "worker"), {"MQTT_URL": mqtt_url})
    )
    if demo:
        bank = (PYTHON, "-m", "tidar", "manage", "simulate_bank")
        supervisor.start(Child("bank", bank, {"TIDAR_PUBLIC_URL": f"http://{host}:{port}"}))
        city.load_demo(say)
        supervisor.start(
            Child("sensors", (PYTHON, "-m", "tidar", "manage", "simulate_sensors"), {"MQTT_URL": mqtt_url})
        )
    _wait_for_web(f"http://{host}:{port}/", supervisor)
    if demo:
        city.wait_until_followed()
        patrol.load_patrol_days()
        if market.load_market_days():
            city.close_books()
            city.wait_until_followed()
        for line in city.sign_in_lines(f"http://{host}:{port}"):
            say(line)
    _start_others(supervisor, web)
    say(f"\nTidar is ready at http://{host}:{port}/ after {time.monotonic() - started:.1f} s. Ctrl-C stops everything.")
    _close_connections()
    while True:
        supervisor.tick()
        time.sleep(0.25)


def _start_others(supervisor: Supervisor, web: Child) -> None:
    """One web process a core, once there is time for them: the first serves alone until here."""
    for number in range(2, processes() + 1):
        supervisor.start(Child(f"web-{number}", web.command, web.environment))


def _start_broker(supervisor: Supervisor) -> str:
    """Start the loopback MQTT broker unless `MQTT_URL` names another; returns the address to use."""
    if url := os.environ.get("MQTT_URL"):
        return url
    from tidar.gateways.api import broker_command

    port = _free_port(int(os.environ.get("TIDAR_MQTT_PORT", "1883")))
    supervisor.start(Child("broker", broker_command(home=database.home(), port=port)))
    return f"mqtt://127.0.0.1:{port}"


def _wait_for_web(url: str, supervisor: Supervisor, patience_seconds: float = 40.0) -> None:
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            supervisor.tick()
            time.sleep(0.1)
    raise RuntimeError(f"the web process did not answer; see {supervisor.logs / 'web.log'}")


def _port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _free_port(wanted: int) -> int:
    if _port_is_free("127.0.0.1", wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
