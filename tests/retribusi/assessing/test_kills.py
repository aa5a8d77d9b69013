"""kill -9 between two chunks and inside one, again and again: nothing twice, nothing missing, no number left out."""

from __future__ import annotations

import random
import signal
import uuid
from datetime import timedelta

import pytest

from tests.faults import programs
from tests.retribusi import builders as b
from tidar.documents.models import Document, Series
from tidar.hub.models import Event
from tidar.ledger import api as ledger
from tidar.ledger.models import Transfer
from tidar.retribusi.actions.assessing import begin_issue, begin_signing, preview_run
from tidar.retribusi.actions.assessing.ordering import Terms, order_preview, take_up_runs
from tidar.retribusi.models import Assessment, Run, RunLine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
STALLS = 9

# Works on a run as the worker does, with chunks of two, and kills itself before the statement whose number is given.
WORKS = """
import os, signal, sys, uuid, django
django.setup()
from django.db import connection
from tidar.common import clock
from tidar.retribusi.actions.assessing import issuing, ordering, signing
from functools import partial
ordering.issue_run = partial(issuing.issue_run, chunk=2)
ordering.sign_run = partial(signing.sign_run, chunk=2)
left = int(sys.argv[2])
def wrapper(execute, sql, params, many, context):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)
with connection.execute_wrapper(wrapper):
    ordering.work_on_run(run_id=uuid.UUID(sys.argv[1]), at=clock.now())
"""


@pytest.fixture(autouse=True)
def _city(transactional_db, home) -> None:
    b.city()
    b.stalls(STALLS)


def work(run_id: uuid.UUID, *, dies_at: int = 0) -> bool:
    """Whether the worker was killed."""
    process = programs.start("-c", WORKS, str(run_id), str(dies_at))
    return process.wait(60) == -signal.SIGKILL


def previewed() -> uuid.UUID:
    return preview_run(levy_kind=b.KIND, market=b.MARKET, from_date=b.DAY, to_date=b.DAY, by=b.SYSTEM, at=b.AT)


def must_be_whole(run_id: uuid.UUID, *, runs: int = 1) -> None:
    run, skrd = Run.objects.get(pk=run_id), list(Assessment.objects.order_by("sequence"))
    assert [one.sequence for one in skrd] == list(range(1, STALLS * runs + 1))
    assert len({(one.run_id, one.occupancy_id) for one in skrd}) == STALLS * runs
    assert run.issued_count == STALLS
    keys = {f"skrd:{one.pk}" for one in skrd}
    assert set(Transfer.objects.values_list("key", flat=True)) == keys
    assert sorted(Event.objects.filter(kind="levy.assessed").values_list("source_id", flat=True)) == sorted(keys)
    assert Series.objects.get(code="SKRD").last == STALLS * runs
    assert ledger.balance(f"pendapatan:{b.KIND}:{b.MARKET}") == STALLS * runs * 5_000
    assert not RunLine.objects.exists()


@pytest.mark.parametrize("dies_at", [12, 31])
def test_a_killed_worker_goes_on_where_it_stood(dies_at: int) -> None:
    run_id = previewed()
    begin_issue(run_id=run_id, by=b.SYSTEM, at=b.AT)
    assert work(run_id, dies_at=dies_at)
    assert Run.objects.get(pk=run_id).state == "menerbitkan"
    assert not work(run_id)
    must_be_whole(run_id)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_kills_at_random() -> None:
    dice, kills, runs = random.Random(20261125), 0, 0
    while kills < 20:
        terms = Terms(b.KIND, b.MARKET, b.DAY + timedelta(runs), b.DAY + timedelta(runs))
        run_id, runs = order_preview(terms=terms, by=b.SYSTEM, at=b.AT), runs + 1
        for state, begin in (("menghitung", None), ("menerbitkan", begin_issue), ("menandatangani", begin_signing)):
            if begin:
                begin(run_id=run_id, by=b.SYSTEM, at=b.AT)
            while Run.objects.get(pk=run_id).state == state:
                kills += work(run_id, dies_at=dice.randint(1, 40) if kills < 20 else 0)
        must_be_whole(run_id, runs=runs)
    assert kills == 20
    assert Document.objects.filter(kind="skrd").count() == STALLS * runs


def test_a_run_that_stands_still_is_taken_up_again() -> None:
    run_id = previewed()
    begin_issue(run_id=run_id, by=b.SYSTEM, at=b.AT)
    moved = Run.objects.get(pk=run_id).moved_at
    assert take_up_runs(at=moved) == 0
    assert take_up_runs(at=moved.replace(year=moved.year + 1)) == 1
