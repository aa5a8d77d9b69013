"""How far a person's authority over other people's work reaches. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Collection

from tidar.common.actor import Actor


def covers(by: Actor, permission: str, *, agency: str, areas: Collection[str | None]) -> bool:
    """Whether `by` holds the permission for the agency in all of these areas, each with everything below it.

    None among the areas, or no area at all, is the whole agency: only who is bound to no area covers that. This is
    stricter than `Actor.may`, where no area asks "anywhere at all?".
    """
    if by.kind == "system":
        return True
    held = [g.area for g in by.grants if g.permission == permission and g.agency in (None, agency)]
    if None in held:
        return True
    return bool(areas) and all(area and any(_inside(area, one) for one in held if one) for area in areas)


def _inside(area: str, of: str) -> bool:
    return area == of or area.startswith(f"{of}.")
