"""Finding what an address names, for `requires(load=…)`; what a person may not see at all answers 403."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tidar.common.access import actor_of
from tidar.common.errors import UnableToAllow, UnableToFind
from tidar.retribusi.models import Assessment, Run
from tidar.retribusi.queries.assessing.runs import runs_seen_by
from tidar.retribusi.queries.assessing.skrd import skrd_named as found_skrd
from tidar.retribusi.queries.assessing.skrd import skrd_seen_by


@dataclass(frozen=True, slots=True)
class Skrd:
    """One SKRD, checked by its run's agency and its market's area."""

    assessment: Assessment
    agency_code: str
    area_code: str


def run_named(request: HttpRequest, run_id: uuid.UUID) -> Run:
    """The run with this id; a run over the whole city is not for somebody of one market."""
    run = Run.objects.select_related("market", "levy_kind", "occupancy__levy_object").filter(pk=run_id).first()
    if run is None:
        raise UnableToFind(_("Penetapan itu tidak ada."))
    if not runs_seen_by(actor_of(request)).filter(pk=run_id).exists():
        raise UnableToAllow(_("Penetapan itu di luar wewenang Anda."))
    return run


def skrd_named(request: HttpRequest, assessment_id: uuid.UUID) -> Skrd:
    """The SKRD with this id."""
    assessment = found_skrd(assessment_id)
    if assessment is None:
        raise UnableToFind(_("SKRD itu tidak ada."))
    if not skrd_seen_by(actor_of(request)).filter(pk=assessment_id).exists():
        raise UnableToAllow(_("SKRD itu di luar wewenang Anda."))
    market = assessment.occupancy.levy_object.market
    return Skrd(assessment, assessment.run.agency_code, market.area_code if market else "")
