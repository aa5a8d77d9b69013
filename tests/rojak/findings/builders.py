"""Findings with their first step, and everybody who may or may not read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from tests.rojak import builders as patrol
from tidar.common.actor import Actor, Grant
from tidar.people.models import Agency, Assignment, User
from tidar.rojak.actions.evidence import link
from tidar.rojak.models import Evidence, Finding, FindingKind, Round, Segment

AT = patrol.AT
SECRET = "Pak Dul memukul istrinya"
AGENCY = "dlh"
OTHER_AGENCY = "dishub"
HEAD = ("patrol.see", "patrol.walk", "patrol.coordinate", "patrol.persons", "patrol.handle", "patrol.recap")


def agency(code: str = AGENCY) -> Agency:
    """An agency of the region."""
    return Agency.objects.get_or_create(code=code, defaults={"name": code.upper(), "short_name": code.upper()})[0]


def place_kind(city: patrol.City, key: str = "sampah", **more: Any) -> FindingKind:
    """A kind about a place that an agency mends."""
    return patrol.make_kind(city.program, key, **({"agency": agency(), "becomes": "permohonan"} | more))


def person_kind(city: patrol.City, key: str = "kekerasan", **more: Any) -> FindingKind:
    """A kind about persons."""
    return patrol.make_kind(city.program, key, person=True, **({"agency": agency("dinsos")} | more))


def found(kind: FindingKind, segment: Segment, at: datetime = AT, **more: Any) -> Finding:
    """A finding as an item makes it: the row and the first step."""
    made = patrol.make_finding(kind, segment, at, **more)
    step(made, "temuan", at)
    return made


def step(finding: Finding, kind: str, at: datetime | None = None, **more: Any) -> Evidence:
    """One more step."""
    moment = at or finding.happened_at + timedelta(minutes=1)
    return link(finding_id=finding.pk, by=patrol.SYSTEM, at=moment, kind=kind, happened_at=moment, **more)


def _actor(*permissions: str, agency: str | None = None, area: str | None = None, name: str) -> Actor:
    grants = frozenset(Grant(p, agency, area) for p in permissions)
    return Actor(kind="user", id=f"user:{name}", name=name, grants=grants)


HEAD_OF_RW = _actor(*HEAD, area=patrol.RW, name="Bu Rini")
HEAD_ELSEWHERE = _actor(*HEAD, area=patrol.OTHER_RW, name="Pak Lain")
LURAH = _actor("patrol.see", "patrol.recap", area=patrol.VILLAGE, name="Bu Lurah")
OPERATOR = _actor("patrol.see", name="Operator")
ADMINISTRATOR = _actor(*HEAD, name="Admin")
MEMBER = _actor("patrol.walk", area=patrol.RW, name="Bu Anggota")
MENDER = _actor("patrol.handle", "patrol.persons", agency=AGENCY, name="Pak DLH")
SOCIAL = _actor("patrol.handle", "patrol.persons", agency="dinsos", name="Bu Dinsos")
OTHER_MENDER = _actor("patrol.handle", "patrol.persons", agency=OTHER_AGENCY, name="Pak Dishub")
EVERYBODY = (
    HEAD_OF_RW, HEAD_ELSEWHERE, LURAH, OPERATOR, ADMINISTRATOR, MEMBER, MENDER, SOCIAL, OTHER_MENDER,
)  # fmt: skip


def user(name: str, role: str, *, agency_code: str = "", area: str = "") -> User:
    """Somebody who can sign in with one role."""
    made = User.objects.create_user(username=name, first_name=name.title())
    if agency_code:
        agency(agency_code)
    Assignment.objects.create(
        user=made, role=role, agency_id=agency_code or None, area_code=area, from_date=patrol.SINCE
    )
    return made


@dataclass
class World:
    """One RW with a round, a finding about a place and one about a person, and somebody of every kind."""

    city: patrol.City
    round: Round
    place: Finding
    person: Finding
    people: dict[str, User] = field(default_factory=dict)

    def client(self, name: str) -> Client:
        client = Client()
        if name != "nobody":
            client.force_login(self.people[name])
        return client
