"""Registering, occupying, vacating: each guarantee once, refusals and audit included."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from tests.retribusi.register import builders as b
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.hub.models import Event
from tidar.retribusi.actions.loading import UnableToLoadLevies, load_levies
from tidar.retribusi.actions.register import (
    NewObject,
    NewPayer,
    Right,
    UnableToOccupy,
    UnableToRegister,
    occupy,
    occupy_as_new,
    payer_with_nik,
    register_object,
    register_payer,
    vacate,
)
from tidar.retribusi.actions.rights import correct_payer
from tidar.retribusi.models import LevyKind, LevyObject, Market, Occupancy, Payer, Tariff
from tidar.retribusi.queries.register import parameter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loaded() -> None:
    b.load()


def test_the_files_of_program_and_region_load_once(settings) -> None:
    kinds, tariffs = LevyKind.objects.count(), Tariff.objects.count()
    region_dir = settings.REGIONS_DIR / settings.TIDAR_REGION
    again = load_levies(program_dir=settings.PROGRAMS_DIR / "bakul-pasar", region_dir=region_dir, by=b.BY, at=b.AT)
    assert again == 0
    assert (LevyKind.objects.count(), Tariff.objects.count()) == (kinds, tariffs)
    assert LevyKind.objects.get(pk="pelayanan-pasar").account_code == "4.1.02.01.05.0001"
    assert Market.objects.count() == 5


def test_a_version_ends_the_day_before_the_next() -> None:
    old, new = Tariff.objects.filter(market="cacaban", place_type="kios").order_by("valid_from_date")
    assert (old.valid_to_date, new.valid_from_date, new.valid_to_date) == (date(2025, 12, 31), date(2026, 1, 1), None)
    assert (old.amount_rupiah, new.amount_rupiah) == (1600, 2000)


def test_a_parameter_is_what_was_in_force_on_the_day() -> None:
    assert parameter("interest-percent-per-month", date(2023, 12, 31)) == "2"
    assert parameter("interest-percent-per-month", date(2024, 1, 5)) == "1"


def test_a_nik_is_kept_sealed_and_found_by_its_fingerprint() -> None:
    made = b.payer(nik="3371 9941 0180 0001", phone="0812-3456-7890")
    stored = Payer.objects.get(pk=made)
    assert stored.nik_encrypted is not None
    assert b.NIK.encode() not in bytes(stored.nik_encrypted)
    assert (stored.nik_last4, stored.phone) == ("0001", "+6281234567890")
    assert payer_with_nik(b.NIK) == stored
    assert b.NIK not in str(list(AuditEntry.objects.values_list("before", "after")))


def test_the_same_nik_is_the_same_payer() -> None:
    first = Payer.objects.get(pk=b.payer(nik=b.NIK))
    with pytest.raises(UnableToRegister, match=first.npwrd):
        b.payer("Orang Lain", nik=b.NIK)
    assert Payer.objects.count() == 1


def test_the_same_nik_is_the_same_payer_after_the_key_was_changed(settings) -> None:
    first, other = b.payer(nik=b.NIK), b.payer("Parjo")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 60
    with pytest.raises(UnableToRegister, match="sudah terdaftar"):
        b.payer("Orang Lain", nik=b.NIK)
    with pytest.raises(UnableToRegister, match="milik wajib retribusi lain"):
        correct_payer(payer_id=other, payer=NewPayer("Parjo", nik=b.NIK), by=b.BY, at=b.AT)
    correct_payer(payer_id=first, payer=NewPayer("Sutinah", nik=b.NIK), by=b.BY, at=b.AT)
    assert list(Payer.objects.exclude(nik_digest="").values_list("pk", flat=True)) == [first]


def test_nobody_takes_a_payer_of_another_agency_by_counting_npwrd() -> None:
    foreign, waste = b.payer(nik=b.NIK), b.officer(agency="dlh")
    place = register_object(obj=NewObject("persampahan", None, "S-1"), by=waste, at=b.AT)
    with pytest.raises(UnableToOccupy, match="perangkat daerah lain"):
        occupy(object_id=place, payer_id=foreign, from_date=b.AT.date(), by=waste, at=b.AT)
    with pytest.raises(UnableToRegister) as refused:
        register_payer(payer=NewPayer("Sutinah", nik=b.NIK), agency="dlh", by=waste, at=b.AT)
    assert "Sutinah" not in refused.value.sentence
    assert Payer.objects.get(pk=foreign).npwrd not in refused.value.sentence


def test_who_has_the_nik_and_the_name_takes_a_payer_of_another_agency() -> None:
    foreign, waste = b.payer(nik=b.NIK), b.officer(agency="dlh")
    place = register_object(obj=NewObject("persampahan", None, "S-1"), by=waste, at=b.AT)
    new = {"object_id": place, "from_date": b.AT.date(), "right": Right(), "by": waste, "at": b.AT}
    with pytest.raises(UnableToRegister, match="nama lain"):
        occupy_as_new(payer=NewPayer("Orang Lain", nik=b.NIK), **new)
    held = Occupancy.objects.get(pk=occupy_as_new(payer=NewPayer("sutinah", nik=b.NIK), **new))
    assert (held.payer_id, Payer.objects.count()) == (foreign, 1)


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (NewPayer(name=" "), "Nama"),
        (NewPayer(name="Sutinah", nik="123"), "16 angka"),
        (NewPayer(name="Sutinah", nik="3371993201800001"), "bukan tanggal"),
        (NewPayer(name="Sutinah", phone="12"), "telepon"),
    ],
)
def test_a_payer_that_cannot_be_is_refused_in_words(new: NewPayer, says: str) -> None:
    with pytest.raises(UnableToRegister, match=says):
        register_payer(payer=new, by=b.BY, at=b.AT)
    assert not Payer.objects.exists()


def test_a_stall_number_is_written_one_way_and_given_once() -> None:
    made = LevyObject.objects.get(pk=b.stall("a 7"))
    assert (made.number, made.block, made.route_order, made.area_code) == ("A-007", "A", 7, "33.71.03.1002")
    with pytest.raises(UnableToRegister, match="A-007"):
        b.stall("A.07")
    b.stall("A-07", market="kebonpolo")


def test_occupying_tells_the_spine_without_a_name() -> None:
    made = Occupancy.objects.get(pk=b.held("B-1", "Sutinah"))
    event = Event.objects.get(kind="levy.occupied")
    assert event.data["occupancy"] == str(made.pk)
    assert (event.data["agency"], event.data["market"], event.permission) == ("disperindag", "cacaban", "levies.see")
    assert "Sutinah" not in event.subject + str(event.data)
    assert made.receivable.key == f"piutang:pelayanan-pasar:{made.payer.npwrd}"


def test_a_stall_has_one_holder_at_a_time() -> None:
    first = b.held("B-2", "Sutinah")
    stall = Occupancy.objects.get(pk=first).levy_object_id
    other = b.payer("Parjo")
    with pytest.raises(UnableToOccupy, match="Sutinah"):
        occupy(object_id=stall, payer_id=other, from_date=date(2026, 3, 1), by=b.BY, at=b.AT)
    vacate(occupancy_id=first, last_date=date(2026, 2, 28), reason="pindah", by=b.BY, at=b.AT)
    occupy(object_id=stall, payer_id=other, from_date=date(2026, 3, 1), right=Right("izin"), by=b.BY, at=b.AT)
    for day, name in ((date(2026, 5, 1), "Parjo"), (date(2026, 1, 5), "Sutinah"), (date(2025, 12, 1), "Sutinah")):
        with pytest.raises(UnableToOccupy, match=name):
            occupy(object_id=stall, payer_id=other, from_date=day, by=b.BY, at=b.AT)
    assert Event.objects.filter(kind="levy.vacated").count() == 1


@pytest.mark.parametrize(("since", "until"), [("2026-02-10", None), ("2025-01-01", "2026-01-01"), ("2025-01-01", None)])
def test_the_database_itself_refuses_two_holders(since: str, until: str | None) -> None:
    first = Occupancy.objects.get(pk=b.held("B-3"))
    with pytest.raises(IntegrityError, match="occupancy_alone"), transaction.atomic():
        Occupancy.objects.create(
            levy_object=first.levy_object, payer=first.payer, from_date=since, to_date=until, recorded_at=b.AT,
            receivable=first.receivable, revenue=first.revenue, advance=first.advance,
        )  # fmt: skip


def test_the_neighbouring_stall_and_the_day_before_are_free() -> None:
    first = Occupancy.objects.get(pk=b.held("B-4"))
    accounts = {"receivable": first.receivable, "revenue": first.revenue, "advance": first.advance}
    for stall, since, until in (
        (b.stall("B-5"), "2026-01-01", None),
        (first.levy_object_id, "2025-01-01", "2025-12-31"),
    ):
        Occupancy.objects.create(
            levy_object_id=stall, payer=first.payer, from_date=since, to_date=until, recorded_at=b.AT, **accounts
        )
    assert Occupancy.objects.count() == 3


@pytest.mark.parametrize(
    "change", [{"from_date": "2026-01-02"}, {"payer_id": 0}, {"levy_object_id": 0}, {"revenue": 0}]
)
def test_what_an_occupancy_rests_on_never_changes(change: dict[str, object]) -> None:
    made = Occupancy.objects.get(pk=b.held())
    values = {**change}
    if "payer_id" in change:
        values["payer_id"] = b.payer("Parjo")
    if "levy_object_id" in change:
        values["levy_object_id"] = b.stall()
    if "revenue" in change:
        values["revenue"] = made.receivable
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        Occupancy.objects.filter(pk=made.pk).update(**values)


def test_payers_stay_and_tariffs_only_end() -> None:
    made = b.payer()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Payer.objects.filter(pk=made).delete()
    tariff = Tariff.objects.filter(valid_to_date=None).first()
    assert tariff is not None
    with pytest.raises(IntegrityError, match="last day"), transaction.atomic():
        Tariff.objects.filter(pk=tariff.pk).update(amount_rupiah=1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Tariff.objects.filter(pk=tariff.pk).delete()
    Tariff.objects.filter(pk=tariff.pk).update(valid_to_date=date(2027, 12, 31))


def test_another_agency_registers_nothing_here() -> None:
    stranger = b.officer(agency="dlh")
    stall, who = b.stall(), b.payer()
    with pytest.raises(UnableToAllow):
        occupy(object_id=stall, payer_id=who, from_date=date(2026, 1, 1), by=stranger, at=b.AT)
    assert not Occupancy.objects.exists()
    occupy(object_id=stall, payer_id=who, from_date=date(2026, 1, 1), by=b.officer(), at=b.AT)


BANJAR = """
[adopts.pelayanan-pasar]
legal_basis = "Perda Kabupaten Banjar, nomor diisi daerah"

[[markets]]
code = "martapura"
name = "Pasar Martapura"
agency = "disperindag"
area = "63.03.05"
open_weekdays = [1, 2, 3, 4, 6, 7]

[[tariffs]]
levy = "pelayanan-pasar"
market = "martapura"
period = "hari-m2"
valid_from = 2026-01-01
legal_basis = "Perda Kabupaten Banjar, nomor diisi daerah"
amounts = { kios = 700 }

[[parameters]]
name = "due-days"
value = "30"
valid_from = 2026-01-01
legal_basis = "Perbup, nomor diisi daerah"
"""


def test_another_region_adopts_the_program_with_its_own_file(tmp_path: Path, settings) -> None:
    (tmp_path / "levies.toml").write_text(BANJAR)
    load_levies(program_dir=settings.PROGRAMS_DIR / "bakul-pasar", region_dir=tmp_path, by=b.BY, at=b.AT)
    tariff = Tariff.objects.get(market="martapura")
    assert (tariff.period, tariff.amount_rupiah) == ("hari-m2", 700)
    assert Market.objects.get(pk="martapura").open_weekdays == [1, 2, 3, 4, 6, 7]
    assert (parameter("due-days", date(2025, 12, 31)), parameter("due-days", date(2026, 1, 1))) == ("15", "30")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("amounts = { kios = 700 }", "amounts = { kios = -1 }"), "negatif"),
        (('period = "hari-m2"', 'period = "minggu"'), "tidak dikenal"),
        (('agency = "disperindag"', 'agency = "dinas-gaib"'), "belum terdaftar"),
        (('market = "martapura"', 'market = "gede"'), "tidak ada di daftar pasar"),
        (('levy = "pelayanan-pasar"', 'levy = "parkir"'), "tidak diadopsi"),
        (("valid_from = 2026-01-01", 'valid_from = "besok"'), "tidak dapat dibaca"),
    ],
)
def test_a_file_that_cannot_be_is_refused_whole(change: tuple[str, str], says: str, tmp_path: Path, settings) -> None:
    (tmp_path / "levies.toml").write_text(BANJAR.replace(*change))
    with pytest.raises(UnableToLoadLevies, match=says):
        load_levies(program_dir=settings.PROGRAMS_DIR / "bakul-pasar", region_dir=tmp_path, by=b.BY, at=b.AT)
    assert not Market.objects.filter(pk="martapura").exists()


def test_what_is_in_force_is_not_rewritten_by_a_file(tmp_path: Path, settings) -> None:
    program = settings.PROGRAMS_DIR / "bakul-pasar"
    for text in (BANJAR, BANJAR.replace("kios = 700", "kios = 800"), BANJAR.replace('"30"', '"45"')):
        (tmp_path / "levies.toml").write_text(text)
        if text == BANJAR:
            load_levies(program_dir=program, region_dir=tmp_path, by=b.BY, at=b.AT)
            continue
        with pytest.raises(UnableToLoadLevies, match="tanggal mulai baru"):
            load_levies(program_dir=program, region_dir=tmp_path, by=b.BY, at=b.AT)
    assert Tariff.objects.get(market="martapura").amount_rupiah == 700
