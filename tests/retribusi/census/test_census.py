"""The walk: entries kept once, what cannot be is refused in words, differences applied or dismissed."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.retribusi.register import builders as b
from tidar.common.errors import UnableToAgree, UnableToAllow
from tidar.retribusi.actions.census import NewEntry, UnableToCount, begin_census, close_census, record_entry
from tidar.retribusi.actions.census_settling import apply_entry, dismiss_entry
from tidar.retribusi.models import Census, CensusEntry, LevyObject, Occupancy, Payer
from tidar.retribusi.queries.census import differences, progress

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loaded(home) -> None:
    b.load()


@pytest.fixture
def walk() -> uuid.UUID:
    """A walk through the smallest market, with one occupied and one empty stall."""
    b.held("A-1", "Sutinah")
    b.stall("A-2")
    return begin_census(market="cacaban", title="Triwulan IV", by=b.officer(), at=b.AT)


def see(walk: uuid.UUID, number: str, finding: str, **values: Any) -> CensusEntry:
    """An entry about the stall with that number, some minutes into the walk."""
    stall = LevyObject.objects.filter(number=number).first()
    at = b.AT + timedelta(minutes=values.pop("minute", 5))
    entry = NewEntry(uuid.uuid4(), finding, at, stall.pk if stall else None, number, values)
    return record_entry(census_id=walk, entry=entry, by=b.officer(), at=at)[0]


def apply(entry: CensusEntry, **values: Any) -> CensusEntry:
    return apply_entry(entry_id=entry.pk, by=b.officer(), at=b.AT + timedelta(hours=1), **values)


def test_one_walk_at_a_time_in_a_market(walk: uuid.UUID) -> None:
    with pytest.raises(UnableToCount, match="masih berjalan"):
        begin_census(market="cacaban", title="", by=b.officer(), at=b.AT)
    close_census(census_id=walk, by=b.officer(), at=b.AT)
    begin_census(market="cacaban", title="", by=b.officer(), at=b.AT)


def test_the_same_entry_twice_is_one_and_another_content_is_refused(walk: uuid.UUID) -> None:
    stall = LevyObject.objects.get(number="A-001")
    entry = NewEntry(uuid.uuid4(), "sesuai", b.AT, stall.pk)
    first, is_new = record_entry(census_id=walk, entry=entry, by=b.BY, at=b.AT)
    again, is_new_again = record_entry(census_id=walk, entry=entry, by=b.BY, at=b.AT + timedelta(hours=2))
    assert (first.pk, is_new, is_new_again) == (again.pk, True, False)
    with pytest.raises(UnableToAgree):
        record_entry(census_id=walk, entry=replace(entry, finding="kosong"), by=b.BY, at=b.AT)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"finding": "entah"}, "tidak dikenal"),
        ({"happened_at": b.AT + timedelta(hours=1)}, "terlalu maju"),
        ({"happened_at": b.AT - timedelta(days=1)}, "di luar waktu"),
        ({"finding": "pedagang-lain"}, "nama orang"),
        ({"finding": "data-beda"}, "apa yang berbeda"),
        ({"finding": "data-beda", "seen": {"area_m2": "luas"}}, "Luas harus angka"),
        ({"finding": "data-beda", "seen": {"phone": "12"}}, "telepon"),
        ({"finding": "belum-terdaftar", "object_id": None}, "nomor lapak"),
        ({"object_id": None}, "Pilih lapak"),
    ],
)
def test_what_cannot_be_is_refused_in_words(walk: uuid.UUID, change: dict[str, Any], says: str) -> None:
    entry = NewEntry(uuid.uuid4(), "sesuai", b.AT, LevyObject.objects.get(number="A-001").pk)
    with pytest.raises(UnableToCount, match=says):
        record_entry(census_id=walk, entry=replace(entry, **change), by=b.BY, at=b.AT)
    assert not CensusEntry.objects.exists()


def test_an_entry_made_before_closing_may_arrive_after_it(walk: uuid.UUID) -> None:
    close_census(census_id=walk, by=b.BY, at=b.AT + timedelta(hours=1))
    stall = LevyObject.objects.get(number="A-001").pk
    late = b.AT + timedelta(hours=5)
    record_entry(census_id=walk, entry=NewEntry(uuid.uuid4(), "sesuai", b.AT, stall), by=b.BY, at=late)
    with pytest.raises(UnableToCount, match="di luar waktu"):
        record_entry(census_id=walk, entry=NewEntry(uuid.uuid4(), "sesuai", late, stall), by=b.BY, at=late)


def test_the_count_is_n_of_m_with_the_newest_entry(walk: uuid.UUID) -> None:
    see(walk, "A-001", "kosong")
    see(walk, "A-001", "sesuai", minute=9)
    see(walk, "Z-9", "belum-terdaftar", trader="Parjo", block="A")
    [row] = progress(Census.objects.get(pk=walk))
    assert (row.block, row.stalls, row.seen, row.occupied, row.added) == ("A", 2, 1, 1, 1)
    assert (row.differing, row.seen_occupied) == (1, 2)


def test_an_empty_stall_is_vacated_the_day_before(walk: uuid.UUID) -> None:
    apply(see(walk, "A-001", "kosong"))
    assert str(Occupancy.objects.get().to_date) == "2026-11-24"


def test_another_trader_takes_over_known_or_new(walk: uuid.UUID) -> None:
    known = b.payer("Parjo Wibowo")
    entry = see(walk, "A-001", "pedagang-lain", trader="Parjo Wibawa")
    [difference] = differences(Census.objects.get(pk=walk), b.officer())
    assert [p.pk for p in difference.candidates] == [known]
    apply(entry, payer_id=known)
    assert Occupancy.objects.get(to_date=None).payer_id == known
    apply(see(walk, "A-002", "pedagang-lain", trader="Warni", phone="081234567890"))
    assert Payer.objects.get(name="Warni").phone == "+6281234567890"


def test_other_facts_an_added_stall_and_one_that_is_gone(walk: uuid.UUID) -> None:
    apply(see(walk, "A-001", "data-beda", place_type="los", area_m2="4,5"))
    stall = LevyObject.objects.get(number="A-001")
    assert (stall.place_type, str(stall.area_m2)) == ("los", "4.50")
    apply(see(walk, "z 9", "belum-terdaftar", trader="Warni", place_type="lesehan", block="A"))
    assert Occupancy.objects.get(payer__name="Warni").levy_object.number == "Z-009"
    apply(see(walk, "A-001", "tidak-ada", minute=20))
    stall.refresh_from_db()
    assert stall.closed_at is not None
    assert differences(Census.objects.get(pk=walk), b.officer()) == []


def test_only_the_newest_waits_once_and_a_dismissal_has_a_reason(walk: uuid.UUID) -> None:
    old, new = see(walk, "A-001", "kosong"), see(walk, "A-001", "tidak-ada", minute=9)
    with pytest.raises(UnableToCount, match="lebih baru"):
        apply(old)
    with pytest.raises(UnableToCount, match="alasan"):
        dismiss_entry(entry_id=new.pk, reason="", by=b.officer(), at=b.AT)
    dismiss_entry(entry_id=new.pk, reason="salah tekan", by=b.officer(), at=b.AT)
    with pytest.raises(UnableToCount, match="sudah diputuskan"):
        apply(new)
    assert Occupancy.objects.get().to_date is None


def test_another_agency_counts_nothing_here(walk: uuid.UUID) -> None:
    entry = see(walk, "A-001", "kosong")
    with pytest.raises(UnableToAllow):
        apply_entry(entry_id=entry.pk, by=b.officer(agency="dlh"), at=b.AT)
    with pytest.raises(UnableToAllow):
        begin_census(market="sidomukti", title="", by=b.officer(agency="dlh"), at=b.AT)
