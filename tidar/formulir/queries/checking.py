"""Answers held against the version of the form that they were given to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tidar.common import clock
from tidar.common.errors import UnableToFind
from tidar.formulir.queries.forms import version as version_named
from tidar.formulir.rules.answers import Checked, check
from tidar.places import api as places


def check_answers(*, key: str, version: str, answers: Mapping[str, Any], today: date | None = None) -> Checked:
    """Answers as they may be kept and what is wrong with each; `today` is the day of answering (default: now).

    Raises `UnableToFind` when there is no such version.
    """
    found = version_named(key, version)
    if found is None:
        raise UnableToFind(_("Versi formulir itu tidak ada."))
    return check(found.definition, answers, today=today or clock.now().astimezone(places.region().zone).date())
