"""`python -m tidar.cli.web`: one web process of several that share a port.

Each binds the port itself (SO_REUSEPORT) and the kernel deals out connections, so that one more process is one more
interpreter, and one that falls takes only its own connections with it.
"""

from __future__ import annotations

import argparse
import os
import socket

import uvicorn

WAITING = 2048  # connections that may queue before they are accepted
GRACE_SECONDS = 3  # for open requests when told to stop


def processes() -> int:
    """How many web processes this machine is served by: one a core, four at most; `TIDAR_WEB_PROCESSES` says else."""
    if not hasattr(socket, "SO_REUSEPORT"):  # nobody can share the port there
        return 1
    return int(os.environ.get("TIDAR_WEB_PROCESSES", "0")) or min(4, os.cpu_count() or 1)


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to the port beside those of the other processes."""
    family, kind, proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    door = socket.socket(family, kind, proto)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    door.bind(address)
    return door


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="tidar.cli.web")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    asked = parser.parse_args()
    config = uvicorn.Config(
        "tidar.asgi:application", access_log=False, server_header=False, backlog=WAITING,
        timeout_graceful_shutdown=GRACE_SECONDS, lifespan="off",
    )  # fmt: skip
    config.load()
    _warm()
    uvicorn.Server(config).run(sockets=[listening(asked.host, asked.port)])


def _warm() -> None:
    """Every page is imported before the first connection is taken, so that nobody waits for that."""
    from django.urls import get_resolver

    get_resolver().reverse_dict  # noqa: B018 - reading it imports them all


if __name__ == "__main__":
    main()
