"""A real worker process: it runs a periodic task by itself and a deferred one on request."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.db import connection

from tests.gateways.web import running_site
from tests.hub.builders_machines import AT, received, rows, table_feed
from tidar.hub.actions.pushing import defer_settling
from tidar.hub.models import Delivery, Feed

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PROGRAM = """
import sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv.pop(1)
import django
django.setup()
from django.core.management import call_command
call_command("procrastinate", "worker", "--shutdown-graceful-timeout", "2")
"""


def until(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.25)
    return False


def test_a_worker_settles_what_is_deferred_and_pulls_what_is_due(home):
    deferred = received(table_feed("lampu"), rows(1))
    defer_settling(deferred)
    with running_site() as site:
        site.page("/data.csv", rows(7), headers={"Content-Type": "text/csv"})
        table_feed("tarik", kind="http_pull", pull_url=site.url(), created_at=AT)
        environment = os.environ | {
            "TIDAR_HOME": str(home), "TIDAR_PULL_PRIVATE": "127.0.0.0/8", "DJANGO_SETTINGS_MODULE": "tidar.settings",
            "DATABASE_URL": database_url(), "PROCRASTINATE_VERBOSE": "1",
        }  # fmt: skip
        command = [sys.executable, "-c", PROGRAM, connection.settings_dict["NAME"]]
        with (home / "worker.log").open("wb") as log:
            worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            assert until(lambda: Delivery.objects.get(pk=deferred).status == "published", 30), read(home)
            assert until(lambda: Delivery.objects.filter(feed__code="tarik", status="published").exists(), 90), read(
                home
            )
            assert until(lambda: "fresh" in states(), 70), read(home)
        finally:
            worker.terminate()
            assert worker.wait(20) == 0, read(home)


def database_url() -> str:
    now = connection.settings_dict
    from urllib.parse import quote

    host = f"?host={quote(now['HOST'])}" if now["HOST"].startswith("/") else ""
    address = "" if host else f"{now['HOST']}:{now['PORT'] or 5432}"
    secret = f":{quote(now['PASSWORD'])}" if now["PASSWORD"] else ""
    return f"postgresql://{quote(now['USER'])}{secret}@{address}/{now['NAME']}{host}"


def states() -> set[str]:
    return set(Feed.objects.filter(code="tarik").values_list("told_state", flat=True))


def read(home) -> str:
    return (home / "worker.log").read_text()[-4000:]
