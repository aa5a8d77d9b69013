"""Whose runs and SKRD a person may look at: their agencies and areas, as one condition for any list."""

from __future__ import annotations

from django.db.models import Q

from tidar.common.actor import Actor


def seen_by(actor: Actor, *, agency: str, area: str, permission: str = "levies.see") -> Q:
    """A condition on the fields named `agency` and `area`; somebody without the permission sees nothing.

    Who holds it only for an area does not see what stands in no market, such as a run over the whole city.
    """
    if actor.kind == "system":
        return Q()
    seen = Q(pk__in=())
    for grant in actor.grants:
        if grant.permission != permission:
            continue
        one = Q() if grant.agency is None else Q(**{agency: grant.agency})
        if grant.area is not None:
            one &= Q(**{area: grant.area}) | Q(**{f"{area}__startswith": f"{grant.area}."})
        if not one:
            return Q()
        seen |= one
    return seen
