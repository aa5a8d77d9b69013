"""Who acts: a user with the grants of the roles in force today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tidar.common.actor import PUBLIC, Actor
from tidar.common.rows import read_rows
from tidar.people.models import Assignment, User
from tidar.people.roles import ROLES, roles_with
from tidar.people.rules import Held, grants_of

IN_FORCE = """
row.user_id = %s AND row.from_date <= %s AND (row.until_date IS NULL OR row.until_date >= %s)
ORDER BY row.from_date, row.id
"""


def held_of(assignments: Iterable[Assignment]) -> tuple[Held, ...]:
    """Assignments as plain values; one whose role no longer exists in `roles.py` grants nothing."""
    return tuple(
        Held(
            here=ROLES[a.role].here,
            everywhere=ROLES[a.role].everywhere,
            agency=a.agency_id or "",
            area=a.area_code,
            from_date=a.from_date,
            until_date=a.until_date,
        )
        for a in assignments
        if a.role in ROLES
    )


def actor_of_user(user: User, *, today: date) -> Actor:
    """`user` as an actor, in one query; somebody deactivated acts as the public."""
    if not user.is_active:
        return PUBLIC
    assignments = read_rows(Assignment, IN_FORCE, [user.pk, today, today])
    return Actor(
        kind="user",
        id=str(user.pk),
        name=user.display_name,
        grants=grants_of(held_of(assignments), today=today),
        roles=tuple(dict.fromkeys(a.role for a in assignments if a.role in ROLES)),
    )


def holders_of(permission: str, *, agency: str, today: date) -> tuple[User, ...]:
    """Active people who hold `permission` for `agency` today, whether for it alone or for every agency; one query."""
    keys = [role.key for role in roles_with(permission)]
    held = Assignment.objects.in_force(today).of_active_users().filter(role__in=keys).select_related("user")
    return tuple(
        {
            a.user: None
            for a in held
            if any(
                g.permission == permission and g.agency in (None, agency) for g in grants_of(held_of([a]), today=today)
            )
        }
    )
