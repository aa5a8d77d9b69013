"""Reads of the register: parameters in force, objects, payers, who holds what."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from tidar.common.errors import UnableToFind
from tidar.retribusi.models import LevyObject, Occupancy, Parameter, Payer


def parameter(name: str, day: date) -> str:
    """The value that the law or the region sets for `name` on `day`. Raises `UnableToFind` when none is in force."""
    found = Parameter.objects.filter(name=name, valid_from_date__lte=day).order_by("-valid_from_date").first()
    if found is None:
        raise UnableToFind(
            _("Parameter '%(name)s' belum ditetapkan untuk %(day)s.") % {"name": name, "day": day.isoformat()}
        )
    return found.value


def holder_on(object_id: int, day: date) -> Occupancy | None:
    """Who holds an object on a day."""
    held = Occupancy.objects.select_related("payer", "levy_object__levy_kind")
    return held.filter(Q(to_date=None) | Q(to_date__gte=day), levy_object_id=object_id, from_date__lte=day).first()


def object_by_number(levy_kind: str, market: str | None, number: str) -> LevyObject | None:
    """The object with that number (already as the register writes it)."""
    return LevyObject.objects.filter(levy_kind_id=levy_kind, market_id=market, number=number).first()


def payer_by_npwrd(npwrd: str) -> Payer | None:
    """The payer with that number."""
    return Payer.objects.filter(npwrd=npwrd.strip().upper()).first()
