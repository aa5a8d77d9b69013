"""The agency's spreadsheet through the hub into the register: each kind of line, explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.retribusi.importing import builders as s
from tests.retribusi.importing.builders import NIK_A, NIK_B, row
from tests.retribusi.register import builders as b
from tidar.hub.models import Delivery, Event
from tidar.retribusi.models import ImportLine, LevyObject, Occupancy, Payer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _loaded(home: Path) -> None:
    s.load()


def test_a_first_list_fills_the_register() -> None:
    made = s.send(row("1", "Sutinah", NIK_A, hp="0812-3456-7890"), row("A.02", "Parjo", NIK_B, jenis="Los", luas="4,5"))
    assert made.status == Delivery.Status.PUBLISHED, made.sentence
    assert [state for state, _ in s.lines(made)] == ["masuk", "masuk"]
    held = Occupancy.objects.select_related("payer", "levy_object").order_by("pk")
    assert [(o.levy_object.number, o.payer.name, str(o.from_date)) for o in held] == [
        ("A-001", "Sutinah", "2026-01-01"), ("A-002", "Parjo", "2026-01-01"),
    ]  # fmt: skip
    assert held[0].payer.phone == "+6281234567890"
    assert Event.objects.filter(kind="levy.occupied").count() == 2


def test_the_same_list_again_changes_nothing() -> None:
    s.send(row("1", "Sutinah", NIK_A), row("2", "Parjo", NIK_B))
    again = s.send(row("1", "SUTINAH", NIK_A), row("2", "Parjo", NIK_B), name="lagi.csv")
    assert [state for state, _ in s.lines(again)] == ["sama", "sama"]
    assert (Payer.objects.count(), LevyObject.objects.count(), Occupancy.objects.count()) == (2, 2, 2)


def test_changed_facts_are_applied_and_said() -> None:
    s.send(row("1", "Sutinah"))
    changed = s.send(row("1", "Sutinah", NIK_A, luas="12", hp="081234567890", hak="Surat izin", nomor_hak="SIP-1"))
    [(state, sentence)] = s.lines(changed)
    assert state == "masuk"
    assert "luas 9 → 12 m²" in sentence
    assert "NIK dilengkapi" in sentence
    held = Occupancy.objects.select_related("payer", "levy_object").get()
    assert (held.levy_object.area_m2, held.payer.nik_last4, held.right) == (12, "0001", "izin")


def test_one_trader_at_two_stalls_is_allowed_and_said() -> None:
    made = s.send(row("1", "Sutinah", NIK_A), row("2", "Sutinah", NIK_A))
    assert [state for state, _ in s.lines(made)] == ["masuk", "masuk"]
    assert "juga menempati Pasar Cacaban A-001" in s.lines(made)[1][1]
    assert Payer.objects.count() == 1


@pytest.mark.parametrize(
    ("second", "state", "says"),
    [
        (row("01", "Parjo", NIK_B), "ganda", "sudah ada di baris 2 dengan pedagang lain"),
        (row("2", "Sutinah", "3371994101800007"), "ganda", "NIK berbeda satu angka"),
        (row("2", "Sutinah", "3371994108100001"), "ganda", "NIK berbeda satu angka"),
        (row("2", "Sutina", NIK_B, hp="6281234567890"), "ganda", "Nama dan telepon hampir sama"),
        (row("2", "Hj. Sutinah"), "ganda", "tanpa NIK tidak dapat dipastikan"),
        (row("2", "Parjo", "1234"), "bertentangan", "NIK harus 16 angka, ini 4 angka"),
        (row("2", "Parjo", pasar="Gede"), "bertentangan", "Pasar 'Gede' tidak ada"),
    ],
)
def test_what_may_be_a_mistake_waits_with_its_reason(second: str, state: str, says: str) -> None:
    made = s.send(row("1", "Sutinah", NIK_A, hp="0812-3456-7890"), second)
    assert s.lines(made)[1][0] == state
    assert says in s.lines(made)[1][1]
    assert (Payer.objects.count(), Occupancy.objects.count()) == (1, 1)


def test_somebody_else_at_the_stall_waits() -> None:
    s.send(row("1", "Sutinah", NIK_A))
    [(state, sentence)] = s.lines(s.send(row("1", "Parjo", NIK_B)))
    assert state == "bertentangan"
    assert "ditempati Sutinah" in sentence
    assert Occupancy.objects.get().payer.name == "Sutinah"


def test_a_number_in_the_wrong_market_or_a_bad_phone_does_not_stop_the_rest() -> None:
    made = s.send(row("1", "Sutinah", NIK_A, hp="12"), row("2", "Parjo", NIK_B, pasar="Pasar Kebonpolo"))
    assert [state for state, _ in s.lines(made)] == ["masuk", "masuk"]
    assert "bukan nomor Indonesia" in s.lines(made)[0][1]
    assert LevyObject.objects.get(number="A-002").market_id == "kebonpolo"


def test_an_empty_stall_is_registered_and_a_trader_is_not_lost() -> None:
    made = s.send(row("1", "", sejak=""), row("2", "Parjo", NIK_B))
    assert s.lines(made)[0] == ("masuk", "Lapak baru, kosong.")
    assert not Occupancy.objects.filter(levy_object__number="A-001").exists()
    later = s.send(row("1", "", sejak=""), row("2", "", sejak=""), name="kosong.csv")
    assert [state for state, _ in s.lines(later)] == ["sama", "bertentangan"]
    assert "ditempati Parjo" in s.lines(later)[1][1]
    assert Occupancy.objects.get().to_date is None


def test_each_line_is_applied_once_whoever_tells_it_twice() -> None:
    made = s.send(row("1", "Sutinah", NIK_A))
    from tidar.retribusi.actions.importing.applying import apply_delivery

    assert apply_delivery(delivery_id=str(made.pk), by=b.BY, at=b.AT) == {}
    assert ImportLine.objects.count() == 1
