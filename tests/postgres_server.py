"""Runs the everyday tests on a PostgreSQL 15 server, as a city's would be: `python -m tests.postgres_server`.

Finds the Debian package's binaries (installs it where it may), makes a throw-away cluster on a free loopback port, sets
`DATABASE_URL` and runs pytest. No server to be had is a failure with a sentence, not a silent skip.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.city import free_port

BINARIES = Path("/usr/lib/postgresql/15/bin")
OWNER = "postgres"


def _install() -> None:
    if not BINARIES.exists() and shutil.which("apt-get") and os.geteuid() == 0:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment)
        subprocess.run(["apt-get", "install", "-y", "-qq", "postgresql-15"], check=False, env=environment)


def _as_owner(*command: str) -> None:
    """The server refuses to run as root, so its own commands run as its own user."""
    user = OWNER if os.geteuid() == 0 else None
    subprocess.run(
        [str(BINARIES / command[0]), *command[1:]], check=True, user=user, cwd="/", stdout=subprocess.DEVNULL
    )


def main(arguments: list[str]) -> int:
    """Run pytest with `arguments` on PostgreSQL 15; returns its exit status."""
    _install()
    if not BINARIES.exists():
        sys.stderr.write(f"No PostgreSQL 15 in {BINARIES}: install the package `postgresql-15`.\n")
        return 1
    folder = Path(tempfile.mkdtemp(prefix="tdr15-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam(OWNER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    cluster, port = folder / "data", free_port()
    _as_owner("initdb", "-A", "trust", "-E", "UTF8", "-U", "tidar", "-D", str(cluster))
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c max_connections=200 -c fsync=off"
    _as_owner("pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "-D", str(cluster), "start")
    try:
        url = f"postgresql://tidar@127.0.0.1:{port}/postgres"
        environment = os.environ | {"DATABASE_URL": url}
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode
    finally:
        _as_owner("pg_ctl", "-m", "immediate", "-D", str(cluster), "stop")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
