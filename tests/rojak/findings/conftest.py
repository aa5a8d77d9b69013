"""One RW with something of everything, for tests of its pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rojak import builders as patrol
from tests.rojak.findings import builders as here
from tests.rojak.findings.builders import World

PAGES_AT = patrol.wib(26, 9)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, home: object) -> World:
    monkeypatch.setattr("tidar.common.clock.now", lambda: PAGES_AT)
    city = patrol.city()
    walked = patrol.make_round(city.post, PAGES_AT - timedelta(hours=1), members=city.members, minutes=50)
    patrol.check(city.segments[0], PAGES_AT - timedelta(minutes=40), round_=walked)
    patrol.check(city.segments[1], PAGES_AT - timedelta(minutes=30), round_=walked, certain=False)
    lon, lat = patrol.CENTRE
    patrol.make_track(walked, [(0, lon, lat, 8), (30, lon + 0.0005, lat, 9), (60, lon, lat, 80), (500, lon, lat, 7)])
    place = here.found(
        here.place_kind(city), city.segments[0], PAGES_AT - timedelta(minutes=40), round_=walked, note="tumpukan"
    )
    person = here.found(
        here.person_kind(city), city.segments[0], PAGES_AT - timedelta(minutes=35), round_=walked, note=here.SECRET
    )
    people = {
        "head": here.user("ketua", "rw_head", area=patrol.RW),
        "other_head": here.user("ketualain", "rw_head", area=patrol.OTHER_RW),
        "lurah": here.user("lurah", "lurah", area=patrol.VILLAGE),
        "operator": here.user("operator", "operator"),
        "administrator": here.user("admin", "administrator"),
        "member": here.user("anggota", "patrol", area=patrol.RW),
        "mender": here.user("dlh", "follow_up", agency_code=here.AGENCY),
        "social": here.user("dinsos", "follow_up", agency_code="dinsos"),
        "resident": here.user("warga", "resident", area=patrol.RW),
    }
    return World(city, walked, place, person, people)
