"""The system's own checks: the newest of each part, late when a night was missed, seen on the health page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.hub.builders_machines import AT
from tests.people.builders import client_of, person
from tidar.common import clock
from tidar.hub import api as hub

pytestmark = pytest.mark.django_db


def checked(kind: str, *, at: datetime = AT, **data: Any) -> None:
    with transaction.atomic():
        fields = hub.EventFields(subject=kind.title(), data=data)
        hub.record_event(kind=kind, happened_at=at, at=at, source=hub.SourceRef("action", "uji"), fields=fields)


def test_the_newest_check_of_each_part_counts():
    checked("ledger.checked", at=AT - timedelta(days=1), fault_count=3, faults=["a"])
    checked("ledger.checked", at=AT - timedelta(hours=9), fault_count=0)
    checked("lake.checked", fault_count=1, faults=["berkas hilang"])
    checked("test.happened")
    found = hub.system_checks(at=AT)
    assert [(c.kind, c.state, c.faults) for c in found] == [
        ("lake.checked", "broken", ("berkas hilang",)),
        ("ledger.checked", "holds", ()),
    ]


def test_a_check_that_did_not_run_last_night_is_late():
    checked("ledger.checked", at=AT - timedelta(hours=27), fault_count=0)
    assert [check.state for check in hub.system_checks(at=AT)] == ["late"]


def test_without_any_check_there_is_nothing_to_say():
    checked("test.happened")
    assert hub.system_checks(at=AT) == ()


def test_the_health_page_says_what_does_not_hold(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    checked("ledger.checked", fault_count=2, faults=["group-totals: 1 jumlah tidak sama"])
    text = client_of(person("wali", role="walidata")).get("/hub/kesehatan/").content.decode()
    assert "2 hal tidak cocok" in text
    assert "group-totals: 1 jumlah tidak sama" in text
