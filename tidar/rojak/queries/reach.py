"""Whose findings and rounds somebody may read: by area for the RW and those above it, by agency for who mends.

What concerns a person is read by the head of that RW and by the agency whose business it is, by nobody else: not by the
lurah, not by the operator, not by the administrator.
"""

from __future__ import annotations

from django.db.models import Q

from tidar.common.actor import Actor
from tidar.rojak.models import Finding, FindingKind, Post

PERSON = FindingKind.Sensitivity.PERSON
PERSONS = "patrol.persons"


def posts_for(actor: Actor, permission: str = "patrol.see") -> Q:
    """The posts for which somebody holds a permission, as a condition on `Post`."""
    return _in_areas(_areas(actor, permission), "area_code")


def findings_for(actor: Actor) -> Q:
    """The findings that somebody may read, as a condition on `Finding`."""
    places = _in_areas(_areas(actor, "patrol.see"), "post__area_code")
    theirs = Q(kind__agency__in=_agencies(actor, "patrol.handle"))
    about_person = Q(kind__sensitivity=PERSON)
    return (~about_person & (places | theirs)) | (about_person & persons_for(actor))


def persons_for(actor: Actor) -> Q:
    """Findings about persons that somebody may read, as a condition on `Finding`."""
    areas = {area for area in _areas(actor, PERSONS) if area is not None}
    return _in_areas(areas, "post__area_code") | Q(kind__agency__in=_agencies(actor, PERSONS))


def posts_for_persons(actor: Actor) -> Q:
    """The posts (or phones) of whose areas somebody reads what concerns persons, as a condition on `area_code`."""
    return _in_areas({area for area in _areas(actor, PERSONS) if area is not None}, "area_code")


def reads_persons(actor: Actor, area: str) -> bool:
    """Whether somebody reads what concerns persons in this area: held for it by name, not for everywhere."""
    return any(covers(one, area) for one in _areas(actor, PERSONS) if one is not None)


def may_read(actor: Actor, finding: Finding) -> bool:
    """Whether somebody may read this finding; the same answer as `findings_for` gives in the database."""
    area, agency = finding.post.area_code, finding.kind.agency_id
    if finding.kind.sensitivity == PERSON:
        return reads_persons(actor, area) or agency in _agencies(actor, PERSONS)
    return any(covers(one, area) for one in _areas(actor, "patrol.see")) or agency in _agencies(actor, "patrol.handle")


def may_handle(actor: Actor, finding: Finding) -> bool:
    """Whether somebody may pass on, order work and show that it was done: the head of the RW, or the agency."""
    agency = finding.kind.agency_id or ""  # no agency is concerned: nobody holds it for an agency
    return may_read(actor, finding) and actor.may("patrol.handle", agency=agency, area=finding.post.area_code)


def may_coordinate(actor: Actor, post: Post) -> bool:
    """Whether somebody leads the patrol of this post: says what is fixed and who was there."""
    return actor.may("patrol.coordinate", area=post.area_code)


def _areas(actor: Actor, permission: str) -> set[str | None]:
    """Areas for which a permission is held for every agency; None: the whole region."""
    return {g.area for g in actor.grants if g.permission == permission and g.agency is None}


def _agencies(actor: Actor, permission: str) -> set[str]:
    return {g.agency for g in actor.grants if g.permission == permission and g.agency is not None}


def covers(granted: str | None, area: str) -> bool:
    """Whether a grant for one area (None: everywhere) holds in another."""
    return granted is None or area == granted or area.startswith(granted + ".")


def _in_areas(areas: set[str | None] | set[str], field: str) -> Q:
    if None in areas:
        return Q(pk__isnull=False)  # an empty condition would vanish from an "or"
    found = Q(pk__in=[])
    for area in areas:
        found |= Q(**{field: area}) | Q(**{f"{field}__startswith": f"{area}."})
    return found
