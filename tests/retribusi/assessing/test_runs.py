"""Runs: preview, issue, sign."""

from __future__ import annotations

import pytest

from tests.retribusi import builders as b
from tidar.hub.models import Event
from tidar.ledger.models import Transfer
from tidar.retribusi.models import Assessment, Run


@pytest.fixture(autouse=True)
def _city(db, home):
    b.city()


def test_a_run_is_previewed_issued_and_signed() -> None:
    stalls = b.stalls(3)
    run = Run.objects.get(pk=b.signed_run())
    assert (run.state, run.line_count, run.issued_count, run.signed_count) == ("berlaku", 3, 3, 3)
    numbers = list(Assessment.objects.order_by("sequence").values_list("sequence", "amount_rupiah"))
    assert numbers == [(1, 5_000), (2, 5_000), (3, 5_000)]
    assert Transfer.objects.filter(debit_id__in=[s.receivable_id for s in stalls]).count() == 3
    assert Event.objects.filter(kind="levy.assessed").count() == 3
