"""Agencies come from the region's file and are only ever added or brought up to date."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.people.models import Agency


class UnableToLoadAgencies(UnableTo):
    """The region's list of agencies is missing or broken."""


@transaction.atomic
def load_agencies(*, path: Path, by: Actor, at: datetime) -> int:
    """Make the agencies of `path` (TOML) exist as it says; returns how many were new or changed. Idempotent.

    An agency that the file no longer names stays: data and people hang on it. The file may say `active = false`.
    """
    by.must("people.administer")
    known = {a.code: a for a in Agency.objects.select_for_update()}
    changed = [a for a in _read(path) if not _is_same(known.get(a.code), a)]
    if not changed:
        return 0
    before = {a.code: known[a.code].name for a in changed if a.code in known}
    Agency.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["code"], update_fields=["name", "short_name", "active"]
    )
    after = {a.code: a.name for a in changed}
    audit.record("agencies.loaded", by=by, at=at, subject=("agencies", path.parent.name), before=before, after=after)
    return len(changed)


def _read(path: Path) -> list[Agency]:
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["agencies"]
        return [
            Agency(code=r["code"], name=r["name"], short_name=r["short_name"], active=r.get("active", True))
            for r in rows
        ]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise UnableToLoadAgencies(_("Daftar perangkat daerah %s tidak dapat dibaca.") % path.name) from error


def _is_same(known: Agency | None, read: Agency) -> bool:
    return known is not None and (known.name, known.short_name, known.active) == (
        read.name,
        read.short_name,
        read.active,
    )
