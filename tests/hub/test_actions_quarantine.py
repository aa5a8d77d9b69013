"""Quarantine: correct, confirm a spelling, release, discard. Originals never change, accepted rows stay."""

from __future__ import annotations

import pytest

from tests.hub import builders_deliveries as b
from tests.hub.builders_deliveries import AT, BAD, GOOD
from tests.hub.test_actions_deliveries import audited, together
from tidar.common.errors import UnableToAllow, UnableToFind
from tidar.common.models import AuditEntry
from tidar.hub.actions.quarantine import UnableToMend, correct_row, discard_rows, release_rows
from tidar.hub.actions.spelling import Spelling, confirm_spelling, remember_spelling, suggested_spellings
from tidar.hub.models import Delivery, Event, Feed, QuarantinedRow
from tidar.hub.queries.cells import raw_cell
from tidar.lake import api as lake
from tidar.places import api as places

Status = QuarantinedRow.Status
UTARA = "33.71.03.1003"
BY = b.producer()


@pytest.fixture(autouse=True)
def _city(db, home):
    places.forget()
    b.city()
    yield
    places.forget()


@pytest.fixture
def delivery(_city) -> Delivery:
    """Published, with one misspelt kelurahan in quarantine."""
    return b.processed(b.people_csv(*GOOD, BAD))


def only_row(delivery: Delivery) -> QuarantinedRow:
    return QuarantinedRow.objects.get(delivery=delivery)


def test_a_correction_keeps_the_original_and_says_whether_it_passes(delivery) -> None:
    row = correct_row(row_id=only_row(delivery).pk, values={"kelurahan": "Rejowinangun"}, by=BY, at=AT)
    assert "Rejowinangun" in row.remark
    row = correct_row(row_id=row.pk, values={"kelurahan": "Rejowinangun Utara"}, by=BY, at=AT)
    assert (row.remark, row.status, row.original["kelurahan"]) == ("", Status.OPEN, "Rejowinangun Utr")
    assert b.total() == 1_340  # nothing is released by correcting
    assert audited("quarantine.correct") == 2


def test_a_released_row_reaches_the_number_with_its_source(delivery) -> None:
    row = correct_row(row_id=only_row(delivery).pk, values={"kelurahan": UTARA}, by=BY, at=AT)
    done = release_rows(delivery_id=delivery.pk, row_ids=[row.pk], by=BY, at=AT)
    row.refresh_from_db()
    assert (done.released_count, done.kept_count, done.lake_version) == (1, 0, 2)
    assert (row.status, row.lake_version, row.decided_by_name) == (Status.RELEASED, 2, "Sri")
    assert row.original["kelurahan"] == "Rejowinangun Utr"
    assert b.total() == 1_340 + 810
    found = lake.read("SELECT _delivery, _row FROM penduduk WHERE kelurahan = '33.71.03.1003'").to_pylist()
    assert found == [{"_delivery": str(delivery.pk), "_row": row.row_number}]
    cell = raw_cell(delivery.pk, row.row_number, "kelurahan")
    assert (cell.text, cell.corrected, cell.corrected_by) == ("Rejowinangun Utr", (("kelurahan", UTARA),), "Sri")


def test_a_release_is_told_and_audited_once(delivery) -> None:
    row = correct_row(row_id=only_row(delivery).pk, values={"kelurahan": UTARA}, by=BY, at=AT)
    release_rows(delivery_id=delivery.pk, by=BY, at=AT)
    again = release_rows(delivery_id=delivery.pk, by=BY, at=AT)
    event = Event.objects.get(kind="quarantine.released")
    assert (event.data["released"], event.source_line, again.released_count) == (1, row.row_number, 0)
    assert audited("quarantine.release") == 1


def test_what_still_breaks_the_contract_stays(delivery) -> None:
    done = release_rows(delivery_id=delivery.pk, by=BY, at=AT)
    row = only_row(delivery)
    assert (done.released_count, done.kept_count, row.status) == (0, 1, Status.OPEN)
    assert "Rejowinangun Utr" in row.remark
    assert (lake.current_version("penduduk").number, b.total()) == (1, 1_340)


def test_a_row_never_replaces_an_accepted_one(delivery) -> None:
    row = correct_row(row_id=only_row(delivery).pk, values={"kelurahan": "Magersari"}, by=BY, at=AT)
    assert row.remark == ""
    done = release_rows(delivery_id=delivery.pk, by=BY, at=AT)
    row.refresh_from_db()
    assert (done.released_count, done.kept_count) == (0, 1)
    assert "sudah ada di baris 2" in row.remark
    assert (lake.current_version("penduduk").number, b.total()) == (1, 1_340)


def test_the_others_are_released_beside_a_taken_key() -> None:
    delivery = b.processed(b.people_csv(*GOOD, BAD, ("Entah Mana", "Oktober 2026", 5, 5)))
    utara, entah = QuarantinedRow.objects.filter(delivery=delivery)
    correct_row(row_id=utara.pk, values={"kelurahan": UTARA}, by=BY, at=AT)
    correct_row(row_id=entah.pk, values={"kelurahan": "Wates"}, by=BY, at=AT)
    done = release_rows(delivery_id=delivery.pk, by=BY, at=AT)
    assert (done.released_count, done.kept_count) == (1, 1)
    assert b.total() == 1_340 + 810


def test_two_mended_rows_with_one_key_stay_both() -> None:
    delivery = b.processed(b.people_csv(*GOOD, BAD, ("Rejowinangun Utrr", "Oktober 2026", 5, 5)))
    for row in QuarantinedRow.objects.filter(delivery=delivery):
        correct_row(row_id=row.pk, values={"kelurahan": UTARA}, by=BY, at=AT)
    done = release_rows(delivery_id=delivery.pk, by=BY, at=AT)
    assert (done.released_count, done.kept_count, b.total()) == (0, 2, 1_340)


def test_a_newer_delivery_is_not_undone_by_an_old_row(delivery) -> None:
    b.processed(b.people_csv(("Rejowinangun Utara", "Oktober 2026", 1, 1)), at=b.later(days=1))
    row = correct_row(row_id=only_row(delivery).pk, values={"kelurahan": UTARA}, by=BY, at=b.later(days=2))
    done = release_rows(delivery_id=delivery.pk, by=BY, at=b.later(days=2))
    row.refresh_from_db()
    assert done.released_count == 0
    assert "lebih baru" in row.remark
    assert b.total() == 1_342


def test_an_old_row_of_another_delivery_may_be_corrected() -> None:
    b.processed(b.people_csv(("Rejowinangun Utara", "Oktober 2026", 1, 1)))
    newer = b.processed(b.people_csv(*GOOD, BAD), at=b.later(days=1))
    correct_row(row_id=only_row(newer).pk, values={"kelurahan": UTARA}, by=BY, at=b.later(days=2))
    assert release_rows(delivery_id=newer.pk, by=BY, at=b.later(days=2)).released_count == 1
    assert b.total() == 1_340 + 810


def test_a_replaced_table_takes_no_rows_of_the_old_delivery() -> None:
    stalls = [("Cacaban", "A", f"A-{n}") for n in range(6)]
    seller = b.producer("disperindag")
    old = b.processed(b.stalls_csv(*stalls, ("Cacaban", "A", "A-9", "entah")), feed="pasar_lapak")
    b.processed(b.stalls_csv(*stalls), feed="pasar_lapak", at=b.later(days=1))
    row = correct_row(row_id=only_row(old).pk, values={"terisi": "ya"}, by=seller, at=b.later(days=2))
    assert row.remark == ""
    with pytest.raises(UnableToMend, match="lebih baru"):
        release_rows(delivery_id=old.pk, by=seller, at=b.later(days=2))


def test_a_replaced_table_takes_rows_of_its_own_delivery() -> None:
    stalls = [("Cacaban", "A", f"A-{n}") for n in range(6)]
    seller = b.producer("disperindag")
    delivery = b.processed(b.stalls_csv(*stalls, ("Cacaban", "A", "A-9", "entah")), feed="pasar_lapak")
    correct_row(row_id=only_row(delivery).pk, values={"terisi": "ya"}, by=seller, at=AT)
    assert release_rows(delivery_id=delivery.pk, by=seller, at=AT).released_count == 1
    assert lake.current_version("pasar_lapak").row_count == 7


def test_nothing_is_released_before_publishing() -> None:
    waiting = b.checked(b.people_csv(*GOOD, BAD))
    with pytest.raises(UnableToMend, match="Terbitkan"):
        release_rows(delivery_id=waiting.pk, by=BY, at=AT)


def test_a_discarded_row_keeps_its_reason_and_original(delivery) -> None:
    row = only_row(delivery)
    with pytest.raises(UnableToMend, match="alasan"):
        discard_rows(delivery_id=delivery.pk, row_ids=[row.pk], reason=" ", by=BY, at=AT)
    assert discard_rows(delivery_id=delivery.pk, row_ids=[row.pk], reason="ganda", by=BY, at=AT) == 1
    row.refresh_from_db()
    assert (row.status, row.reason, row.original["kelurahan"]) == (Status.DISCARDED, "ganda", "Rejowinangun Utr")
    assert AuditEntry.objects.get(action="quarantine.discard").after["reason"] == "ganda"
    with pytest.raises(UnableToMend, match="sudah diputuskan"):
        correct_row(row_id=row.pk, values={"kelurahan": UTARA}, by=BY, at=AT)


def test_a_confirmed_spelling_mends_all_alike_and_is_known_next_time() -> None:
    november = ("Rejowinangun Utr", "November 2026", 7, 7)
    delivery = b.processed(b.people_csv(*GOOD, BAD, november))
    meant = Spelling("kelurahan", "Rejowinangun Utr", "Rejowinangun Utara")
    assert confirm_spelling(delivery_id=delivery.pk, spelling=meant, by=BY, at=AT) == 2
    assert release_rows(delivery_id=delivery.pk, by=BY, at=AT).released_count == 2
    assert Feed.objects.get(code="penduduk").value_memory == {"kelurahan": {"Rejowinangun Utr": UTARA}}
    december = b.processed(b.people_csv(("Rejowinangun Utr", "Desember 2026", 9, 9)), at=b.later(days=1))
    assert (december.accepted_count, december.rejected_count) == (1, 0)
    assert audited("feed.remember_spelling") == 1


def test_suggested_spellings_are_counted_and_named(delivery) -> None:
    (suggestion,) = suggested_spellings(delivery)
    assert (suggestion["text"], suggestion["meaning"], suggestion["count"]) == ("Rejowinangun Utr", UTARA, 1)
    assert suggestion["label"] == "Rejowinangun Utara (33.71.03.1003)"


@pytest.mark.parametrize(
    ("spelling", "said"),
    [
        (Spelling("kelurahan", "X", "Entah"), "tepat satu"),
        (Spelling("laki_laki", "X", "5"), "daftar pilihan"),
        (Spelling("tidak_ada", "X", "5"), "tidak ada di kontrak"),
    ],
)
def test_a_spelling_must_mean_one_thing(delivery, spelling: Spelling, said: str) -> None:
    with pytest.raises(UnableToMend, match=said):
        remember_spelling(feed_id=delivery.feed_id, spelling=spelling, by=BY, at=AT)


def test_a_colleague_of_another_agency_mends_nothing(delivery) -> None:
    stranger, row = b.producer("dishub"), only_row(delivery)
    acts = (
        lambda: correct_row(row_id=row.pk, values={}, by=stranger, at=AT),
        lambda: release_rows(delivery_id=delivery.pk, by=stranger, at=AT),
        lambda: discard_rows(delivery_id=delivery.pk, row_ids=[row.pk], reason="x", by=stranger, at=AT),
        lambda: confirm_spelling(delivery_id=delivery.pk, spelling=Spelling("kelurahan", "a", "b"), by=stranger, at=AT),
    )
    for act in acts:
        with pytest.raises(UnableToAllow):
            act()


def test_unknown_rows_and_columns(delivery) -> None:
    with pytest.raises(UnableToFind):
        correct_row(row_id=delivery.pk, values={}, by=BY, at=AT)
    with pytest.raises(UnableToMend, match="bukan_kolom"):
        correct_row(row_id=only_row(delivery).pk, values={"bukan_kolom": "1"}, by=BY, at=AT)


@pytest.mark.django_db(transaction=True)
def test_two_people_release_at_once_and_one_version_is_made(transactional_db) -> None:
    delivery = b.processed(b.people_csv(*GOOD, BAD))
    correct_row(row_id=only_row(delivery).pk, values={"kelurahan": UTARA}, by=BY, at=AT)

    def press() -> object:
        return release_rows(delivery_id=delivery.pk, by=BY, at=AT).released_count

    assert sorted(together(press, press)) == [0, 1]
    assert (Event.objects.filter(kind="quarantine.released").count(), b.total()) == (1, 2_150)
