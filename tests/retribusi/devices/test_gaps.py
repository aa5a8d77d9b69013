"""A gap is watched, becomes a case after the region's hours, and its case ends when everything is here."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.retribusi.devices.builders import EVENING, collector, sale, send, supervisor
from tests.retribusi.paying.builders import occupancy
from tidar.people.models import Notice
from tidar.retribusi.actions.device_gaps import watch_gaps
from tidar.retribusi.models import Case, Parameter
from tidar.retribusi.queries.devices import limits_on, phones, stock_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def who():
    return collector()


@pytest.fixture
def late(who) -> dict[int, dict[str, str]]:
    """Of seven records 1 and 4 came in the evening, 5 an hour later; the phone said that there are seven."""
    holder = occupancy()
    records = {n: sale(who, holder, 1_000) for n in range(1, 8)}
    send(who, records[1], records[4])
    send(who, records[5], at=EVENING + HOUR)
    return records


def opened() -> list[str]:
    return sorted(case.key.rsplit(":", 1)[1] for case in Case.objects.filter(settled_at=None))


def test_since_when_something_is_missing(who, late) -> None:
    gaps = stock_of(who.device.pk).gaps
    assert [(g.first, g.last, g.count, g.since) for g in gaps] == [
        (2, 3, 2, EVENING), (6, 7, 2, EVENING),
    ]  # fmt: skip
    [early] = phones(agencies=None, at=EVENING + 23 * HOUR)
    [overdue] = phones(agencies=["disperindag"], at=EVENING + 25 * HOUR)
    assert (early.late, overdue.late, phones(agencies=["dishub"], at=EVENING)) == (False, True, ())


def test_a_gap_becomes_a_case_once_and_the_supervisor_is_told(who, late) -> None:
    head = supervisor()
    Notice.objects.all().delete()
    assert watch_gaps(at=EVENING + 23 * HOUR) == 0
    assert [watch_gaps(at=EVENING + hours * HOUR) for hours in (25, 26, 200)] == [2, 0, 0]
    assert opened() == ["2-3", "6-7"]
    assert {str(notice.user_id) for notice in Notice.objects.all()} == {head.id}
    assert Case.objects.get(key__endswith="2-3").sentence == "Alat K01: nomor 2–3 (2 catatan) belum sampai."


def test_the_case_ends_when_everything_is_here(who, late) -> None:
    watch_gaps(at=EVENING + 25 * HOUR)
    send(who, late[2], at=EVENING + 26 * HOUR)
    watch_gaps(at=EVENING + 27 * HOUR)
    assert opened() == ["2-3", "6-7"]
    send(who, late[3], at=EVENING + 28 * HOUR)
    assert watch_gaps(at=EVENING + 29 * HOUR) == 0
    assert opened() == ["6-7"]
    assert Case.objects.get(key__endswith="2-3").settlement == "Semua catatan dalam celah ini sudah sampai."


def test_what_a_person_settled_stays_settled(who, late) -> None:
    watch_gaps(at=EVENING + 25 * HOUR)
    Case.objects.update(settled_at=EVENING, settlement="HP rusak, hilang untuk selamanya")
    assert watch_gaps(at=EVENING + 50 * HOUR) == 0
    assert opened() == []


def test_the_region_sets_the_limits(who, late) -> None:
    values = {"device-gap-hours": "2", "device-oldest-days": "3", "device-void-minutes": "0"}
    for name, value in values.items():
        Parameter.objects.create(name=name, value=value, valid_from_date=date(2020, 1, 1), legal_basis="SOP")
    found = limits_on(EVENING)
    assert (found.gap_hours, found.oldest_days, found.void_minutes) == (2, 3, 0)
    assert watch_gaps(at=EVENING + 3 * HOUR) == 2
