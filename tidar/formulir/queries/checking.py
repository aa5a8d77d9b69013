"""Answers held against the version of the form that they were given to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tidar.common import clock
from tidar.common.errors import UnableToFind
from tidar.formulir.queries.forms import version as version_named
from tidar.formulir.rules.answers import Checked, check
from tidar.places import api as places


def check_answers(
    *,
    key: str,
    version: str,
    answers: Mapping[str, Any],
    today: date | None = None,
    photos: Collection[str] | None = None,
) -> Checked:
    """Answers as they may be kept and what is wrong with each; `today` is the day of answering (default: now).

    `photos`: the names by which an answer may call a photograph (None: any, as they come later). Raises
    `UnableToFind` when there is no such version.
    """
    found = version_named(key, version)
    if found is None:
        raise UnableToFind(_("Versi formulir itu tidak ada."))
    day = today or clock.now().astimezone(places.region().zone).date()
    return check(found.definition, answers, today=day, photos=photos)
