"""Runs are worked on by the worker; who stands still after a kill is taken up again."""

from __future__ import annotations

import uuid

from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.retribusi.actions.assessing.ordering import take_up_runs
from tidar.retribusi.actions.assessing.ordering import work_on_run as work
from tidar.retribusi.actions.assessing.papers import print_run as printed
from tidar.retribusi.queries.assessing import numbers

numbers_are_held_by = numbers.held_numbers  # importing registers it, in every process


@app.task(name="retribusi.work_on_run", queue="retribusi")
def work_on_run(*, run_id: str) -> str:
    """Compute, issue or sign a run, whatever it waits for."""
    return work(run_id=uuid.UUID(run_id), at=clock.now())


@app.task(name="retribusi.print_run", queue="retribusi")
def print_run(*, run_id: str) -> int:
    """All papers of a run in one file."""
    return printed(run_id=uuid.UUID(run_id))


@app.periodic(cron="*/2 * * * *")
@app.task(name="retribusi.take_up_runs", queue="retribusi", queueing_lock="retribusi.take_up_runs")
def take_up(timestamp: int) -> int:
    """Every two minutes: go on with runs whose worker was killed."""
    return take_up_runs(at=clock.now())
