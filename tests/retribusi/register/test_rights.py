"""Rights only for who was seen; corrections; closing; two people at once."""

from __future__ import annotations

import threading
import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.retribusi.register import builders as b
from tidar.retribusi.actions.census import NewEntry, begin_census, record_entry
from tidar.retribusi.actions.register import NewObject, NewPayer, Right, UnableToOccupy, occupy, vacate
from tidar.retribusi.actions.rights import (
    Seen,
    UnableToRenew,
    close_object,
    correct_object,
    correct_payer,
    renew_right,
    resume_occupancy,
)
from tidar.retribusi.models import Occupancy, Payer, RightRenewal

pytestmark = pytest.mark.django_db
CARD = Right("kartu", "BKPR-1", date(2027, 12, 31))
TODAY = b.AT.date()


@pytest.fixture(autouse=True)
def _loaded() -> None:
    b.load()


def test_nobody_unseen_gets_a_right() -> None:
    held = b.held()
    with pytest.raises(UnableToRenew, match="belum terlihat"):
        renew_right(occupancy_id=held, right=CARD, seen=None, by=b.BY, at=b.AT)
    for seen, says in (
        (Seen(TODAY - timedelta(days=91), "dilihat mantri"), "90 hari"),
        (Seen(TODAY + timedelta(days=1), "dilihat mantri"), "90 hari"),
        (Seen(TODAY, " "), "siapa yang melihat"),
    ):
        with pytest.raises(UnableToRenew, match=says):
            renew_right(occupancy_id=held, right=CARD, seen=seen, by=b.BY, at=b.AT)
    assert not RightRenewal.objects.exists()
    renew_right(occupancy_id=held, right=CARD, seen=Seen(TODAY, "dilihat mantri pasar"), by=b.BY, at=b.AT)
    assert Occupancy.objects.get(pk=held).right_number == "BKPR-1"


@pytest.mark.parametrize(("finding", "allowed"), [("sesuai", True), ("kosong", False), ("pedagang-lain", False)])
def test_a_walk_that_found_the_holder_is_enough(finding: str, allowed: bool) -> None:
    held = Occupancy.objects.get(pk=b.held())
    walk = begin_census(market="cacaban", title="Uji", by=b.BY, at=b.AT)
    seen = {"trader": "Parjo"} if finding == "pedagang-lain" else {}
    entry = NewEntry(uuid.uuid4(), finding, b.AT, object_id=held.levy_object_id, seen=seen)
    record_entry(census_id=walk, entry=entry, by=b.BY, at=b.AT)
    if allowed:
        renew_right(occupancy_id=held.pk, right=CARD, seen=None, by=b.BY, at=b.AT)
    else:
        with pytest.raises(UnableToRenew, match="belum terlihat"):
            renew_right(occupancy_id=held.pk, right=CARD, seen=None, by=b.BY, at=b.AT)
    assert RightRenewal.objects.count() == allowed


def test_a_renewal_is_never_edited() -> None:
    held = b.held()
    renew_right(occupancy_id=held, right=CARD, seen=Seen(TODAY, "dilihat mantri"), by=b.BY, at=b.AT)
    for act in (lambda: RightRenewal.objects.update(seen_how="x"), lambda: RightRenewal.objects.all().delete()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            act()


def test_a_mistaken_vacating_is_taken_back_unless_somebody_came() -> None:
    held = Occupancy.objects.get(pk=b.held())
    vacate(occupancy_id=held.pk, last_date=date(2026, 6, 30), reason="pindah", by=b.BY, at=b.AT)
    resume_occupancy(occupancy_id=held.pk, by=b.BY, at=b.AT)
    vacate(occupancy_id=held.pk, last_date=date(2026, 6, 30), reason="pindah", by=b.BY, at=b.AT)
    occupy(object_id=held.levy_object_id, payer_id=b.payer("Parjo"), from_date=date(2026, 7, 1), by=b.BY, at=b.AT)
    with pytest.raises(UnableToOccupy, match="orang lain sesudahnya"):
        resume_occupancy(occupancy_id=held.pk, by=b.BY, at=b.AT)


def test_an_occupied_stall_is_not_closed() -> None:
    held = Occupancy.objects.get(pk=b.held())
    with pytest.raises(UnableToOccupy, match="masih ditempati"):
        close_object(object_id=held.levy_object_id, reason="dibongkar", by=b.BY, at=b.AT)
    vacate(occupancy_id=held.pk, last_date=TODAY, reason="dibongkar", by=b.BY, at=b.AT)
    close_object(object_id=held.levy_object_id, reason="dibongkar", by=b.BY, at=b.AT)
    with pytest.raises(UnableToOccupy, match="ditutup"):
        occupy(object_id=held.levy_object_id, payer_id=held.payer_id, from_date=date(2027, 1, 1), by=b.BY, at=b.AT)


def test_corrections_keep_the_number_and_an_empty_nik_changes_nothing() -> None:
    held = Occupancy.objects.select_related("levy_object").get(pk=b.held("A-1"))
    new = NewObject(levy_kind="pelayanan-pasar", market="cacaban", number="Z-9", block="B", place_type="los")
    correct_object(object_id=held.levy_object_id, obj=new, by=b.BY, at=b.AT)
    held.levy_object.refresh_from_db()
    assert (held.levy_object.number, held.levy_object.block, held.levy_object.place_type) == ("A-001", "B", "los")
    correct_payer(payer_id=held.payer_id, payer=NewPayer("Sutinah", nik=b.NIK), by=b.BY, at=b.AT)
    correct_payer(payer_id=held.payer_id, payer=NewPayer("Sutinah Baru"), by=b.BY, at=b.AT)
    payer = Payer.objects.get(pk=held.payer_id)
    assert (payer.name, payer.nik_last4) == ("Sutinah Baru", "0001")


def _both_occupy(stall: int, payers: list[int]) -> list[str]:
    """Two people take the same stall at the same moment; what each was told."""
    barrier, told = threading.Barrier(2), []

    def take(payer: int) -> None:
        try:
            barrier.wait()
            occupy(object_id=stall, payer_id=payer, from_date=date(2026, 1, 1), by=b.BY, at=b.AT)
            told.append("ok")
        except UnableToOccupy as error:
            told.append(error.sentence)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(payer,)) for payer in payers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def _without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked and found the stall free, as in a race."""
    monkeypatch.setattr("tidar.retribusi.actions.register._must_be_free", lambda held, from_date: None)


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_one_stall_has_two_holders(monkeypatch: pytest.MonkeyPatch) -> None:
    _without_looking(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'occupancy_alone'")
        [definition] = cursor.fetchone()
        cursor.execute("ALTER TABLE retribusi_occupancy DROP CONSTRAINT occupancy_alone")
    try:
        told = _both_occupy(b.stall("R-1"), [b.payer("Sutinah"), b.payer("Parjo")])
        assert told == ["ok", "ok"]
        assert Occupancy.objects.filter(levy_object__number="R-001").count() == 2
    finally:
        Occupancy.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE retribusi_occupancy ADD CONSTRAINT occupancy_alone {definition}")


@pytest.mark.django_db(transaction=True)
def test_with_it_one_of_two_gets_the_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    _without_looking(monkeypatch)
    told = _both_occupy(b.stall("R-1"), [b.payer("Sutinah"), b.payer("Parjo")])
    assert sorted(said == "ok" for said in told) == [False, True]
    assert any("baru saja ditempati" in said for said in told)
    assert Occupancy.objects.count() == 1
