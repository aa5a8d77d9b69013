"""Shared by all tests: no network beyond loopback, a fresh home for files, caches that do not leak."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import socket_allow_hosts

from tests import append_only, migrated

TESTS = Path(__file__).resolve().parent
# Files whose tests say how long something may take, or stop and start what needs its time: one after the other.
ALONE = {
    "faults/test_city_restart.py",  # processes end within ten seconds and are back within thirty
    "faults/test_killed_spine.py",  # a follower ends within fifteen seconds when asked
    "faults/test_live_server.py",  # answers within fifteen seconds beside many open streams
    "journeys/test_collector_offline.py",  # how long a slow phone needs to open the app
    "journeys/test_market_day.py",  # how long the wall needs to tell the money
}

append_only.install()
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser driver runs its own loop in the test thread


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Browser libraries and styles are there before any page is asked for; built once, before workers start."""
    if not hasattr(session.config, "workerinput"):
        from django.core.management import call_command

        call_command("build_ui", verbosity=0)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Test databases are copies of a migrated one."""
    from django.db import connections

    values = connections.settings["default"]
    values["TEST"]["TEMPLATE"] = migrated.template(values)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that must not share the machine, before `-m` chooses."""
    for item in items:
        if item.path.relative_to(TESTS).as_posix() in ALONE:
            item.add_marker("alone")


@pytest.fixture(autouse=True)
def _only_loopback() -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture
def home(tmp_path: Path, settings) -> Iterator[Path]:
    """A fresh `TIDAR_HOME` for a test that writes files (raw bytes, lake)."""
    settings.TIDAR_HOME = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def _plain_static_files(settings) -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(autouse=True)
def _no_remembered_areas() -> Iterator[None]:
    """Areas are cached between requests; a test that rolled back must not show its areas to the next."""
    from tidar.places import api as places

    places.forget()
    yield
    places.forget()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names that are the same in every process, so that workers agree on what they collected."""
    if isinstance(val, bytes):
        return f"{argname}-{len(val)}-bytes"
    name = getattr(val, "name", None)
    return name if isinstance(name, str) and not callable(val) else None
