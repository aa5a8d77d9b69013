"""Stopping a run between two chunks; nothing is undone, and it can go on from there."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableToFind
from tidar.retribusi.models import Run

WORKING = (Run.State.ISSUING, Run.State.SIGNING)


def stop_run(*, run_id: uuid.UUID, by: Actor, at: datetime) -> bool:
    """Ask a run that is being issued or signed to stop after its present chunk; returns whether it was working.

    Whoever issues may stop issuing, whoever signs may stop signing.
    """
    with transaction.atomic():
        found = Run.objects.select_for_update(no_key=True, of=("self",)).select_related("market")
        run = found.filter(pk=run_id).first()
        if run is None:
            raise UnableToFind(_("Penetapan itu tidak ada."))
        permission = "levies.sign" if run.state == Run.State.SIGNING else "levies.assess"
        by.must(permission, agency=run.agency_code, area=run.area_code or None)
        if run.state not in WORKING or run.stop_wanted:
            return False
        run.stop_wanted = True
        run.save(update_fields=["stop_wanted"])
        after = {"issued": run.issued_count, "signed": run.signed_count}
        record("levy_run.stop", by=by, at=at, subject=("levy_run", str(run.pk)), after=after)
    return True
