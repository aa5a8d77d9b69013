"""A collector's whole route: small, complete, nothing personal, and only their own area."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.retribusi.devices.builders import AT, actor_of, registered, user
from tests.retribusi.devices.signing import Phone
from tests.retribusi.paying.builders import occupancy, pay, skrd
from tidar.retribusi.models import Device, LevyObject, Payer
from tidar.retribusi.queries.route import DUES_SHOWN, route, short_name

pytestmark = pytest.mark.django_db


def made(who, *, at=AT):
    device = registered(who, Phone())
    return route(device=device, collector=actor_of(who), at=at)


def read(found) -> dict:
    return json.loads(found.content)


@pytest.fixture
def slamet():
    return user("slamet", "collector")


def test_a_stall_tells_what_is_owed_oldest_first(slamet) -> None:
    holder = occupancy()
    skrd(holder, [3_000] * (DUES_SHOWN + 2))
    skrd(occupancy(), [3_000], signed=False)
    pay(holder, 1_000)
    first, second = read(made(slamet))["stalls"]
    assert (first["id"], first["owed"], first["more"], len(first["dues"])) == (
        holder.pk, 3_000 * (DUES_SHOWN + 2) - 1_000, 2, DUES_SHOWN,
    )  # fmt: skip
    assert first["dues"][0] == ["SKRD/2026/0000001", "1 November 2026", 2_000, "2026-11-16"]
    assert (second["owed"], second["dues"]) == (0, [])  # unsigned cannot be paid


def test_an_advance_is_told(slamet) -> None:
    holder = occupancy()
    pay(holder, 7_000, surplus="advance")
    assert read(made(slamet))["stalls"][0]["advance"] == 7_000


def test_nothing_personal_leaves_but_a_short_name(slamet) -> None:
    payer = Payer.objects.create(
        npwrd="P999", name="Siti Aminah Rahayu", phone="+62812000", address="Jalan Melati", nik_last4="4321",
        registered_at=AT,
    )  # fmt: skip
    occupancy(payer)
    text = made(slamet).content.decode()
    assert '"trader":"Siti A."' in text
    assert not [word for word in ("Aminah", "62812000", "Melati", "4321", "P999") if word in text]


def test_only_the_area_and_agency_of_the_collector(slamet) -> None:
    inside, outside = occupancy(), occupancy(agency="dishub", kind="parkir", code="terminal")
    closed = LevyObject.objects.create(
        levy_kind=inside.levy_object.levy_kind, market=inside.levy_object.market, number="A-900", qr_code="tutup",
        registered_at=AT, closed_at=AT,
    )  # fmt: skip
    assert [s["object"] for s in read(made(slamet))["stalls"]] == [inside.levy_object_id]
    near, far = (user(f"area-{n}", "collector", area=area) for n, area in enumerate(("33.71.02", "33.71.03")))
    device = registered(slamet, Phone())
    seen = [read(route(device=device, collector=actor_of(who), at=AT))["stalls"] for who in (near, far)]
    assert [[s["object"] for s in stalls] for stalls in seen] == [[inside.levy_object_id], []]
    assert outside.pk
    assert closed.pk


def test_an_empty_stall_is_on_the_route_without_a_trader(slamet) -> None:
    holder = occupancy()
    type(holder).objects.filter(pk=holder.pk).update(to_date=AT.date() - timedelta(days=1))
    [stall] = read(made(slamet))["stalls"]
    assert (stall["id"], stall["trader"], stall["qr"]) == (None, "", holder.levy_object.qr_code)


def test_the_mark_changes_with_the_content_only(slamet) -> None:
    holder = occupancy()
    skrd(holder, [3_000])
    first, later = made(slamet), made(slamet, at=AT + timedelta(hours=2))
    assert (first.mark, first.content) != (later.mark, later.content)[::-1]
    assert first.mark == later.mark
    pay(holder, 1_000)
    assert made(slamet).mark != first.mark


def test_400_stalls_with_long_debts_stay_below_a_megabyte(slamet) -> None:
    for _ in range(40):
        skrd(occupancy(), [3_000] * (DUES_SHOWN + 1))
    found = made(slamet)
    device = Device.objects.get()
    with CaptureQueriesContext(connection) as few:
        route(device=device, collector=actor_of(slamet), at=AT)
    size = len(found.content) * 10  # forty stalls stand for four hundred
    assert size < 400_000
    assert len(gzip.compress(found.content)) * 10 < 100_000
    for _ in range(20):
        skrd(occupancy(), [3_000])
    with CaptureQueriesContext(connection) as more:
        route(device=device, collector=actor_of(slamet), at=AT)
    assert len(more) == len(few) <= 16


@pytest.mark.parametrize(
    ("name", "short"), [("Siti Aminah Rahayu", "Siti A."), ("Yati", "Yati"), ("", ""), ("  Bu   yuni ", "Bu y.")]
)
def test_short_names(name, short) -> None:
    assert short_name(name) == short
